"""The one way in for changes of the catalogue's structure."""

from limen.structure.operations.attribute_groups import move_attribute_group as move_attribute_group
from limen.structure.operations.attribute_groups import move_attributes as move_attributes
from limen.structure.operations.currencies import switch_currency as switch_currency
from limen.structure.operations.document import Plan as Plan
from limen.structure.operations.document import Step as Step
from limen.structure.operations.document import apply_document as apply_document
from limen.structure.operations.install import install as install
from limen.structure.operations.measurement import upsert_measurement_family as upsert_measurement_family
from limen.structure.operations.options import Line as Line
from limen.structure.operations.options import move_option as move_option
from limen.structure.operations.options import upsert_options as upsert_options
from limen.structure.operations.removal import finish_cleaning as finish_cleaning
from limen.structure.operations.removal import note_cleaning as note_cleaning
from limen.structure.operations.removal import remove as remove
from limen.structure.operations.removal import remove_option as remove_option
from limen.structure.operations.resources import Outcome as Outcome
from limen.structure.operations.resources import create as create
from limen.structure.operations.resources import create_family_variant as create_family_variant
from limen.structure.operations.resources import create_option as create_option
from limen.structure.operations.resources import upsert as upsert
from limen.structure.operations.resources import upsert_family_variant as upsert_family_variant
from limen.structure.operations.resources import upsert_option as upsert_option
