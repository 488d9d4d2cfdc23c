"""Writing a decision about a resource into its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Max, Model

from limen.kit import db
from limen.kit.text import fold
from limen.structure import models, rules
from limen.structure.rules import Structure, placing
from limen.structure.rules.draft import Draft
from limen.structure.rules.family_variants import levels_of, refitted
from limen.structure.rules.nouns import Decision

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Save:
    """`stored` is the record that changes, None for a new one; `structure` as it was before."""

    decision: Decision
    stored: Any
    structure: Structure
    revision: int
    now: datetime

    @property
    def draft(self) -> Draft:
        return self.decision.draft

    def row(self, model: type[Model], **columns: Any) -> int:
        """Insert or update the main row; give its id. 1 query."""
        columns |= {"revision": self.revision, "updated_at": self.now, "labels": _json(self.draft["labels"])}
        if self.stored is not None:
            _rows(model).filter(id=self.stored.id).update(**columns)
            return int(self.stored.id)
        created = _rows(model).create(code=self.draft["code"], created_at=self.now, **columns)
        return int(created.pk)


def attribute(save: Save) -> None:
    """1 query."""
    draft = save.draft
    as_json = {"labels", "guidelines", "available_locales", "allowed_extensions"}
    other = as_json | {"code", "group", "required"}
    columns = {name: value for name, value in draft.items() if name not in other}
    columns |= {name: _json(draft[name]) for name in as_json - {"labels"}}
    group = save.structure.attribute_groups[draft["group"]]
    if save.stored is None and not save.structure.attributes:
        columns["is_main_identifier"] = True
    save.row(models.Attribute, group_id=group.id, **columns)


def attribute_group(save: Save) -> None:
    """1 query, and 1 to 2 more when attributes move: those listed come in, those left out go to `other`."""
    columns = {name: save.draft[name] for name in ("sort_order", "counts_for_quality")}
    group_id = save.row(models.AttributeGroup, **columns)
    after, before = (
        set(save.draft["attributes"]),
        set(save.decision.before["attributes"] if save.decision.before else ()),
    )
    moves = {group_id: after - before}
    if before - after:
        moves[save.structure.attribute_groups[rules.OTHER].id] = before - after
    for target, codes in moves.items():
        if codes:
            ids = [save.structure.attributes[code].id for code in codes]
            models.Attribute.objects.filter(id__in=ids).update(
                group_id=target, revision=save.revision, updated_at=save.now
            )


def family(save: Save) -> None:
    """1 query, up to 4 for the differences in attributes and requirements, 1 when its variants change with it."""
    draft, attributes = save.draft, save.structure.attributes
    image = draft["attribute_as_image"]
    family_id = save.row(
        models.Family,
        attribute_as_label_id=attributes[draft["attribute_as_label"]].id,
        attribute_as_image_id=attributes[image].id if image else None,
    )
    stored = save.stored
    _replace(
        models.FamilyAttribute,
        before={(family_id, attributes[code].id) for code in (stored.attributes if stored else ())},
        after={(family_id, attributes[code].id) for code in draft["attributes"]},
    )
    _replace(
        models.FamilyRequirement,
        before=_requirements(family_id, stored.requirements if stored else {}, save.structure),
        after=_requirements(family_id, draft["attribute_requirements"], save.structure),
    )
    if stored is not None and save.decision.differs("attributes"):
        members = {stored.code: draft["attributes"]}
        refit_variants(members, save.structure, revision=save.revision, updated_at=save.now)


def _requirements(family_id: int, requirements: Mapping[str, Iterable[str]], structure: Structure) -> set[Key]:
    return {
        (family_id, structure.channels[channel].id, structure.attributes[code].id)
        for channel, codes in requirements.items()
        for code in codes
    }


def refit_variants(members: Mapping[str, Collection[str]], structure: Structure, **columns: Any) -> None:
    """Bring variants in line with the attributes that their families have from now on. 1 query, or none.

    `members`: family code → its attributes. Axes are among them: the rules see to it.
    """
    rows = [
        models.FamilyVariant(id=one.id, levels=_levels(levels), **columns)
        for family, codes in members.items()
        for one in structure.variants_by_family.get(family, ())
        if (levels := refitted(one, codes, structure)) != one.levels
    ]
    if rows:
        models.FamilyVariant.objects.bulk_update(rows, ["levels", *columns])


def family_variant(save: Save) -> None:
    """1 query."""
    family_id = save.structure.families[save.draft["family"]].id
    save.row(models.FamilyVariant, family_id=family_id, levels=_levels(levels_of(save.draft["variant_attribute_sets"])))


def _levels(levels: Iterable[rules.VariantLevel]) -> str:
    return _json([[level.axes, level.attributes] for level in levels])


def category(save: Save) -> None:
    """1 query; 1 more for its place when it moves, 2 where there is no room for it between its new neighbours, and 1
    for the branch when it gets another parent."""
    parent = save.structure.categories.get(save.draft["parent"])
    columns: dict[str, Any] = {}
    if save.decision.differs("parent"):
        columns["parent_id"] = parent.id if parent else None
        columns["root_id"] = save.structure.categories[parent.root].id if parent else None
    if save.draft["position"] is not None:
        columns["position"] = _place(save)
    elif save.decision.differs("parent"):
        siblings = models.Category.objects.filter(parent_id=columns["parent_id"])
        columns["position"] = (siblings.aggregate(last=Max("position"))["last"] or 0) + 1
    category_id = save.row(models.Category, **columns)
    if save.stored is not None and save.decision.differs("parent"):
        below = [save.structure.categories[code].id for code in save.structure.descendants(save.stored.code)]
        models.Category.objects.filter(id__in=below).exclude(id=category_id).update(
            root_id=columns["root_id"] or category_id, revision=save.revision
        )


def _place(save: Save) -> int:
    """Give the position of the place asked for; where there is no room, all siblings get new ones. 1 query then."""
    children = save.structure.category_section.children.get(save.draft["parent"], ())
    siblings = placing.siblings_of(save.draft["code"], children)
    rank: int = save.draft["position"]
    position = placing.position_at(rank, siblings)
    if position is not None:
        return position
    places = [place * placing.GAP for place in range(1, len(siblings) + 2)]
    position = places.pop(rank - 1)
    columns = {"id": "int8", "position": "int8", "revision": "int8"}
    rows = [(one.id, place, save.revision) for one, place in zip(siblings, places, strict=True)]
    db.update_rows("structure_category", "id", columns, rows)
    return position


def channel(save: Save) -> None:
    """1 query, 2 for each list that changes (1 when new), and 2 when it is new and there are families: they
    require the main identifier for it."""
    draft, structure = save.draft, save.structure
    channel_id = save.row(
        models.Channel,
        category_tree_id=structure.categories[draft["category_tree"]].id,
        conversion_units=_json(draft["conversion_units"]),
    )
    for model, column, name in (
        (models.ChannelLocale, "locale_id", "locales"),
        (models.ChannelCurrency, "currency_id", "currencies"),
    ):
        if save.stored is not None and save.decision.differs(name):
            _rows(model).filter(channel_id=channel_id).delete()
        if save.decision.differs(name):
            _rows(model).bulk_create(
                model(channel_id=channel_id, position=position, **{column: code})
                for position, code in enumerate(draft[name])
            )
    if save.stored is None and structure.families:
        models.FamilyRequirement.objects.bulk_create(
            [
                models.FamilyRequirement(
                    family_id=one.id, channel_id=channel_id, attribute_id=structure.main_identifier.id
                )
                for one in structure.families.values()
            ]
        )
        models.Family.objects.update(revision=save.revision)


def association_type(save: Save) -> None:
    """1 query."""
    save.row(
        models.AssociationType,
        is_two_way=save.draft["is_two_way"],
        is_quantified=save.draft["is_quantified"],
    )


def group(save: Save) -> None:
    """1 query."""
    save.row(models.Group)


def option(draft: Draft, stored: rules.Option | None, parent: rules.Attribute, now: datetime) -> None:
    """1 query, and 1 more for the place behind the last when it is new and has none."""
    if stored is not None:
        models.Option.objects.filter(id=stored.id).update(
            sort_order=draft["sort_order"], labels=_json(draft["labels"]), updated_at=now
        )
        return
    if draft["sort_order"] is None:
        last = models.Option.objects.filter(attribute_id=parent.id).aggregate(last=Max("sort_order"))["last"]
        draft["sort_order"] = 1 if last is None else last + 1
    models.Option.objects.create(
        attribute_id=parent.id,
        code=draft["code"],
        folded=fold(draft["code"]),
        sort_order=draft["sort_order"],
        labels=_json(draft["labels"]),
        created_at=now,
        updated_at=now,
    )


def options(
    decisions: Sequence[Decision], stored: Mapping[str, rules.Option], parent: rules.Attribute, now: datetime
) -> None:
    """As `option` for many decisions, `stored` by folded code. At most 3 queries."""
    new, changed = [one.draft for one in decisions if one.before is None], [one for one in decisions if one.before]
    if any(draft["sort_order"] is None for draft in new):
        others = models.Option.objects.filter(attribute_id=parent.id)
        last = others.aggregate(last=Max("sort_order"))["last"]
        for draft in (one.draft for one in decisions):
            if draft["sort_order"] is None:
                draft["sort_order"] = 1 if last is None else last + 1
            # As one after the other: who comes behind a new last one goes behind that.
            last = draft["sort_order"] if last is None else max(last, draft["sort_order"])
    db.insert_rows(
        "structure_option",
        {
            "attribute_id": "int8",
            "code": "text",
            "folded": "text",
            "sort_order": "int8",
            "labels": "text",
            "created_at": "timestamptz",
            "updated_at": "timestamptz",
        },
        [
            (parent.id, draft["code"], fold(draft["code"]), draft["sort_order"], _json(draft["labels"]), now, now)
            for draft in new
        ],
    )
    db.update_rows(
        "structure_option",
        "id",
        {"id": "int8", "sort_order": "int8", "labels": "text", "updated_at": "timestamptz"},
        [
            (stored[fold(draft["code"])].id, draft["sort_order"], _json(draft["labels"]), now)
            for draft in (one.draft for one in changed)
        ],
    )


def options_in_order(parent: rules.Attribute, now: datetime) -> None:
    """Number the options from 1, in the order they have. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE structure_option o SET sort_order = counted.place, updated_at = %s FROM (SELECT id,"
            " row_number() OVER (ORDER BY sort_order, folded) AS place FROM structure_option"
            " WHERE attribute_id = %s AND removed_at IS NULL) counted"
            " WHERE o.id = counted.id AND o.sort_order <> counted.place",
            [now, parent.id],
        )


def _replace(model: type[Model], *, before: set[Key], after: set[Key]) -> None:
    """Bring link rows, which are nothing but their key, from one set to the other. At most 2 queries."""
    gone, new = before - after, after - before
    if gone:
        _rows(model).filter(pk__in=sorted(gone)).delete()
    if new:
        _rows(model).bulk_create(model(pk=key) for key in sorted(new))


def _rows(model: type[Model]) -> Any:
    return model._default_manager


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
