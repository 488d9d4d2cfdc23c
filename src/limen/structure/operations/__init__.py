"""The one way in for changes of the catalogue's structure."""

from limen.structure.operations.document import Plan as Plan
from limen.structure.operations.document import Step as Step
from limen.structure.operations.document import apply_document as apply_document
from limen.structure.operations.install import install as install
from limen.structure.operations.measurement import upsert_measurement_family as upsert_measurement_family
from limen.structure.operations.removal import finish_cleaning as finish_cleaning
from limen.structure.operations.removal import note_cleaning as note_cleaning
from limen.structure.operations.removal import remove as remove
from limen.structure.operations.removal import remove_option as remove_option
from limen.structure.operations.resources import Outcome as Outcome
from limen.structure.operations.resources import create as create
from limen.structure.operations.resources import create_option as create_option
from limen.structure.operations.resources import upsert as upsert
from limen.structure.operations.resources import upsert_option as upsert_option
