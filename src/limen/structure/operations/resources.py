"""Creating and changing resources: one road for all of them, whoever asks.

Lock the structure → read it → decide (pure) → number the change, write, record. A change that changes nothing writes
nothing. What differs between resources is their noun (rules) and how their rows are saved (`saves`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.conditions import UNCONDITIONAL, Conditions
from limen.kit.errors import Misshaped, NotFound, Unprocessable
from limen.structure import rules, wire
from limen.structure.operations import consequences, saves
from limen.structure.operations.changes import new_options_version, new_version, one_change
from limen.structure.queries import is_being_removed, is_option_being_removed, option_of, snapshot_for_change
from limen.structure.rules import Attribute, Structure
from limen.structure.rules.draft import Body
from limen.structure.rules.nouns import Decision, Noun, decide_creation, decide_upsert
from limen.structure.rules.placing import rank_beside, siblings_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is as stored."""

    code: str
    created: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """A noun, how its records are found and printed, and how a decision about one is written.

    `heard` leaves out of a body what a setting has it ignore.
    """

    noun: Noun
    find: Callable[[Structure, str], Any]
    save: Callable[[saves.Save], None]
    printed: wire.Printer
    heard: Callable[[Body], Body] = lambda body: body


def _with_place_where_asked(body: Body) -> Body:
    """A category's `position` is read-only, unless the setting says that it may be written alone (D8)."""
    writable = settings.LIMEN_WRITABLE_POSITION and rules.asks_for_place(body)
    return body if writable else rules.without_place(body)


RESOURCES: Mapping[str, Resource] = {
    "attribute": Resource(rules.ATTRIBUTE, Structure.attribute, saves.attribute, wire.attribute),
    "attribute_group": Resource(
        rules.ATTRIBUTE_GROUP, Structure.attribute_group, saves.attribute_group, wire.attribute_group
    ),
    "family": Resource(rules.FAMILY, Structure.family, saves.family, wire.family),
    "category": Resource(rules.CATEGORY, Structure.category, saves.category, wire.category, _with_place_where_asked),
    "channel": Resource(rules.CHANNEL, Structure.channel, saves.channel, wire.channel),
    "association_type": Resource(
        rules.ASSOCIATION_TYPE, Structure.association_type, saves.association_type, wire.association_type
    ),
    "group": Resource(rules.GROUP, Structure.group, saves.group, wire.group),
}


def tag_of_record(resource: str, one: Any, structure: Structure) -> str:
    """Give the tag that a record has now: what conditions of a write are compared with."""
    printed = wire.family_variant if resource == "family_variant" else RESOURCES[resource].printed
    return wire.tag(printed(one, structure))


def create(resource: str, body: Body, *, by: events.Author, now: datetime) -> Outcome:
    """Create a resource from a body with its code; `resource` is a key of RESOURCES. Raises Misshaped, Invalid.

    Cost: 3 queries (lock, number of the change, event) and those of its save; 2 to 4 more to read what
    others changed since this process last looked; 2 for each job that products need after it.
    """
    kind = RESOURCES[resource]
    with one_change(lambda: is_being_removed(resource, str(body.get("code")))):
        structure = snapshot_for_change()
        decision = decide_creation(
            kind.noun, kind.heard(body), structure, exists=lambda code: kind.find(structure, code) is not None
        )
        return _carry_out(kind, None, decision, structure, by=by, now=now)


def upsert(
    resource: str,
    code: str,
    body: Body,
    *,
    by: events.Author,
    now: datetime,
    conditions: Conditions = UNCONDITIONAL,
) -> Outcome:
    """Update a resource, or create it under this code. Raises Misshaped, Invalid, Unprocessable; PreconditionFailed.

    Cost: as `create`; 1 query when nothing changes.
    """
    kind = RESOURCES[resource]
    with one_change(lambda: is_being_removed(resource, code)):
        structure = snapshot_for_change()
        stored = kind.find(structure, code)
        conditions.check(lambda: None if stored is None else wire.tag(kind.printed(stored, structure)))
        decision = decide_upsert(kind.noun, code, kind.heard(body), stored, structure)
        return _carry_out(kind, stored, decision, structure, by=by, now=now)


def move_category(
    code: str,
    *,
    parent: str | None,
    before: str | None = None,
    after: str | None = None,
    position: int | None = None,
    by: events.Author,
    now: datetime,
) -> Outcome:
    """Put a category below a parent (None: among the trees), beside a sibling or at a rank from 1; else as the last.

    Raises NotFound, Misshaped, Unprocessable. Cost: as `upsert`; a place without room for it renumbers its new
    siblings, 1 query more.
    """
    kind = RESOURCES["category"]
    with one_change():
        structure = snapshot_for_change()
        stored = structure.category(code)
        if stored is None:
            raise NotFound(f'The category "{code}" does not exist.')
        children = structure.category_section.children.get(parent, ())
        siblings = siblings_of(stored.code, children)
        if before or after:
            position = rank_beside(siblings, before=before, after=after)
            if position is None:
                raise Unprocessable("The category to put it beside is not there any more.")
        body = {"parent": parent, "position": len(siblings) + 1 if position is None else position}
        decision = decide_upsert(kind.noun, stored.code, body, stored, structure)
        return _carry_out(kind, stored, decision, structure, by=by, now=now)


def create_option(attribute: str, body: Body, *, by: events.Author, now: datetime) -> Outcome:
    """Create an option of an attribute. Raises NotFound, Unprocessable, Misshaped, Invalid.

    Cost: 6 queries (lock, the same code, number of the change, highest sort order, row, event).
    """
    with one_change(lambda: is_option_being_removed(attribute, str(body.get("code")))):
        structure = snapshot_for_change()
        parent = _parent(structure, attribute)
        rules.check_same_attribute(parent, body)
        decision = decide_creation(
            rules.OPTION, body, structure, parent=parent, exists=lambda code: option_of(parent, code) is not None
        )
        return _carry_out_option(None, decision, parent, by=by, now=now)


def upsert_option(
    attribute: str,
    code: str,
    body: Body,
    *,
    by: events.Author,
    now: datetime,
    conditions: Conditions = UNCONDITIONAL,
) -> Outcome:
    """Update an option, or create it under this code.

    Raises NotFound, PreconditionFailed, Unprocessable, Misshaped, Invalid.

    Cost: as `create_option` to create, 5 queries to change, 2 when nothing changes.
    """
    with one_change(lambda: is_option_being_removed(attribute, code)):
        structure = snapshot_for_change()
        parent = _parent(structure, attribute)
        stored = option_of(parent, code)
        conditions.check(lambda: None if stored is None else wire.tag(wire.option(stored, structure)))
        if stored is None:
            rules.check_same_attribute(parent, body)
        decision = decide_upsert(rules.OPTION, code, body, stored, structure, parent=parent)
        return _carry_out_option(stored, decision, parent, by=by, now=now)


def create_family_variant(family: str, body: Body, *, by: events.Author, now: datetime) -> Outcome:
    """Create a variant of a family. Raises Misshaped, also where there is no such family, and Invalid.

    Cost: as `create`, 1 query for its row.
    """
    with one_change():
        structure = snapshot_for_change()
        kind = variants_of(structure, family)
        decision = decide_creation(
            kind.noun, body, structure, exists=lambda code: structure.family_variant(code) is not None
        )
        return _carry_out(kind, None, decision, structure, by=by, now=now)


def upsert_family_variant(
    family: str,
    code: str,
    body: Body,
    *,
    by: events.Author,
    now: datetime,
    conditions: Conditions = UNCONDITIONAL,
) -> Outcome:
    """Update a variant of a family, or create it under this code.

    Raises Misshaped, PreconditionFailed, Invalid, Unprocessable.

    Cost: as `create_family_variant`; 1 query when nothing changes.
    """
    with one_change():
        structure = snapshot_for_change()
        kind = variants_of(structure, family)
        stored = structure.family_variant(code)
        conditions.check(lambda: None if stored is None else wire.tag(kind.printed(stored, structure)))
        decision = decide_upsert(kind.noun, code, body, stored, structure)
        return _carry_out(kind, stored, decision, structure, by=by, now=now)


def variants_of(structure: Structure, family: str) -> Resource:
    """Give the kind that the variants of a family are. Raises Misshaped where there is no such family."""
    found = structure.family(family)
    if found is None:
        raise Misshaped(f'Property "family" expects the code of an existing family, "{family}" given.')
    return Resource(rules.family_variant(found), Structure.family_variant, saves.family_variant, wire.family_variant)


def _parent(structure: Structure, code: str) -> Attribute:
    attribute = structure.attribute(code)
    if attribute is None:
        raise NotFound(f'The attribute "{code}" does not exist.')
    return attribute


def _carry_out(
    kind: Resource, stored: Any, decision: Decision, structure: Structure, *, by: events.Author, now: datetime
) -> Outcome:
    code, created = decision.draft["code"], decision.before is None
    if not decision.changed:
        return Outcome(code, created=False, changed=False)
    revision = new_version()
    kind.save(saves.Save(decision, stored, structure, revision, now))
    events.record(happening_of(kind.noun.name, code, decision), by=by, now=now)
    consequences.follow_decision(kind.noun.name, code, decision, structure, by=by, now=now)
    return Outcome(code, created, changed=True)


def _carry_out_option(
    stored: rules.Option | None, decision: Decision, parent: Attribute, *, by: events.Author, now: datetime
) -> Outcome:
    code, created = decision.draft["code"], decision.before is None
    if not decision.changed:
        return Outcome(code, created=False, changed=False)
    new_options_version()
    saves.option(decision.draft, stored, parent, now)
    events.record(happening_of("attribute_option", f"{parent.code}:{code}", decision), by=by, now=now)
    return Outcome(code, created, changed=True)


def happening_of(kind: str, identity: str, decision: Decision) -> Happening:
    """What history keeps: every property that changed, before and after."""
    before = decision.before
    changes = [
        {"path": name, "before": before[name] if before else None, "after": value}
        for name, value in decision.draft.items()
        if decision.differs(name) and not (before is None and value in (None, [], {}))
    ]
    verb = "updated" if before else "created"
    return Happening(f"{kind}.{verb}", f"{kind}:{identity}", orjson.dumps({"changes": changes}, default=str).decode())
