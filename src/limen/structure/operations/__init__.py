"""The one way in for changes of the catalogue's structure."""

from limen.structure.operations.enriched import Upload as Upload
from limen.structure.operations.enriched import add_category_attribute as add_category_attribute
from limen.structure.operations.enriched import create_template as create_template
from limen.structure.operations.enriched import order_category_attributes as order_category_attributes
from limen.structure.operations.enriched import save_category_values as save_category_values
from limen.structure.operations.enriched import set_category_attribute_active as set_category_attribute_active
from limen.structure.operations.enriched import set_template_active as set_template_active
from limen.structure.operations.enriched import update_category_attribute as update_category_attribute
from limen.structure.operations.enriched import update_template as update_template
from limen.structure.operations.install import install as install
from limen.structure.operations.measurement import upsert_measurement_family as upsert_measurement_family
from limen.structure.operations.removal import finish_cleaning as finish_cleaning
from limen.structure.operations.removal import note_cleaning as note_cleaning
from limen.structure.operations.removal import remove as remove
from limen.structure.operations.removal import remove_option as remove_option
from limen.structure.operations.resources import Outcome as Outcome
from limen.structure.operations.resources import create as create
from limen.structure.operations.resources import create_option as create_option
from limen.structure.operations.resources import move_category as move_category
from limen.structure.operations.resources import upsert as upsert
from limen.structure.operations.resources import upsert_option as upsert_option
