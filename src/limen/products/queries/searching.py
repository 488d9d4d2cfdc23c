"""Criteria as SQL over the narrow tables: `product p` and, per criterion, a look into an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from limen.kit import db
from limen.kit.db import like
from limen.kit.errors import Unprocessable
from limen.products.queries.search_keys import COMPLETENESS, keys_of_attributes, search_keys
from limen.products.rules.reading import UUID
from limen.products.rules.rulebook import Field
from limen.products.rules.search import Criterion
from limen.products.rules.views import View
from limen.structure import queries as structure_queries
from limen.structure.rules import MULTI_SELECT, SIMPLE_SELECT, Structure

# No key has this number: what has none is nowhere.
NOWHERE = -1
# So many products are put into a condition by their ids.
FEW = 5_000


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on `product p`; `params` in the order of its holes."""

    sql: str
    params: tuple[Any, ...] = ()


TRUE = Where("true")
FALSE = Where("false")


def both(conditions: Iterable[Where]) -> Where:
    return _joined(conditions, " AND ", TRUE)


def either(conditions: Iterable[Where]) -> Where:
    return _joined(conditions, " OR ", FALSE)


def _joined(conditions: Iterable[Where], word: str, none: Where) -> Where:
    found = list(conditions)
    if not found:
        return none
    params = tuple(param for one in found for param in one.params)
    return Where("(" + word.join(one.sql for one in found) + ")", params)


def negated(condition: Where) -> Where:
    return Where(f"NOT {condition.sql}", condition.params)


def among(table: str, condition: str, *params: Any) -> Where:
    """Products that have a row in a narrow table, `x` in the condition."""
    source = f"{table} x WHERE {condition}"
    exists = Where(f"EXISTS (SELECT 1 FROM {source} AND x.product_id = p.id)", params)  # noqa: S608  # own parts
    return _few_or(f"SELECT x.product_id FROM {source}", exists)  # noqa: S608  # own parts


def _few_or(statement: str, condition: Where) -> Where:
    """Give the ids that a statement finds as the condition when they are few, else the condition as it is.

    With a limit the planner likes to walk the list in its order and to ask every product, which takes seconds
    when hardly one fits: it cannot know how few have one value of one key. Many are found soon by walking.
    Cost: 1 query of some milliseconds.
    """
    rows = db.fetch(f"{statement} LIMIT {FEW + 1}", condition.params)
    if len(rows) > FEW:
        return condition
    return Where("p.id = ANY(%s::bigint[])", (sorted({id for (id,) in rows}),))


def where(criteria: Sequence[Criterion], structure: Structure) -> Where:
    """Give the condition for all criteria. Raises Unprocessable for options that do not exist.

    Cost: 1 query for each criterion over the index or the categories; 1 more for search keys not remembered
    yet, 1 for options likewise.
    """
    _require_options(criteria, structure)
    return both(_condition(one, structure) for one in criteria)


def list_condition(criteria: Sequence[Criterion], view: View, structure: Structure) -> Where:
    """Give the condition of a list: its criteria, and with a channel only what is in the channel's tree, unless the
    criteria speak of categories themselves (api-products 3.2)."""
    condition = where(criteria, structure)
    if view.channel is None or any(one.name == "categories" for one in criteria):
        return condition
    tree = structure.descendants(structure.channels[view.channel].category_tree)
    ids = sorted(structure.categories[code].id for code in tree)
    return both([condition, in_categories(Criterion("categories", "IN", ids), structure)])


def _require_options(criteria: Sequence[Criterion], structure: Structure) -> None:
    asked = [
        (one.field.code, code)
        for one in criteria
        if one.field is not None and one.field.type in (SIMPLE_SELECT, MULTI_SELECT) and one.value
        for code in one.value
    ]
    known = structure_queries.options({pair for pair in asked if "\0" not in pair[1]}, structure) if asked else {}
    for attribute, code in asked:
        if (attribute, code) not in known:
            raise Unprocessable(f'The filter "{attribute}" expects options that exist: "{code}" does not.')


def _condition(one: Criterion, structure: Structure) -> Where:
    if _has_nul(one.value):
        # The server's text cannot hold U+0000, so no value has it.
        return FALSE
    if one.field is not None:
        return _attribute(one, structure)
    return _PROPERTIES[one.name](one, structure)


def _has_nul(value: Any) -> bool:
    return "\0" in value if isinstance(value, str) else isinstance(value, list) and any(map(_has_nul, value))


# Properties


def _uuid(one: Criterion, structure: Structure) -> Where:
    condition = Where("p.uuid = ANY(%s::uuid[])", ([uuid for uuid in one.value if UUID.fullmatch(uuid)],))
    return condition if one.operator == "IN" else negated(condition)


def _identifier(one: Criterion, structure: Structure) -> Where:
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return Where("p.identifier_key IS NULL" if one.operator == "EMPTY" else "p.identifier_key IS NOT NULL")
    if one.operator in ("IN", "NOT IN"):
        word = "= ANY" if one.operator == "IN" else "<> ALL"
        return Where(f"p.identifier_key {word}(%s::text[])", (one.value,))
    return Where(f"p.identifier_key {_TEXTS[one.operator][0]} %s", (_TEXTS[one.operator][1](one.value),))


_TEXTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "=": ("=", str),
    "!=": ("<>", str),
    "STARTS WITH": ("LIKE", lambda text: f"{like(text)}%"),
    "CONTAINS": ("LIKE", lambda text: f"%{like(text)}%"),
    "DOES NOT CONTAIN": ("NOT LIKE", lambda text: f"%{like(text)}%"),
}


def _family(one: Criterion, structure: Structure) -> Where:
    if one.operator == "EMPTY":
        return Where("p.family_id IS NULL")
    if one.operator == "NOT EMPTY":
        return Where("p.family_id IS NOT NULL")
    if one.operator == "IN":
        return Where("p.family_id = ANY(%s::bigint[])", (one.value,))
    return Where("(p.family_id IS NULL OR p.family_id <> ALL(%s::bigint[]))", (one.value,))


def _members(table: str, column: str) -> Callable[[Criterion, Structure], Where]:
    any_of = Where(f"EXISTS (SELECT 1 FROM {table} m WHERE m.product_id = p.id)")  # noqa: S608  # own name

    def condition(one: Criterion, structure: Structure) -> Where:
        if one.operator in ("EMPTY", "UNCLASSIFIED"):
            return negated(any_of)
        if one.operator == "NOT EMPTY":
            return any_of
        inside = among(table, f"x.{column} = ANY(%s::bigint[])", one.value)
        if one.operator == "IN OR UNCLASSIFIED":
            return either([inside, negated(any_of)])
        return inside if one.operator == "IN" else negated(inside)

    return condition


in_categories = _members("product_category", "category_id")


def _enabled(one: Criterion, structure: Structure) -> Where:
    return Where("p.enabled = %s", (one.value,))


def _parent(one: Criterion, structure: Structure) -> Where:
    return TRUE if one.operator == "EMPTY" else FALSE


def _moment(one: Criterion, structure: Structure) -> Where:
    """Moments are kept to the microsecond and compared to the second, as they are printed."""
    column, second = f"p.{one.name}", timedelta(seconds=1)
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return FALSE if one.operator == "EMPTY" else TRUE
    if one.operator == "SINCE LAST N DAYS":
        return Where(f"{column} > %s", (one.value,))
    if one.operator == "<":
        return Where(f"{column} < %s", (one.value,))
    if one.operator == ">":
        return Where(f"{column} >= %s", (one.value + second,))
    first, last = one.value if isinstance(one.value, list) else (one.value, one.value)
    within = Where(f"({column} >= %s AND {column} < %s)", (first, last + second))
    return within if one.operator in ("=", "BETWEEN") else negated(within)


def _completeness(one: Criterion, structure: Structure) -> Where:
    if one.operator == "EMPTY":
        return Where("p.family_id IS NULL")
    comparison, quantifier = one.operator.split(" ")
    places = [(COMPLETENESS, one.channel or "", locale, "") for locale in one.locales or ()]
    known = search_keys(places)
    keys = [known.get(place, NOWHERE) for place in places]
    if quantifier == "ALL":
        return both(_number_at([key], comparison, one.value) for key in keys)
    # "!=" needs every locale to be there; the index has all of them for every product with a family.
    return _number_at(keys, "<>" if comparison == "!=" else comparison, one.value)


def _number_at(keys: list[int], comparison: str, value: float) -> Where:
    return among("product_idx_num", f"x.key = ANY(%s::int[]) AND x.value {comparison} %s", keys, value)


def _label_or_identifier(one: Criterion, structure: Structure) -> Where:
    channel = one.channel or next(iter(structure.channels), "")
    locales = one.locales or structure.channels[channel].locales if channel in structure.channels else ()
    return either(
        [
            identifier_contains(one.value),
            *(label_contains(one.value, channel, locale, structure) for locale in locales),
        ]
    )


def label_contains(folded: str, channel: str, locale: str, structure: Structure) -> Where:
    """Products whose label, the value of their family's label attribute, has a text in it."""
    families: dict[str, list[int]] = {}
    for family in structure.families.values():
        families.setdefault(family.attribute_as_label, []).append(family.id)
    places = {code: place for code in families if (place := label_place(code, channel, locale, structure)) is not None}
    keys = search_keys(set(places.values()))
    return either(
        both(
            [
                Where("p.family_id = ANY(%s::bigint[])", (families[code],)),
                among("product_idx_text", "x.key = %s AND x.value LIKE %s", keys[place], f"%{like(folded)}%"),
            ]
        )
        for code, place in places.items()
        if place in keys
    )


def identifier_contains(folded: str) -> Where:
    pattern = f"%{like(folded)}%"
    return _few_or(
        "SELECT x.id FROM product x WHERE x.identifier_key LIKE %s", Where("p.identifier_key LIKE %s", (pattern,))
    )


def label_place(code: str, channel: str, locale: str, structure: Structure) -> tuple[int, str, str, str] | None:
    """Where the label that a channel shows in a locale stands in the index; None for the main identifier."""
    attribute = structure.attributes.get(code)
    if attribute is None or attribute.is_main_identifier:
        return None
    return (attribute.id, channel if attribute.scopable else "", locale if attribute.localizable else "", "")


_PROPERTIES: dict[str, Callable[[Criterion, Structure], Where]] = {
    "uuid": _uuid,
    "identifier": _identifier,
    "family": _family,
    "groups": _members("product_group", "group_id"),
    "categories": in_categories,
    "enabled": _enabled,
    "parent": _parent,
    "created": _moment,
    "updated": _moment,
    "completeness": _completeness,
    "label_or_identifier": _label_or_identifier,
}


# Attributes


def _attribute(one: Criterion, structure: Structure) -> Where:
    field = one.field
    if field is None:
        return TRUE
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return _emptiness(one, field, structure)
    if one.slot is None:
        return FALSE
    place = (*one.slot.place[:3], one.currency or "")
    key = search_keys([place]).get(place, NOWHERE)
    table = _table(field)
    if one.operator in _TEXTS and field.table == "text":
        word, pattern = _TEXTS[one.operator]
        return _at(table, [key], f"x.value {word} %s", pattern(one.value))
    if one.operator in ("IN", "OTHER THAN"):
        word = "= ANY" if one.operator == "IN" else "<> ALL"
        return _at(table, [key], f"x.value {word}(%s::text[])", one.value)
    if one.operator == "NOT IN":
        return negated(_at(table, [key], "x.value = ANY(%s::text[])", one.value))
    if one.operator == "BETWEEN":
        return _at(table, [key], "x.value BETWEEN %s AND %s", *one.value)
    if one.operator == "NOT BETWEEN":
        return _at(table, [key], "x.value NOT BETWEEN %s AND %s", *one.value)
    comparison = "<>" if one.operator == "!=" else one.operator
    return _at(table, [key], f"x.value {comparison} %s", one.value)


def _table(field: Field) -> str:
    return "product_idx_text" if field.table == "text" else "product_idx_num"


def _at(table: str, keys: list[int], condition: str, *params: Any) -> Where:
    return among(table, f"x.key = ANY(%s::int[]) AND {condition}", keys, *params)


def _emptiness(one: Criterion, field: Field, structure: Structure) -> Where:
    """`EMPTY` is for products that could hold the attribute: of a family with it, or with a value elsewhere (6.2)."""
    places = {(*place, currency): key for *place, currency, key in keys_of_attributes([field.attribute.id])}
    here = [
        key
        for place, key in places.items()
        if one.slot is not None
        and place[:3] == one.slot.place[:3]
        and (one.currency is None or place[3] == one.currency)
    ]
    filled = _at(_table(field), here or [NOWHERE], "true")
    if one.operator == "NOT EMPTY":
        return filled
    families = [family.id for family in structure.families.values() if field.code in family.attributes]
    holds = _at(_table(field), list(places.values()) or [NOWHERE], "true")
    return both([negated(filled), either([Where("p.family_id = ANY(%s::bigint[])", (families,)), holds])])
