"""Criteria as SQL over the narrow tables: `p` is a product or a model, each criterion a look into an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from limen.kit import db
from limen.kit.db import like
from limen.kit.errors import Unprocessable
from limen.products.queries.conditions import (
    FALSE,
    NOWHERE,
    TRUE,
    Where,
    among,
    both,
    either,
    exists,
    few,
    named,
    negated,
)
from limen.products.queries.filled import lacking
from limen.products.queries.search_keys import COMPLETENESS, QUALITY, keys_of_attributes, search_keys
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.products.rules.kinds import HEAD, MARK
from limen.products.rules.reading import UUID
from limen.products.rules.rulebook import Field
from limen.products.rules.search import ANY, Criterion
from limen.products.rules.views import View
from limen.structure import queries as structure_queries
from limen.structure.rules import MULTI_SELECT, SIMPLE_SELECT, TEXTAREA, Structure

COMPLETE = 100
# Trees of so many categories stand in the statement itself.
_WRITTEN_OUT = 500


def where(criteria: Sequence[Criterion], structure: Structure, store: Store = PRODUCTS) -> Where:
    """Give the condition for all criteria. Raises Unprocessable for options that do not exist.

    Cost: 1 query for each criterion over the index, the categories or parents; 1 more for search keys not
    remembered yet, 1 for options likewise.
    """
    _require_options(criteria, structure)
    return _all(criteria, structure, store)


def _all(criteria: Sequence[Criterion], structure: Structure, store: Store) -> Where:
    return both(_condition(one, structure, store) for one in criteria)


def list_condition(criteria: Sequence[Criterion], view: View, structure: Structure, store: Store = PRODUCTS) -> Where:
    """Give the condition of a list: its criteria, and with a channel only what is in the channel's tree, unless the
    criteria speak of categories themselves (api-products 3.2)."""
    condition = where(criteria, structure, store)
    if view.channel is None or any(one.name == "categories" for one in _every(criteria)):
        return condition
    tree = structure.descendants(structure.channels[view.channel].category_tree)
    ids = sorted(structure.categories[code].id for code in tree)
    # Products outside of the tree are few, as a rule: asking each is right, and finding those inside first is not.
    return both([condition, _in_tree(ids, store)])


def _in_tree(ids: list[int], store: Store) -> Where:
    among_them, params = "%s::bigint[]", [ids]
    if len(ids) <= _WRITTEN_OUT:
        # Only then PostgreSQL keeps its plan: for an array to come it guesses ten categories, and finds the plan for
        # those that do come better each time, which costs 0.2 ms each time.
        among_them, params = f"'{{{','.join(map(str, ids))}}}'::bigint[]", []
    inside = exists(f"{store.categories} x WHERE x.category_id = ANY({among_them}) AND x.{store.owner} = p.id", *params)
    return replace(inside, settled=True)


def _every(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Give criteria, those that stand inside of others in their place."""
    found: list[Criterion] = []
    for one in criteria:
        found.extend((each for some in one.value for each in some) if one.name == ANY else [one])
    return found


def _require_options(criteria: Sequence[Criterion], structure: Structure) -> None:
    asked = [
        (one.field.code, code)
        for one in _every(criteria)
        if one.field is not None and one.field.type in (SIMPLE_SELECT, MULTI_SELECT) and one.value
        for code in one.value
    ]
    known = structure_queries.options({pair for pair in asked if "\0" not in pair[1]}, structure) if asked else {}
    for attribute, code in asked:
        if (attribute, code) not in known:
            raise Unprocessable(f'The filter "{attribute}" expects options that exist: "{code}" does not.')


def _condition(one: Criterion, structure: Structure, store: Store) -> Where:
    if one.name == ANY:
        return either(_all(some, structure, store) for some in one.value)
    if one.field is not None:
        return _attribute(_without_nul(one), structure, store)
    return _PROPERTIES[one.name](_without_nul(one), structure, store)


# Looked for instead of U+0000, which the server's text cannot hold: longer than any identifier, text, code or file
# name, and long texts hold no mark, so nothing has it.
_NOT_STORED = MARK * 300


def _without_nul(one: Criterion) -> Criterion:
    """Look for something that no value has where U+0000 is looked for; in long texts also for their mark."""
    foreign = f"\0{MARK}" if one.field is not None and one.field.type == TEXTAREA else "\0"
    if isinstance(one.value, str):
        return replace(one, value=_storable(one.value, foreign))
    if isinstance(one.value, list) and any(isinstance(value, str) for value in one.value):
        return replace(one, value=[_storable(value, foreign) for value in one.value])
    return one


def _storable(text: str, foreign: str) -> str:
    return _NOT_STORED if any(character in text for character in foreign) else text


# Properties


def _uuid(one: Criterion, structure: Structure, store: Store) -> Where:
    condition = Where("p.uuid = ANY(%s::uuid[])", ([uuid for uuid in one.value if UUID.fullmatch(uuid)],))
    return condition if one.operator == "IN" else negated(condition)


def _identifier(one: Criterion, structure: Structure, store: Store) -> Where:
    column = f"p.{store.code}"
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return Where(f"{column} IS NULL" if one.operator == "EMPTY" else f"{column} IS NOT NULL")
    if one.operator in ("IN", "NOT IN"):
        word = "= ANY" if one.operator == "IN" else "<> ALL"
        return Where(f"{column} {word}(%s::text[])", (one.value,))
    if one.operator in ("CONTAINS", "DOES NOT CONTAIN"):
        return identifier_contains(one.value, store, one.operator)
    word, pattern = _TEXTS[one.operator]
    return Where(f"{column} {word} %s", (pattern(one.value),))


_TEXTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "=": ("=", str),
    "!=": ("<>", str),
    "STARTS WITH": ("LIKE", lambda text: f"{like(text)}%"),
    "CONTAINS": ("LIKE", lambda text: f"%{like(text)}%"),
    "DOES NOT CONTAIN": ("NOT LIKE", lambda text: f"%{like(text)}%"),
}


def _family(one: Criterion, structure: Structure, store: Store) -> Where:
    if one.operator == "EMPTY":
        return Where("p.family_id IS NULL")
    if one.operator == "NOT EMPTY":
        return Where("p.family_id IS NOT NULL")
    if one.operator == "IN":
        return Where("p.family_id = ANY(%s::bigint[])", (one.value,))
    return Where("(p.family_id IS NULL OR p.family_id <> ALL(%s::bigint[]))", (one.value,))


def _members(table: str, column: str, one: Criterion, store: Store) -> Where:
    any_of = exists(f"{table} m WHERE m.{store.owner} = p.id")
    if one.operator in ("EMPTY", "UNCLASSIFIED"):
        return negated(any_of)
    if one.operator == "NOT EMPTY":
        return any_of
    inside = among(store, table, Where(f"x.{column} = ANY(%s::bigint[])", (one.value,)))
    if one.operator == "IN OR UNCLASSIFIED":
        return either([inside, negated(any_of)])
    return inside if one.operator == "IN" else negated(inside)


def in_categories(one: Criterion, structure: Structure, store: Store) -> Where:
    return _members(store.categories, "category_id", one, store)


def _in_groups(one: Criterion, structure: Structure, store: Store) -> Where:
    return _members("product_group", "group_id", one, store)


def _enabled(one: Criterion, structure: Structure, store: Store) -> Where:
    return Where("p.enabled = %s", (one.value,))


_MODELS = "SELECT id FROM product_model WHERE code_key = ANY(%s::text[])"
# The models below, too: their variants are further down.
_WITH_CHILDREN = (
    "WITH found AS (SELECT id FROM product_model WHERE code_key = ANY(%s::text[]))"
    " SELECT id FROM found UNION SELECT m.id FROM product_model m JOIN found ON m.parent_id = found.id"
)


def _parent(one: Criterion, structure: Structure, store: Store) -> Where:
    """`=` finds descendants of a model at any depth, `IN` the children of some."""
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return Where("p.parent_id IS NULL" if one.operator == "EMPTY" else "p.parent_id IS NOT NULL")
    ids = [id for (id,) in db.fetch(_WITH_CHILDREN if one.operator == "=" else _MODELS, [one.value], by_values=True)]
    return Where("p.parent_id = ANY(%s::bigint[])", (ids,))


# The last moment that a date of the server's can hold to the microsecond.
_END = datetime.max.replace(tzinfo=UTC)


# From a moment on, before a moment; None for no bound.
_Span = tuple[datetime | None, datetime | None]


def _created(one: Criterion, structure: Structure, store: Store) -> Where:
    return _moment(one, lambda span: _few_of(store, _within("p.created", span)))


def _updated(one: Criterion, structure: Structure, store: Store) -> Where:
    """Of variants and sub models the latest date counts, of their own and those of their models."""

    def within(span: _Span) -> Where:
        merged = "p.updated_with_parents"
        own = both([Where(f"{merged} IS NULL"), _within("p.updated", span)])
        return _few_of(store, own, both([Where(f"{merged} IS NOT NULL"), _within(merged, span)]))

    return _moment(one, within)


def _within(column: str, span: _Span) -> Where:
    """Both bounds side by side, never negated: so the planner knows how many lie between them."""
    first, end = span
    bounds = [Where(f"{column} >= %s", (first,))] if first is not None else []
    bounds += [Where(f"{column} < %s", (end,))] if end is not None else []
    return both(bounds)


def _few_of(store: Store, *branches: Where) -> Where:
    """Conditions on columns of which one must hold; by their ids where they are few. 1 query."""
    ids = [Where(f"SELECT p.id FROM {store.table} p WHERE {one.sql}", one.params) for one in branches]  # noqa: S608  # own parts
    # Where they are more, the planner knows as much and walks the list; this looks into the table for each of them.
    found = few(*ids, most=3_000)
    return either(branches) if found is None else named("id", "bigint", found)


def _moment(one: Criterion, within: Callable[[_Span], Where]) -> Where:
    """Moments are kept to the microsecond and compared to the second, as they are printed."""
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return FALSE if one.operator == "EMPTY" else TRUE
    if one.operator == "SINCE LAST N DAYS":
        return within((one.value, None))
    if one.operator == "<":
        return within((None, one.value))
    if one.operator == ">":
        return within((_next_second(one.value), None))
    first, last = one.value if isinstance(one.value, list) else (one.value, one.value)
    if one.operator in ("=", "BETWEEN"):
        return within((first, _next_second(last)))
    if first > last:
        return TRUE
    return either([within((None, first)), within((_next_second(last), None))])


def _next_second(moment: datetime) -> datetime:
    return moment + timedelta(seconds=1) if moment < _END - timedelta(seconds=1) else _END


def _completeness(one: Criterion, structure: Structure, store: Store) -> Where:
    if one.operator == "EMPTY":
        return Where("p.family_id IS NULL")
    comparison, quantifier = one.operator.split(" ")
    keys = _keys_of(COMPLETENESS, one)
    if quantifier == "ALL":
        return both(_number_at(store, [key], comparison, one.value) for key in keys)
    # "!=" needs every locale to be there; the index has all of them for every product with a family.
    return _number_at(store, keys, "<>" if comparison == "!=" else comparison, one.value)


def _keys_of(kind: int, one: Criterion) -> list[int]:
    places = [(kind, one.channel or "", locale, "") for locale in one.locales or ()]
    known = search_keys(places)
    return [known.get(place, NOWHERE) for place in places]


def _number_at(store: Store, keys: list[int], comparison: str, value: float) -> Where:
    return _at(store, store.numbers, keys, *_compared(comparison, value))


def _quality(one: Criterion, structure: Structure, store: Store) -> Where:
    return _at(store, store.numbers, _keys_of(QUALITY, one), Where("x.value = ANY(%s::float8[])", (one.value,)))


def _variants_completeness(one: Criterion, structure: Structure, store: Store) -> Where:
    """Models by the completeness of the variants below them, at any depth (api-products 6.5)."""
    quantifier, _, state = one.operator.rpartition(" ")
    keys = _keys_of(COMPLETENESS, one)
    wanted, unwanted = ("=", "<") if state == "COMPLETE" else ("<", "=")
    if quantifier == "AT LEAST":
        return _some_variant(keys, wanted)
    return both(
        condition
        for key in keys
        for condition in (_some_variant([key], wanted), negated(_some_variant([key], unwanted)))
    )


def _some_variant(keys: list[int], comparison: str) -> Where:
    return exists(
        "product v JOIN product_idx_num x ON x.product_id = v.id"  # noqa: S608  # own parts
        " WHERE v.parent_id = ANY(ARRAY(SELECT p.id UNION ALL"
        " SELECT m.id FROM product_model m WHERE m.parent_id = p.id))"
        f" AND x.key = ANY(%s::int[]) AND x.value {comparison} {COMPLETE}",
        keys,
    )


def _label_or_identifier(one: Criterion, structure: Structure, store: Store) -> Where:
    channel = one.channel or next(iter(structure.channels), "")
    locales = one.locales or structure.channels[channel].locales if channel in structure.channels else ()
    return either(
        [
            identifier_contains(one.value, store),
            *(label_contains(one.value, channel, locale, structure, store) for locale in locales),
        ]
    )


def label_contains(folded: str, channel: str, locale: str, structure: Structure, store: Store = PRODUCTS) -> Where:
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
                _at(store, store.texts, [keys[place]], Where("x.value LIKE %s", (f"%{like(folded)}%",))),
            ]
        )
        for code, place in places.items()
        if place in keys
    )


def identifier_contains(folded: str, store: Store = PRODUCTS, operator: str = "CONTAINS") -> Where:
    """Few are given by their identifiers: that way the index alone is read. 1 query, of up to the whole index."""
    word, pattern = _TEXTS[operator]
    condition = Where(f"p.{store.code} {word} %s", (pattern(folded),))
    statement = f"SELECT p.{store.code} FROM {store.table} p WHERE {condition.sql}"  # noqa: S608  # own names
    found = few(Where(statement, condition.params))
    return condition if found is None else named(store.code, "text", found)


def label_place(code: str, channel: str, locale: str, structure: Structure) -> tuple[int, str, str, str] | None:
    """Where the label that a channel shows in a locale stands in the index; None for the main identifier."""
    attribute = structure.attributes.get(code)
    if attribute is None or attribute.is_main_identifier:
        return None
    return (attribute.id, channel if attribute.scopable else "", locale if attribute.localizable else "", "")


_PROPERTIES: dict[str, Callable[[Criterion, Structure, Store], Where]] = {
    "uuid": _uuid,
    "identifier": _identifier,
    "family": _family,
    "groups": _in_groups,
    "categories": in_categories,
    "enabled": _enabled,
    "parent": _parent,
    "created": _created,
    "updated": _updated,
    "updated_including_linked_type": lambda one, structure, store: TRUE,
    "completeness": _completeness,
    "variants_completeness": _variants_completeness,
    "quality_score": _quality,
    "label_or_identifier": _label_or_identifier,
}


# Attributes


def _attribute(one: Criterion, structure: Structure, store: Store) -> Where:
    field = one.field
    if field is None:
        return TRUE
    if one.operator in ("EMPTY", "NOT EMPTY"):
        return _emptiness(one, field, structure, store)
    if one.slot is None:
        return FALSE
    place = (*one.slot.place[:3], one.currency or "")
    key = search_keys([place]).get(place, NOWHERE)
    if field.type == TEXTAREA:
        return _long_text(one, key, store)
    table = _table(field, store)
    if one.operator in _TEXTS and field.table == "text":
        return _at(store, table, [key], *_text_branches(one.operator, one.value))
    if one.operator in ("IN", "OTHER THAN"):
        word = "= ANY" if one.operator == "IN" else "<> ALL"
        return _at(store, table, [key], Where(f"x.value {word}(%s::text[])", (one.value,)))
    if one.operator == "NOT IN":
        return negated(_at(store, table, [key], Where("x.value = ANY(%s::text[])", (one.value,))))
    if one.operator == "BETWEEN":
        return _at(store, table, [key], Where("x.value BETWEEN %s AND %s", tuple(one.value)))
    if one.operator == "NOT BETWEEN":
        first, last = one.value
        if first > last:
            return _at(store, table, [key], TRUE)
        return _at(store, table, [key], Where("x.value < %s", (first,)), Where("x.value > %s", (last,)))
    return _at(store, table, [key], *_compared("<>" if one.operator == "!=" else one.operator, one.value))


def _compared(comparison: str, value: Any) -> list[Where]:
    """What differs lies before and after: two ranges of the index, instead of all of it."""
    words = ("<", ">") if comparison == "<>" else (comparison,)
    return [Where(f"x.value {word} %s", (value,)) for word in words]


def _text_branches(operator: str, text: str) -> list[Where]:
    if operator == "!=":
        return _compared("<>", text)
    word, pattern = _TEXTS[operator]
    return [Where(f"x.value {word} %s", (pattern(text),))]


def _table(field: Field, store: Store) -> str:
    return store.texts if field.table == "text" else store.numbers


def _at(store: Store, table: str, keys: list[int], *branches: Where) -> Where:
    # One key as a plain comparison: the planner then knows that a range of the index is sorted.
    key = Where("x.key = %s", (keys[0],)) if len(keys) == 1 else Where("x.key = ANY(%s::int[])", (keys,))
    return among(store, table, *(Where(f"{key.sql} AND {one.sql}", (*key.params, *one.params)) for one in branches))


# No searchable text is that long.
_BEYOND = 1_000_000


def _long_text(one: Criterion, key: int, store: Store) -> Where:
    """The narrow index holds short texts whole and the start of long ones; the rest is in a table of its own."""
    if one.operator in ("IN", "OTHER THAN"):
        listed = either(_long_equal(text, key, store) for text in one.value)
        return listed if one.operator == "IN" else both([_at(store, store.texts, [key], TRUE), negated(listed)])
    if one.operator == "=":
        return _long_equal(one.value, key, store)
    if one.operator == "!=":
        return both([_at(store, store.texts, [key], TRUE), negated(_long_equal(one.value, key, store))])
    if one.operator == "STARTS WITH":
        return _long_start(one.value, key, store)
    # In long texts this takes two thirds of the time of LIKE. The upper bound is there for the planner, who then takes
    # those that fit to be few, and reads with several processes.
    inside = Where(f"strpos(x.value, %s) BETWEEN 1 AND {_BEYOND}", (one.value,))
    found = either(_at(store, table, [key], inside) for table in (store.texts, store.longs))
    if one.operator == "DOES NOT CONTAIN":
        return both([_at(store, store.texts, [key], TRUE), negated(found)])
    return found


def _long_equal(text: str, key: int, store: Store) -> Where:
    if len(text) <= HEAD:
        return _at(store, store.texts, [key], Where("x.value = %s", (text,)))
    return _long_with_head(text, Where("x.value = %s", (text,)), key, store)


def _long_start(text: str, key: int, store: Store) -> Where:
    pattern = Where("x.value LIKE %s", (f"{like(text)}%",))
    if len(text) <= HEAD:
        return _at(store, store.texts, [key], pattern)
    return _long_with_head(text, pattern, key, store)


def _long_with_head(text: str, condition: Where, key: int, store: Store) -> Where:
    """A condition on whole long texts, of those alone that start with this one's head."""
    head = Where("x.value = %s", (text[:HEAD] + MARK,))
    whole = exists(
        f"{store.longs} x WHERE x.key = %s AND {condition.sql} AND x.{store.owner} = p.id", key, *condition.params
    )
    return both([_at(store, store.texts, [key], head), whole])


def _emptiness(one: Criterion, field: Field, structure: Structure, store: Store) -> Where:
    """`EMPTY` is for those that could hold the attribute: by their family, or with a value elsewhere (6.2)."""
    if one.slot is None and field.attribute.available_locales:
        # Of a locale that the attribute does not have nothing is found, not even that there is nothing (6.1).
        return FALSE
    places = {(*place, currency): key for *place, currency, key in keys_of_attributes([field.attribute.id])}
    here = [
        key
        for place, key in places.items()
        if one.slot is not None
        and place[:3] == one.slot.place[:3]
        and (one.currency is None or place[3] == one.currency)
    ]
    table = _table(field, store)
    if one.operator == "NOT EMPTY":
        return _at(store, table, here or [NOWHERE], TRUE)
    filled, holds = (_has(store, table, keys) for keys in (here, [*places.values()]))
    if store is MODELS:
        # Of models there are no bits: they are few beside their variants.
        return both([negated(filled), either([*_models_with(field, structure), holds])])
    families = [family.id for family in structure.families.values() if field.code in family.attributes]
    empty = both([negated(filled), either([Where("p.family_id = ANY(%s::bigint[])", (families,)), holds])])
    found = lacking(families=families, somewhere=places.values(), here=here)
    # Bits are of a moment before: whoever was deleted meanwhile, or got a value, is not found.
    return empty if found is None else both([named("id", "bigint", found), empty])


def _has(store: Store, table: str, keys: list[int]) -> Where:
    return exists(f"{table} x WHERE x.key = ANY(%s::int[]) AND x.{store.owner} = p.id", keys)


def _models_with(field: Field, structure: Structure) -> list[Where]:
    """Models have what stands on their level or above; what is a product's they never hold."""
    common, of_subs = list[int](), list[int]()
    for variant in structure.family_variants.values():
        if field.code not in structure.families[variant.family].attributes:
            continue
        level = next((n for n, one in enumerate(variant.levels, start=1) if field.code in one.attributes), 0)
        if level < len(variant.levels):
            (of_subs if level else common).append(variant.id)
    return [
        Where("p.family_variant_id = ANY(%s::bigint[])", (common,)),
        Where("(p.family_variant_id = ANY(%s::bigint[]) AND p.parent_id IS NOT NULL)", (of_subs,)),
    ]
