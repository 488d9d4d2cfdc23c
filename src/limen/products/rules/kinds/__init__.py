"""What the data of each attribute type may be, how it is written down, and what a search finds it by.

A reader turns data as sent into data as the API prints it (api-products 1.5, 2.5, 2.7). Readers are made
once per attribute and structure version. Good data passes without an exception; otherwise `Shape` is
raised for data of the wrong form (documented 422) or `Broken` for broken rules (an entry in `errors`).
Readers need no database: what must exist elsewhere (options, files) is checked in `rules.deciding`.
"""

from __future__ import annotations

from limen.products.rules.kinds.base import Broken as Broken
from limen.products.rules.kinds.base import Data as Data
from limen.products.rules.kinds.base import Fault as Fault
from limen.products.rules.kinds.base import Indexer as Indexer
from limen.products.rules.kinds.base import Kind as Kind
from limen.products.rules.kinds.base import Reader as Reader
from limen.products.rules.kinds.base import Shape as Shape
from limen.products.rules.kinds.base import json_name as json_name
from limen.products.rules.kinds.choices import (
    index_date,
    read_boolean,
    read_date,
    read_media,
    read_option,
    read_options,
    read_reference,
)
from limen.products.rules.kinds.numbers import fixed_text as fixed_text
from limen.products.rules.kinds.numbers import index_metric, index_number, read_metric, read_number, read_prices
from limen.products.rules.kinds.numbers import to_decimal as to_decimal
from limen.products.rules.kinds.texts import HEAD as HEAD
from limen.products.rules.kinds.texts import MARK as MARK
from limen.products.rules.kinds.texts import head_of as head_of
from limen.products.rules.kinds.texts import index_text, read_identifier, read_text, read_textarea
from limen.products.rules.kinds.texts import searchable_text as searchable_text
from limen.structure import rules as structure_rules

KINDS: dict[str, Kind] = {
    structure_rules.IDENTIFIER: Kind(read_identifier, index_text),
    structure_rules.TEXT: Kind(read_text, index_text),
    structure_rules.TEXTAREA: Kind(read_textarea, None),
    structure_rules.NUMBER: Kind(read_number, index_number, "number"),
    structure_rules.METRIC: Kind(read_metric, index_metric, "number"),
    structure_rules.PRICE: Kind(read_prices, None, "number"),
    structure_rules.BOOLEAN: Kind(read_boolean, index_number, "number"),
    structure_rules.DATE: Kind(read_date, index_date, "number"),
    structure_rules.SIMPLE_SELECT: Kind(read_option, index_text, needs="option"),
    structure_rules.MULTI_SELECT: Kind(read_options, None, needs="options"),
    structure_rules.IMAGE: Kind(read_media, None, needs="media"),
    structure_rules.FILE: Kind(read_media, None, needs="media"),
    structure_rules.REFERENCE_SIMPLE: Kind(read_reference, index_text),
    structure_rules.REFERENCE_MULTI: Kind(read_reference, None),
}
