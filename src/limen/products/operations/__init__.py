"""The one way in for product writes."""

from limen.products.operations.delete import delete_model as delete_model
from limen.products.operations.delete import delete_product as delete_product
from limen.products.operations.filled import sum_filled as sum_filled
from limen.products.operations.following import follow_structure as follow_structure
from limen.products.operations.following import look_for_late as look_for_late
from limen.products.operations.upload import uploading as uploading
from limen.products.operations.upsert import upsert_models as upsert_models
from limen.products.operations.upsert import upsert_products as upsert_products
from limen.products.rules.lines import Line as Line
from limen.products.rules.lines import LineResult as LineResult
from limen.products.rules.uploads import UploadTarget as UploadTarget
