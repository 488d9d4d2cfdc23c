"""The screens of products: the grid, the pages of one product, and the files in its values."""

from limen.products.views.grid import model_grid as model_grid
from limen.products.views.grid import product_grid as product_grid
from limen.products.views.media import media_file as media_file
from limen.products.views.model import product_model as product_model
from limen.products.views.product import product_associations as product_associations
from limen.products.views.product import product_attributes as product_attributes
from limen.products.views.product import product_categories as product_categories
from limen.products.views.product import product_history as product_history
