"""Decisions about the catalogue's structure, and the records they speak of. Pure."""

from limen.structure.rules.patterns import compile_pattern as compile_pattern
from limen.structure.rules.patterns import matches as matches
from limen.structure.rules.records import BOOLEAN as BOOLEAN
from limen.structure.rules.records import DATE as DATE
from limen.structure.rules.records import FILE as FILE
from limen.structure.rules.records import IDENTIFIER as IDENTIFIER
from limen.structure.rules.records import IMAGE as IMAGE
from limen.structure.rules.records import METRIC as METRIC
from limen.structure.rules.records import MULTI_SELECT as MULTI_SELECT
from limen.structure.rules.records import NUMBER as NUMBER
from limen.structure.rules.records import PRICE as PRICE
from limen.structure.rules.records import REFERENCE_MULTI as REFERENCE_MULTI
from limen.structure.rules.records import REFERENCE_SIMPLE as REFERENCE_SIMPLE
from limen.structure.rules.records import SIMPLE_SELECT as SIMPLE_SELECT
from limen.structure.rules.records import TEXT as TEXT
from limen.structure.rules.records import TEXTAREA as TEXTAREA
from limen.structure.rules.records import AssociationType as AssociationType
from limen.structure.rules.records import Attribute as Attribute
from limen.structure.rules.records import AttributeGroup as AttributeGroup
from limen.structure.rules.records import Category as Category
from limen.structure.rules.records import Channel as Channel
from limen.structure.rules.records import Family as Family
from limen.structure.rules.records import Group as Group
from limen.structure.rules.records import MeasurementFamily as MeasurementFamily
from limen.structure.rules.records import Structure as Structure
from limen.structure.rules.records import Unit as Unit
