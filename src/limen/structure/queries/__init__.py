"""Reading the catalogue's structure."""

from limen.structure.queries.document import document as document
from limen.structure.queries.options import count_options as count_options
from limen.structure.queries.options import option_labels as option_labels
from limen.structure.queries.options import option_of as option_of
from limen.structure.queries.options import options as options
from limen.structure.queries.options import options_of as options_of
from limen.structure.queries.removals import Cleaning as Cleaning
from limen.structure.queries.removals import is_being_removed as is_being_removed
from limen.structure.queries.removals import is_option_being_removed as is_option_being_removed
from limen.structure.queries.removals import removals_under_way as removals_under_way
from limen.structure.queries.snapshot import Versions as Versions
from limen.structure.queries.snapshot import locked_snapshot as locked_snapshot
from limen.structure.queries.snapshot import snapshot as snapshot
from limen.structure.queries.snapshot import snapshot_for_change as snapshot_for_change
from limen.structure.queries.snapshot import versions_of as versions_of
from limen.structure.queries.snapshot import with_versions as with_versions
from limen.structure.queries.uses import uses_of as uses_of
from limen.structure.queries.uses import uses_of_option as uses_of_option
