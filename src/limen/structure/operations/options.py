"""Options of an attribute, many at once: a list that is pasted, and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from limen.events import operations as events
from limen.kit.errors import Invalid, Misshaped, NotFound, Refused, Unprocessable
from limen.kit.text import fold
from limen.structure import rules
from limen.structure.operations import saves
from limen.structure.operations.changes import being_removed, new_options_version, one_change
from limen.structure.operations.resources import Outcome, happening_of, upsert_option
from limen.structure.queries import (
    neighbour_of,
    option_codes_being_removed,
    option_of,
    options_by_code,
    snapshot_for_change,
)
from limen.structure.rules import Attribute, Option, Structure
from limen.structure.rules.draft import Body
from limen.structure.rules.nouns import Decision, decide_upsert


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one option of many. `messages` say what is wrong with it, in whole sentences."""

    code: str
    outcome: Literal["created", "changed", "same", "wrong"]
    messages: tuple[str, ...] = ()


def upsert_options(
    attribute: str, bodies: Sequence[Body], *, by: events.Author, now: datetime, dry_run: bool = False
) -> list[Line]:
    """Update or create options, each from a body with its `code`: all of them, or none when a line is wrong.

    Gives a line for each body, also with `dry_run`, which saves nothing. Raises NotFound for the attribute.
    Cost: 4 queries to judge them, at most 5 more to save them, however many they are.
    """
    with one_change():
        structure = snapshot_for_change()
        parent = structure.attribute(attribute)
        if parent is None:
            raise NotFound(f'The attribute "{attribute}" does not exist.')
        codes = [str(body.get("code") or "") for body in bodies]
        stored = options_by_code(parent, codes)
        blocked = option_codes_being_removed(parent, codes)
        seen: set[str] = set()
        lines, decisions = [], []
        for code, body in zip(codes, bodies, strict=True):
            line, decision = _judge(code, body, stored.get(fold(code)), parent, structure)
            if fold(code) in blocked:
                line = _wrong(code, "This code is still being removed from products. Try again when that is done.")
            elif fold(code) in seen and code:
                line = _wrong(code, f'The code "{code}" is there twice.')
            seen.add(fold(code))
            lines.append(line)
            if decision is not None and decision.changed:
                decisions.append(decision)
        if not dry_run and not any(line.outcome == "wrong" for line in lines):
            _save(decisions, stored, parent, by=by, now=now)
    return lines


def upsert_option_lines(
    attribute: str, lines: Sequence[tuple[str, Body]], *, by: events.Author, now: datetime
) -> list[Outcome | Refused]:
    """Update or create options of different codes, as `upsert_option` does with each; what is refused stays out.

    Gives what became of each, in order. Cost: 3 queries to judge them, at most 5 more to save them, however many
    they are: one by one, each would cost 5 and a commit.
    """
    with one_change():
        structure = snapshot_for_change()
        parent = structure.attribute(attribute)
        if parent is None:
            return [NotFound(f'The attribute "{attribute}" does not exist.')] * len(lines)
        codes = [code for code, _ in lines]
        stored = options_by_code(parent, codes)
        blocked = option_codes_being_removed(parent, codes)
        outcomes: list[Outcome | Refused] = []
        decisions = []
        for code, body in lines:
            known = stored.get(fold(code))
            try:
                if known is None:
                    rules.check_same_attribute(parent, body)
                decision = decide_upsert(rules.OPTION, code, body, known, structure, parent=parent)
                if fold(code) in blocked:
                    raise being_removed()
            except Refused as refusal:
                outcomes.append(refusal)
                continue
            outcomes.append(Outcome(decision.draft["code"], decision.before is None, decision.changed))
            if decision.changed:
                decisions.append(decision)
        _save(decisions, stored, parent, by=by, now=now)
    return outcomes


def _save(
    decisions: Sequence[Decision],
    stored: Mapping[str, Option],
    parent: Attribute,
    *,
    by: events.Author,
    now: datetime,
) -> None:
    if not decisions:
        return
    new_options_version()
    saves.options(decisions, stored, parent, now)
    happenings = [happening_of("attribute_option", f"{parent.code}:{one.draft['code']}", one) for one in decisions]
    events.record_many(happenings, by=by, now=now)


def move_option(attribute: str, code: str, *, up: bool, by: events.Author, now: datetime) -> bool:
    """Let an option change places with the one before it, or behind it; False at the end of the list.

    Where the two have the same sort order, all options of the attribute are numbered anew first, in the order they
    have. Raises NotFound. Cost: some 12 queries.
    """
    with one_change():
        structure = snapshot_for_change()
        parent = structure.attribute(attribute)
        option = option_of(parent, code) if parent else None
        if parent is None or option is None:
            raise NotFound(f'"{code}" does not exist, or is not an option of the attribute "{attribute}".')
        other = neighbour_of(parent, option, up=up)
        if other is None:
            return False
        if option.sort_order == other.sort_order:
            saves.options_in_order(parent, now)
            numbered = options_by_code(parent, [option.code, other.code])
            option, other = numbered[fold(option.code)], numbered[fold(other.code)]
        upsert_option(parent.code, option.code, {"sort_order": other.sort_order}, by=by, now=now)
        upsert_option(parent.code, other.code, {"sort_order": option.sort_order}, by=by, now=now)
    return True


def _judge(
    code: str, body: Body, stored: Option | None, parent: Attribute, structure: Structure
) -> tuple[Line, Decision | None]:
    try:
        decision = decide_upsert(rules.OPTION, code, body, stored, structure, parent=parent)
    except Invalid as refusal:
        return _wrong(code, *(one.message for one in refusal.violations)), None
    except (Misshaped, Unprocessable) as refusal:
        return _wrong(code, refusal.message), None
    outcome: Literal["created", "changed", "same"] = "same"
    if decision.changed:
        outcome = "created" if decision.before is None else "changed"
    return Line(code, outcome), decision


def _wrong(code: str, *messages: str) -> Line:
    return Line(code, "wrong", messages)
