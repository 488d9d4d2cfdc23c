"""Enriched categories: the template of a tree, and what its categories tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any
from uuid import uuid4

import orjson
from django.core.files import File

from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Conflict, NotFound
from limen.media import operations as media
from limen.media.rules import MediaRow
from limen.structure import models
from limen.structure.operations.changes import new_version, one_change, rehearsal
from limen.structure.queries import category_values, snapshot_for_change, template_of
from limen.structure.rules import Category, CategoryAttribute, CategoryTemplate, Structure, enriched
from limen.structure.rules.enriched import Data, Slot, Values, Written

Labels = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Upload:
    """An image for a value: `value.data` is not looked at."""

    value: Written
    file: IO[bytes] | File[bytes]
    filename: str


# What categories tell


def save_category_values(
    code: str,
    values: Sequence[Written],
    uploads: Sequence[Upload] = (),
    *,
    if_still: Callable[[Values], bool] = lambda before: True,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
) -> list[str]:
    """Write what a category tells; what is not named stays. Gives the paths of the images that were uploaded.

    `if_still` is asked, under the lock, whether what it tells is still what the caller has seen.
    Raises NotFound; Conflict when it is not; Invalid, each violation at the uuid of its attribute. Images are stored
    before the transaction, and taken away again when something is refused.
    Cost: 8 queries for texts, 2 when nothing changes after the snapshot's; 2 more for each image.
    """
    stored: list[MediaRow] = []
    try:
        with rehearsal(dry_run):
            for one in uploads:
                stored.append(media.store_file(file=one.file, filename=one.filename, owner="category", by=by, now=now))
            pictures = [replace(one.value, data=_facts(row)) for one, row in zip(uploads, stored, strict=True)]
            _save_values(code, [*values, *pictures], if_still, by=by, now=now)
    except BaseException:
        for row in stored:
            media.discard_file(code=row.code, by=by, now=now)
        raise
    finally:
        if dry_run:
            for row in stored:
                media.discard_content(code=row.code)
    return [row.code for row in stored]


def _save_values(
    code: str, values: Sequence[Written], if_still: Callable[[Values], bool], *, by: Caller, now: datetime
) -> None:
    with one_change():
        structure = snapshot_for_change()
        category = _category(structure, code)
        template = template_of(category, structure) or CategoryTemplate(0, "", category.root, {}, False)
        sent = enriched.decide_values(template, values, structure)
        before = category_values([category.id]).get(category.id, {})
        if not if_still(before):
            raise Conflict("Somebody else has changed what this category tells.")
        changed = enriched.changed_values(before, sent)
        if not changed:
            return
        revision = new_version()
        for slot, data in changed.items():
            _write(category, slot, data, structure)
        models.Category.objects.filter(id=category.id).update(updated_at=now, revision=revision)
        events.record(_told("category", category.code, _differences(before, changed)), by=by, now=now)


def _write(category: Category, slot: Slot, data: Data, structure: Structure) -> None:
    key: dict[str, Any] = {
        "category_id": category.id,
        "attribute_id": slot.attribute.id,
        "channel_id": structure.channels[slot.channel].id if slot.channel else None,
        "locale_id": slot.locale,
    }
    if data:
        models.CategoryValue.objects.update_or_create(**key, defaults={"data": orjson.dumps(data).decode()})
    else:
        models.CategoryValue.objects.filter(**key).delete()


def _differences(before: Values, changed: Values) -> Iterator[dict[str, Any]]:
    for slot, data in changed.items():
        yield {"path": slot.told(), "before": _for_history(before.get(slot)), "after": _for_history(data)}


def _for_history(data: Data | None) -> str | None:
    return (data if isinstance(data, str) else str(data["original_filename"])) if data else None


def _facts(row: MediaRow) -> dict[str, Any]:
    return {
        "size": row.size,
        "extension": row.extension,
        "file_path": row.code,
        "mime_type": row.mime_type,
        "original_filename": row.original_filename,
    }


# Templates


def create_template(tree: str, *, code: str, labels: Labels, by: Caller, now: datetime) -> None:
    """Give a tree its template. Raises NotFound; Conflict when it has one; Invalid, Misshaped."""
    with one_change():
        structure = snapshot_for_change()
        root = _root(structure, tree)
        if template_of(root, structure) is not None:
            raise Conflict(f'The tree "{root.code}" has a template already.')
        judged = enriched.check_new_template(code, labels, structure)
        models.CategoryTemplate.objects.create(
            code=code, labels=_json(judged), root_id=root.id, created_at=now, updated_at=now
        )
        changes = [
            {"path": "code", "before": None, "after": code},
            {"path": "tree", "before": None, "after": root.code},
            *([{"path": "labels", "before": None, "after": judged}] if judged else []),
        ]
        events.record(_told("category_template", root.code, changes, "created"), by=by, now=now)


def update_template(tree: str, *, labels: Labels, by: Caller, now: datetime) -> None:
    """Merge labels into those of a tree's template. Raises NotFound, Invalid, Misshaped."""
    with _template_change(tree, by, now) as change:
        template = change.template
        judged = enriched.check_labels(template.code, labels, template.labels, change.structure)
        if judged != template.labels:
            models.CategoryTemplate.objects.filter(id=template.id).update(labels=_json(judged), updated_at=now)
            change.note("labels", dict(template.labels), judged)


def set_template_active(tree: str, *, active: bool, by: Caller, now: datetime) -> None:
    """Have a tree's categories tell what its template asks for, or no more; nothing told is lost. Raises NotFound."""
    with _template_change(tree, by, now) as change:
        template = change.template
        if template.is_active != active:
            models.CategoryTemplate.objects.filter(id=template.id).update(is_active=active, updated_at=now)
            change.note("active", template.is_active, active)
            change.touch_tellers()


def add_category_attribute(
    tree: str,
    *,
    code: str,
    type: str,
    scopable: bool,
    localizable: bool,
    labels: Labels,
    by: Caller,
    now: datetime,
) -> str:
    """Add an attribute as the last of a tree's template and give its uuid. Raises NotFound, Invalid, Misshaped."""
    with _template_change(tree, by, now) as change:
        template = change.template
        judged = enriched.check_new_attribute(template, code, type, labels, change.structure)
        row = models.CategoryAttribute.objects.create(
            uuid=uuid4(),
            code=code,
            type=type,
            scopable=scopable,
            localizable=localizable,
            labels=_json(judged),
            sort_order=len(template.attributes),
            template_id=template.id,
            created_at=now,
            updated_at=now,
        )
        change.note(f"attribute {code}", None, type)
        return str(row.uuid)


def update_category_attribute(tree: str, uuid: str, *, labels: Labels, by: Caller, now: datetime) -> None:
    """Merge labels into those of an attribute. Raises NotFound, Invalid, Misshaped."""
    with _template_change(tree, by, now) as change:
        one = _attribute(change.template, uuid)
        judged = enriched.check_labels(one.code, labels, one.labels, change.structure)
        if judged != one.labels:
            models.CategoryAttribute.objects.filter(id=one.id).update(labels=_json(judged), updated_at=now)
            change.note(f"labels of {one.code}", dict(one.labels), judged)


def set_category_attribute_active(tree: str, uuid: str, *, active: bool, by: Caller, now: datetime) -> None:
    """Have categories tell an attribute, or no more; nothing told is lost. Raises NotFound; Invalid when full."""
    with _template_change(tree, by, now) as change:
        one = _attribute(change.template, uuid)
        if one.is_active == active:
            return
        if active:
            enriched.check_activation(change.template)
        models.CategoryAttribute.objects.filter(id=one.id).update(is_active=active, updated_at=now)
        change.note(f"{one.code} active", one.is_active, active)
        change.touch_tellers(one)


def order_category_attributes(tree: str, uuids: Sequence[str], *, by: Caller, now: datetime) -> None:
    """Put the attributes of a tree's template into this order; those left out come behind. Raises NotFound."""
    with _template_change(tree, by, now) as change:
        before = list(change.template.attributes)
        after = enriched.in_order(change.template, uuids)
        if after == before:
            return
        places = {one.id: place for place, one in enumerate(after)}
        rows = list(models.CategoryAttribute.objects.filter(id__in=places))
        for row in rows:
            row.sort_order = places[row.id]
        models.CategoryAttribute.objects.bulk_update(rows, ["sort_order"])
        change.note("order", [one.code for one in before], [one.code for one in after])


class _TemplateChange:
    """One change of a template: what it found, and what it did."""

    def __init__(self, structure: Structure, template: CategoryTemplate, now: datetime) -> None:
        self.structure = structure
        self.template = template
        self.now = now
        self.changes: list[dict[str, Any]] = []

    def note(self, path: str, before: Any, after: Any) -> None:
        self.changes.append({"path": path, "before": before, "after": after})

    def touch_tellers(self, attribute: CategoryAttribute | None = None) -> None:
        """Mark the categories whose printed values this changes as updated, for those who ask what is new."""
        told = models.CategoryValue.objects.filter(attribute__template_id=self.template.id)
        if attribute is not None:
            told = told.filter(attribute_id=attribute.id)
        rows = models.Category.objects.filter(id__in=told.values("category_id"))
        rows.update(updated_at=self.now, revision=new_version())


@contextmanager
def _template_change(tree: str, by: Caller, now: datetime) -> Iterator[_TemplateChange]:
    """One transaction about the template of a tree; what it notes becomes one event."""
    with one_change():
        structure = snapshot_for_change()
        root = _root(structure, tree)
        template = template_of(root, structure)
        if template is None:
            raise NotFound(f'The tree "{root.code}" has no template.')
        change = _TemplateChange(structure, template, now)
        yield change
        if change.changes:
            events.record(_told("category_template", root.code, change.changes), by=by, now=now)


def _category(structure: Structure, code: str) -> Category:
    category = structure.category(code)
    if category is None:
        raise NotFound(f'The category "{code}" does not exist.')
    return category


def _root(structure: Structure, code: str) -> Category:
    category = _category(structure, code)
    if category.parent is not None:
        raise NotFound(f'The category "{category.code}" is not the root of a tree.')
    return category


def _attribute(template: CategoryTemplate, uuid: str) -> CategoryAttribute:
    for one in template.attributes:
        if one.uuid == uuid:
            return one
    raise NotFound("This attribute of categories does not exist.")


def _told(noun: str, code: str, changes: Any, verb: str = "updated") -> Happening:
    return Happening(f"{noun}.{verb}", f"{noun}:{code}", orjson.dumps({"changes": list(changes)}).decode())


def _json(labels: Mapping[str, str]) -> str:
    return orjson.dumps(labels).decode()
