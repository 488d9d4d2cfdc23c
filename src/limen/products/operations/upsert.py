"""The one way in for product writes: single and bulk, by identifier and by uuid, from API, import or screen."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import orjson

from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit import clock
from limen.kit.conditions import UNCONDITIONAL
from limen.kit.errors import Refused
from limen.kit.text import fold
from limen.products.operations import store
from limen.products.operations.descending import complete, pass_down, pass_on
from limen.products.operations.gathering import Task, gather, item_of
from limen.products.operations.renaming import hold, rename
from limen.products.operations.sharing import side_by_side
from limen.products.queries import loading
from limen.products.rules.deciding import Change, Decision, decide
from limen.products.rules.lines import Line, LineResult, read_line
from limen.products.rules.reading import UUID as UUID_TEXT
from limen.products.rules.reading import Flavour, Naming, Patch
from limen.products.rules.rulebook import Rulebook, rulebook
from limen.products.rules.tags import tag_of_row
from limen.products.rules.unchanged import asks_for_nothing
from limen.products.rules.world import Item, Model, Product, World
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure


def upsert_products(
    lines: Sequence[Line | Refused],
    *,
    flavour: Flavour,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> list[LineResult]:
    """Create and update products, line by line in order; line n+1 sees what line n did. One transaction.

    A line that could not even be read is handed in as its refusal, so that results and lines stay side by side.
    A refused line harms only itself, or with `all_or_nothing` all the others: then nothing is written, and those
    that were good answer 424. Every result is what happened, or with `dry_run` what would happen.
    Cost: 12 to 20 statements whatever the number of lines (tests hold it); 60–200 µs a line of Python. Lines that
    ask for nothing new cost a read, and no transaction when they all do. Variants cost 2 to 4 statements more.
    Writers go side by side, and raise Conflict where they cannot: see `sharing.side_by_side`.
    """
    bound = any(isinstance(line, Line) and line.conditions != UNCONDITIONAL for line in lines)
    settled = {} if all_or_nothing or bound else _settled(lines, flavour, by)
    left = [line for place, line in enumerate(lines) if place not in settled] if settled else lines
    results = iter(_write(left, flavour, by, now, dry_run, all_or_nothing) if left else ())
    return [settled[place] if place in settled else next(results) for place in range(len(lines))]


def upsert_models(
    lines: Sequence[Line | Refused],
    *,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> list[LineResult]:
    """As upsert_products, for product models; what they hand down is written in the same transaction.

    Cost: as upsert_products, and that of `descending.pass_down` for everything below the models that change.
    """
    return _write(lines, "code", by, now, dry_run, all_or_nothing)


def _write(
    lines: Sequence[Line | Refused],
    flavour: Naming,
    by: Caller,
    now: datetime,
    dry_run: bool,
    all_or_nothing: bool,
) -> list[LineResult]:
    return side_by_side(lambda structure: _upsert(structure, lines, flavour, by, now, dry_run, all_or_nothing))


def _upsert(
    structure: Structure,
    lines: Sequence[Line | Refused],
    flavour: Naming,
    by: Caller,
    now: datetime,
    dry_run: bool,
    all_or_nothing: bool,
) -> list[LineResult]:
    book = rulebook(structure)
    tasks = [_task(line, flavour, book) for line in lines]
    world = World(book, structure, clock.iso(now))
    gather([task for task in tasks if isinstance(task, Task)], flavour, world)
    results: list[LineResult] = []
    happenings: list[Happening] = []
    renamed: list[tuple[Model, str]] = []
    for task in tasks:
        if isinstance(task, Refused):
            results.append(LineResult(task))
            continue
        try:
            task.line.conditions.check(partial(_tag, task, flavour, world))
            decision = decide(task.line, task.patch, task.key, flavour, world, _new_uuid)
        except Refused as refusal:
            results.append(LineResult(refusal))
            continue
        results.append(_result(decision, task.patch, flavour))
        happenings.extend(_happenings(decision))
        if decision.renamed is not None and isinstance(decision.item, Model):
            renamed.append((decision.item, decision.renamed))
    if all_or_nothing and any(isinstance(one.outcome, Refused) for one in results):
        return [one if isinstance(one.outcome, Refused) else LineResult(424) for one in results]
    if not dry_run and (world.changed or world.changed_models):
        for model, _ in renamed:
            hold(model)
        pass_on(world)
        complete(world)
        store.write(world, now)
        pass_down(world, now)
        for model, code in renamed:
            rename(model, code)
        events.record_many(happenings, by=by, now=now)
    return results


def _result(decision: Decision, patch: Patch, flavour: Naming) -> LineResult:
    item = decision.item
    # By identifier the target answers the conversion of a product into a variant like a creation.
    status = 201 if decision.created or (decision.converted and flavour == "identifier") else 204
    if isinstance(item, Product):
        return LineResult(status, item.uuid, item.identifier, ignored=patch.ignored)
    return LineResult(status, code=decision.renamed or item.name, ignored=patch.ignored)


def _tag(task: Task, flavour: Naming, world: World) -> str | None:
    """Give the tag of what a line is about, as it is stored; None when there is no such thing."""
    item = item_of(task, flavour, world)
    row = world.rows.get((item.kind, item.name)) if item is not None else None
    return tag_of_row(row) if row is not None else None


def _task(line: Line | Refused, flavour: Naming, book: Rulebook) -> Task | Refused:
    if isinstance(line, Refused):
        return line
    try:
        patch, key = read_line(line, flavour, book)
    except Refused as refusal:
        return refusal
    return Task(line, patch, key)


def _new_uuid() -> str:
    return str(UUID(bytes=os.urandom(16), version=4))


# A look before any lock: a catalogue that is sent again every night changes little


def _settled(lines: Sequence[Line | Refused], flavour: Flavour, by: Caller) -> dict[int, LineResult]:
    """Find the lines that ask for nothing that is not so already: (place of the line) → its result.

    A line is looked at only when no other one is about its product and it mentions no associations: those of another
    line may change them. Nothing is locked: the product was as the line has it when it was read, and whoever
    changes it at this moment comes after. Cost: 1 query, and 1 more when one of the sample asks for nothing.
    """
    known = _distinct(lines, flavour)
    if not known:
        return {}
    book = rulebook(structure_queries.snapshot(by.structure_versions))
    keys = list(known)
    # When each of three asks for something, the others are taken to do so too.
    sample = {keys[0], keys[len(keys) // 2], keys[-1]}
    settled = _unchanged(sample, known, flavour, book)
    if settled and len(keys) > len(sample):
        settled |= _unchanged(known.keys() - sample, known, flavour, book)
    return settled


def _distinct(lines: Sequence[Line | Refused], flavour: Flavour) -> dict[str, tuple[int, Line]]:
    """Give (place, line) by the key of the product, of lines whose product no other line is about."""
    found: dict[str, tuple[int, Line]] = {}
    several: set[str] = set()
    for place, line in enumerate(lines):
        if isinstance(line, Refused) or line.key is None:
            continue
        key = line.key.lower() if flavour == "uuid" else fold(line.key)
        if key in found:
            several.add(key)
        found[key] = (place, line)
    return {
        key: (place, line)
        for key, (place, line) in found.items()
        if key not in several
        and not line.new
        and _LINKS.isdisjoint(line.body)
        and (flavour == "identifier" or UUID_TEXT.fullmatch(key))
    }


_LINKS = frozenset({"associations", "quantified_associations"})


def _unchanged(
    keys: Collection[str], known: Mapping[str, tuple[int, Line]], flavour: Flavour, book: Rulebook
) -> dict[int, LineResult]:
    names = {"uuids": keys} if flavour == "uuid" else {"identifiers": keys}
    found: dict[int, LineResult] = {}
    for uuid, identifier, doc in loading.read_products(**names):
        place, line = known[uuid if flavour == "uuid" else fold(identifier or "")]
        if asks_for_nothing(line.body, uuid, identifier, doc, flavour, book):
            found[place] = LineResult(204, uuid, identifier)
    return found


# Events


def _happenings(decision: Decision) -> Iterator[Happening]:
    item = decision.item
    if decision.created:
        kind, subject = _subject(item)
        yield Happening(f"{kind}.created", subject, orjson.dumps(_named(item)).decode())
    elif decision.changes:
        yield updated(item, decision.changes, code=decision.renamed)
    for other, change in decision.also:
        yield updated(other, [change])


def updated(item: Item, changes: Sequence[Change], *, code: str | None = None) -> Happening:
    """Say what changed of a product or model; `code` is the one that a model gets just now."""
    kind, subject = _subject(item)
    named = _named(item)
    if code is not None:
        subject, named = f"{kind}:{code}", {"code": code}
    shown = [{"path": one.path, "before": one.before, "after": one.after} for one in changes]
    data = orjson.dumps({**named, "changes": shown}).decode()
    return Happening(f"{kind}.updated", subject, data)


def _subject(item: Item) -> tuple[str, str]:
    kind = "product" if isinstance(item, Product) else "product_model"
    return kind, f"{kind}:{item.name}"


def _named(item: Item) -> dict[str, str | None]:
    return {"identifier": item.identifier} if isinstance(item, Product) else {"code": item.name}
