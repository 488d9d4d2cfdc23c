"""`limen structure`: the catalogue's structure as a file, to be kept under version control."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

import click

from limen.cli.start import with_database

if TYPE_CHECKING:
    from limen.structure.operations import Plan, Step

MARKS = {"create": "+", "change": "~", "delete": "-"}
LONG = 60


@click.group()
def structure() -> None:
    """The structure of the catalogue as a file: attributes, families, categories, channels and the like."""


@structure.command()
@with_database
def export() -> None:
    """Write the whole structure as YAML to standard output."""
    from limen.kit import yaml
    from limen.structure import queries

    click.echo(yaml.write(queries.document()), nl=False)


@structure.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
@click.option("--delete", is_flag=True, help="Delete what a section of the file does not have.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@with_database
def apply(file: TextIO, dry_run: bool, delete: bool, as_json: bool) -> None:
    """Make the structure what FILE says; - is standard input.

    All of it or nothing. Sections that the file does not have are left alone.
    """
    from limen.accounts.rules import SYSTEM
    from limen.kit import clock, yaml
    from limen.kit.errors import Invalid, Malformed
    from limen.structure import operations

    try:
        document, lines = yaml.read(file.read())
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name} is no text in UTF-8.") from None
    except Malformed as refusal:
        raise click.ClickException(f"{file.name}: {refusal.message}") from None
    try:
        plan = operations.apply_document(document, delete=delete, dry_run=dry_run, by=SYSTEM, now=clock.now())
    except Invalid as refusal:
        for line, one in sorted(((line_of(one.path, lines), one) for one in refusal.violations), key=lambda it: it[0]):
            where = f"{one.path}: " if one.path else ""
            click.echo(f"{file.name}:{line}: {where}{one.message}", err=True)
        raise click.ClickException("Nothing is changed. Mend the file and apply it again.") from None
    if as_json:
        click.echo(json.dumps(_as_plain(plan), ensure_ascii=False))
    else:
        click.echo("\n".join(_told(plan, dry_run=dry_run)))


def line_of(path: str, lines: Mapping[tuple[str, ...], int]) -> int:
    """Give the line of what a refusal is about, or of what stands around it. Categories stand at any depth."""
    parts = tuple(path.split("."))
    if parts[0] == "categories" and len(parts) > 1:
        for place, line in lines.items():
            if place[0:1] == parts[:1] and place[-1] == parts[1] and "labels" not in place:
                return line
    while parts and parts not in lines:
        parts = parts[:-1]
    return lines.get(parts, 1)


def _told(plan: Plan, *, dry_run: bool) -> Iterator[str]:
    for step in plan.steps:
        yield f"{MARKS[step.difference.verb]} {step.difference.verb} {'.'.join(step.difference.place)}"
        yield from (f"    {line}" for line in _details(step))
    if plan.kept:
        codes = ", ".join(".".join(place) for place in plan.kept[:10]) + (", …" if len(plan.kept) > 10 else "")
        yield f"Kept, though not in the file ({len(plan.kept)}; --delete deletes them): {codes}"
    if not plan.steps:
        yield "Nothing to change: the structure is what the file says."
        return
    counts = {verb: sum(step.difference.verb == verb for step in plan.steps) for verb in MARKS}
    numbers = ", ".join(f"{number} to {verb}" for verb, number in counts.items())
    yield f"{numbers}. Nothing is changed yet." if dry_run else f"{numbers}: done."


def _details(step: Step) -> Iterator[str]:
    if step.difference.verb == "change":
        for name, before, after in step.difference.properties():
            yield f"{name}: {_changed(before, after)}"
    for use in step.uses:
        yield f"touches {use.told()}"


def _changed(before: Any, after: Any) -> str:
    """A list is told by what came and what went, unless only its order is new."""
    if isinstance(before, list) and isinstance(after, list):
        came, went = [one for one in after if one not in before], [one for one in before if one not in after]
        if came or went:
            return " ".join([*(f"+{_short(one)}" for one in came), *(f"-{_short(one)}" for one in went)])
    return f"{_short(before)} → {_short(after)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def _as_plain(plan: Plan) -> dict[str, Any]:
    return {
        "steps": [
            {
                "verb": step.difference.verb,
                "place": list(step.difference.place),
                "properties": [
                    {"path": path, "before": before, "after": after}
                    for path, before, after in step.difference.properties()
                ],
                "uses": [{"what": use.what, "count": use.count, "more": use.more} for use in step.uses],
            }
            for step in plan.steps
        ],
        "kept": [list(place) for place in plan.kept],
    }
