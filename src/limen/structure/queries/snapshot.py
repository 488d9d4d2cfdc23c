"""The structure as one frozen value, kept per process and brought up to date row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from limen.kit import db
from limen.structure.rules.records import (
    AssociationType,
    Attribute,
    AttributeGroup,
    Category,
    Channel,
    Currency,
    Family,
    FamilyVariant,
    Group,
    Locale,
    MeasurementFamily,
    Structure,
    Unit,
    VariantLevel,
)

_VERSIONS = "SELECT version, options_version FROM structure_version WHERE id = 1"

# Advisory locks, held to the end of the transaction: unlike locks of the row they cost no write, and they queue
# fairly, so that a stream of product writers cannot keep a structure writer waiting for ever.
_SHARED = "SELECT version, options_version FROM structure_locked_version(alone => false)"
_ALONE = "SELECT version, options_version FROM structure_locked_version(alone => true)"

# The structure's version, and that of its options.
Versions = tuple[int, int]

_cached: Structure | None = None


def snapshot(seen: Versions | None = None) -> Structure:
    """Give the structure, shared by every request of this process until it changes.

    `seen` are the versions, where the caller has read them already in this request: see `with_versions`.
    Cost: 1 query when unchanged (the version row), none with `seen`. When it changed: 2 more, and 1 to 3 for each
    kind of record that changed; at first use 16. What a transaction reads twice may differ: see locked_snapshot.
    """
    if seen is None:
        seen = _versions(_VERSIONS)
    while True:
        if _cached is not None and _cached.version == seen[0]:
            return _keep(_at(seen))
        structure = _at(seen)
        # Read in several statements: keep it only when nobody wrote in between.
        again = _versions(_VERSIONS)
        if again[0] == seen[0]:
            # Options are not read here: a stream of changes to them must not keep a new process reading for ever.
            return _keep(structure.with_options_version(again[1]))
        seen = again


def locked_snapshot() -> Structure:
    """As `snapshot`, for writers of products: until their transaction ends no structure writer gets in.

    Cost: as `snapshot`, without the second look. Call it first in the transaction: everyone locks the structure
    before anything else. Such writers do not wait for each other.
    """
    return _keep(_at(_versions(_SHARED)))


def snapshot_for_change() -> Structure:
    """As `snapshot`, for writers of the structure: until their transaction ends nobody else writes.

    Cost: as `locked_snapshot`. Call it before changing anything, or uncommitted rows end up in the cache.
    """
    return _keep(_at(_versions(_ALONE)))


@contextmanager
def snapshot_kept() -> Iterator[None]:
    """Put the cache back at the end: for changes that are taken back, which nobody else has ever seen.

    A snapshot of theirs is told from any other by its version, which is not used again; it would only cost the next
    caller reading everything anew.
    """
    global _cached
    before = _cached
    try:
        yield
    finally:
        _cached = before


def forget() -> None:
    """Drop the cache, for measurements: nothing else needs to."""
    global _cached
    _cached = None


def _keep(structure: Structure) -> Structure:
    global _cached
    _cached = structure
    return structure


def with_versions(statement: str) -> str:
    """Give a query whose rows end with the two versions, for `versions_of`: one round trip instead of two."""
    return (
        f"SELECT asked.*, v.version, v.options_version FROM ({statement}) asked"  # noqa: S608  # a statement of ours
        " LEFT JOIN structure_version v ON v.id = 1"
    )


def versions_of(row: Sequence[Any]) -> Versions:
    """Take the versions off the end of a row that was read by `with_versions`."""
    # No row: a database emptied by force. It has no structure, and 0 is never a version that is kept.
    return (row[-2], row[-1]) if row and row[-2] else (0, 0)


def _versions(statement: str) -> Versions:
    rows = db.fetch(statement)
    return versions_of(rows[0] if rows else ())


def _at(versions: Versions) -> Structure:
    """Give the structure of a version: the cached one, or that one brought up to date, or all read anew."""
    version, options_version = versions
    known = _cached
    if known is not None and known.version == version and version:
        return known if known.options_version == options_version else known.with_options_version(options_version)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES)
        trail, *revisions = cursor.fetchone() or [[]]
        if known is None or known.version not in trail:
            known, since = Structure.of(), -1
        else:
            since = known.version
        changed = {
            kind.name
            for kind, revision in zip(_KINDS, revisions, strict=False)
            if revision is not None and revision > since
        }
        load = Load(cursor, since, known)
        for kind in _KINDS:
            if kind.name in changed:
                kind.read(load)
    return Structure(
        version,
        options_version,
        load.attributes,
        load.attribute_groups,
        load.families,
        load.channels,
        load.categories,
        load.association_types,
        load.groups,
        load.measurement_families,
        load.locales,
        load.currencies,
        load.family_variants,
    )


class Load:
    """One reading: the sections as far as they are known, each replaced when its kind is read."""

    def __init__(self, cursor: Any, since: int, known: Structure) -> None:
        self.cursor = cursor
        self.since = since
        self.attributes = known.attribute_section
        self.attribute_groups = known.attribute_group_section
        self.families = known.family_section
        self.channels = known.channel_section
        self.categories = known.category_section
        self.association_types = known.association_type_section
        self.groups = known.group_section
        self.measurement_families = known.measurement_family_section
        self.locales = known.locale_section
        self.currencies = known.currency_section
        self.family_variants = known.family_variant_section

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement whose one parameter is the version already known."""
        self.cursor.execute(statement, [self.since])
        found: list[tuple[Any, ...]] = self.cursor.fetchall()
        return found

    def parted(self, statement: str) -> tuple[list[tuple[Any, ...]], list[str]]:
        """As `rows`, for a table whose rows can be removed: those that stand, and the codes of those that are gone.

        The statement gives the id, the code, and at the end `removed_at`, which is taken off.
        """
        rows = self.rows(statement)
        return [row[:-1] for row in rows if row[-1] is None], [row[1] for row in rows if row[-1] is not None]


def _read_locales(load: Load) -> None:
    rows = load.rows("SELECT code FROM structure_locale WHERE revision > %s")
    load.locales = load.locales.with_changed([Locale(*row) for row in rows])


def _read_currencies(load: Load) -> None:
    rows = load.rows("SELECT code, enabled FROM structure_currency WHERE revision > %s")
    load.currencies = load.currencies.with_changed([Currency(*row) for row in rows])


def _read_measurement_families(load: Load) -> None:
    rows = load.rows(
        "SELECT id, code, standard_unit_code, units, labels FROM structure_measurement_family WHERE revision > %s"
    )
    load.measurement_families = load.measurement_families.with_changed(
        [
            MeasurementFamily(id, code, standard, {unit.code: unit for unit in _units(units)}, orjson.loads(labels))
            for id, code, standard, units, labels in rows
        ]
    )


def _units(text: str) -> Iterable[Unit]:
    for one in orjson.loads(text):
        yield Unit(one["code"], one["symbol"], tuple((op, value) for op, value in one["convert"]), one["labels"])


def _read_attribute_groups(load: Load) -> None:
    rows = load.rows(
        "SELECT id, code, sort_order, labels, updated_at, counts_for_quality FROM structure_attribute_group"
        " WHERE revision > %s"
    )
    load.attribute_groups = load.attribute_groups.with_changed(
        [
            AttributeGroup(id, code, order, _map(labels), updated, counts)
            for id, code, order, labels, updated, counts in rows
        ]
    )


def _read_attributes(load: Load) -> None:
    rows, gone = load.parted(
        "SELECT a.id, a.code, a.type, g.code, a.unique, a.localizable, a.scopable, a.available_locales,"
        " a.max_characters, a.validation_rule, a.validation_regexp, a.wysiwyg_enabled, a.number_min, a.number_max,"
        " a.decimals_allowed, a.negative_allowed, a.date_min, a.date_max, a.metric_family, a.default_metric_unit,"
        " a.allowed_extensions, a.max_file_size, a.minimum_input_length, a.sort_order, a.labels, a.guidelines,"
        " a.auto_option_sorting, a.default_value, a.reference_data_name, a.useable_as_grid_filter,"
        " a.is_main_identifier, a.updated_at, a.removed_at"
        " FROM structure_attribute a JOIN structure_attribute_group g ON g.id = a.group_id WHERE a.revision > %s"
    )
    load.attributes = load.attributes.with_changed(
        [
            Attribute(
                # Positional, in the order of the statement: with names this would take twice as long.
                *(*row[:7], _set(row[7]), *row[8:20], _tuple(row[20]), *row[21:24], _map(row[24]), _map(row[25])),
                *row[26:],
            )
            for row in rows
        ],
        gone,
    )


def _read_categories(load: Load) -> None:
    rows, gone = load.parted(
        "SELECT c.id, c.code, p.code, coalesce(r.code, c.code), c.position, c.labels, c.updated_at, c.removed_at"
        " FROM structure_category c LEFT JOIN structure_category p ON p.id = c.parent_id"
        " LEFT JOIN structure_category r ON r.id = c.root_id WHERE c.revision > %s"
    )
    changed = [
        Category(id, code, parent, root, position, _map(labels), updated)
        for id, code, parent, root, position, labels, updated in rows
    ]
    load.categories = load.categories.with_changed(changed, gone)


def _read_channels(load: Load) -> None:
    rows, gone = load.parted(
        "SELECT c.id, c.code,"
        " (SELECT array_agg(l.locale_id::text ORDER BY l.position)"
        "  FROM structure_channel_locale l WHERE l.channel_id = c.id),"
        " (SELECT array_agg(m.currency_id::text ORDER BY m.position)"
        "  FROM structure_channel_currency m WHERE m.channel_id = c.id),"
        " t.code, c.conversion_units, c.labels, c.removed_at"
        " FROM structure_channel c JOIN structure_category t ON t.id = c.category_tree_id WHERE c.revision > %s"
    )
    load.channels = load.channels.with_changed(
        [
            Channel(id, code, tuple(locales or ()), tuple(currencies or ()), tree, _map(units), _map(labels))
            for id, code, locales, currencies, tree, units, labels in rows
        ],
        gone,
    )


def _read_families(load: Load) -> None:
    """Families, and the lists of both link tables joined into arrays by the server: 3 queries."""
    attribute_codes = {one.id: one.code for one in load.attributes.records.values()}
    channel_codes = {one.id: one.code for one in load.channels.records.values()}
    members = dict(
        load.rows(
            "SELECT family_id, array_agg(attribute_id) FROM structure_family_attribute"
            " WHERE family_id IN (SELECT id FROM structure_family WHERE revision > %s) GROUP BY family_id"
        )
    )
    requirements: dict[int, dict[str, frozenset[str]]] = {}
    for family_id, channel_id, ids in load.rows(
        "SELECT family_id, channel_id, array_agg(attribute_id) FROM structure_family_requirement"
        " WHERE family_id IN (SELECT id FROM structure_family WHERE revision > %s) GROUP BY family_id, channel_id"
    ):
        if channel_id in channel_codes:
            requirements.setdefault(family_id, {})[channel_codes[channel_id]] = _codes(ids, attribute_codes)
    load.families = load.families.with_changed(
        [
            Family(
                id,
                code,
                _codes(members.get(id, ()), attribute_codes),
                attribute_codes.get(label, ""),
                attribute_codes.get(image) if image else None,
                requirements.get(id, {}),
                _map(labels),
                updated,
            )
            for id, code, label, image, labels, updated in load.rows(
                "SELECT id, code, attribute_as_label_id, attribute_as_image_id, labels, updated_at"
                " FROM structure_family WHERE revision > %s"
            )
        ]
    )


def _codes(ids: Iterable[int], codes: dict[int, str]) -> frozenset[str]:
    # An id may be newer than the attributes that were read before; the version then is read again.
    return frozenset(codes[id] for id in ids if id in codes)


def _read_family_variants(load: Load) -> None:
    rows = load.rows(
        "SELECT v.id, v.code, f.code, v.levels, v.labels, v.updated_at FROM structure_family_variant v"
        " JOIN structure_family f ON f.id = v.family_id WHERE v.revision > %s"
    )
    load.family_variants = load.family_variants.with_changed(
        [
            FamilyVariant(id, code, family, tuple(_levels(levels)), _map(labels), updated)
            for id, code, family, levels, labels, updated in rows
        ]
    )


def _levels(text: str) -> Iterable[VariantLevel]:
    for axes, attributes in orjson.loads(text):
        yield VariantLevel(tuple(axes), tuple(attributes))


def _read_association_types(load: Load) -> None:
    rows, gone = load.parted(
        "SELECT id, code, is_two_way, is_quantified, labels, removed_at"
        " FROM structure_association_type WHERE revision > %s"
    )
    types = [AssociationType(id, code, both, quantified, _map(labels)) for id, code, both, quantified, labels in rows]
    load.association_types = load.association_types.with_changed(types, gone)


def _read_groups(load: Load) -> None:
    rows, gone = load.parted("SELECT id, code, labels, removed_at FROM structure_group WHERE revision > %s")
    load.groups = load.groups.with_changed([Group(id, code, _map(labels)) for id, code, labels in rows], gone)


def _map(text: str) -> dict[str, str]:
    return {} if text == "{}" else orjson.loads(text)


def _tuple(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(orjson.loads(text))


def _set(text: str) -> frozenset[str]:
    return frozenset(_tuple(text))


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    read: Callable[[Load], None]


# In the order of reading: families need attributes and channels.
_KINDS: Sequence[_Kind] = (
    _Kind("locale", _read_locales),
    _Kind("currency", _read_currencies),
    _Kind("measurement_family", _read_measurement_families),
    _Kind("attribute_group", _read_attribute_groups),
    _Kind("attribute", _read_attributes),
    _Kind("category", _read_categories),
    _Kind("channel", _read_channels),
    _Kind("family", _read_families),
    _Kind("family_variant", _read_family_variants),
    _Kind("association_type", _read_association_types),
    _Kind("group", _read_groups),
)

# The version's trail, and the newest revision of every kind: the ends of eleven indexes.
_NEWEST = ", ".join(f"(SELECT max(revision) FROM structure_{kind.name})" for kind in _KINDS)  # noqa: S608  # own names
_CHANGES = f"SELECT trail, {_NEWEST} FROM structure_version WHERE id = 1"  # noqa: S608
