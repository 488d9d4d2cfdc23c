#!/usr/bin/env python3
"""Brings Kontor's XML export into the PIM. Safe to run every night: see README.md beside this file."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from kontor import report, structure
from kontor.export import Article, BadExport, read_articles, read_heading
from kontor.mapping import Unmappable, to_product
from kontor.pim import LINES_AT_ONCE, Credentials, Pim, PimError
from kontor.state import State, digest_of

Pending = tuple[Article, dict[str, Any], bytes]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        credentials = Credentials.from_environment(os.environ)
    except ValueError as error:
        print(f"{error} `limen connections create` prints them with --format env.", file=sys.stderr)
        return 2
    tally = report.Tally()
    problem = ""
    try:
        with (
            closing(Pim(credentials, say=_say)) as pim,
            closing(State(options.state, f"{credentials.url} {credentials.client_id}")) as state,
        ):
            run(pim, options.export, state, tally, everything=options.all, say=_say)
    except (BadExport, PimError) as error:
        problem = str(error)
    except sqlite3.Error as error:
        problem = f"{options.state} cannot be used: {error}."
    except KeyboardInterrupt:
        problem = "Stopped. Run it again to go on."
    tally.finish()
    print(report.as_json(tally) if options.json else report.as_text(tally))
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


def run(
    pim: Pim,
    export: Path,
    state: State,
    tally: report.Tally,
    *,
    everything: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Bring an export into the PIM, counting into `tally`; what was done stays counted when it stops halfway."""
    structure.ensure(pim, read_heading(export), tally.structure)
    batch: list[Pending] = []
    for article in read_articles(export):
        tally.read += 1
        pending = _prepare(article, state, tally, everything)
        if pending is not None:
            batch.append(pending)
        if len(batch) == LINES_AT_ONCE:
            _push(pim, batch, state, tally)
            batch = []
        if tally.read % 1000 == 0:
            say(_progress(tally))
    if batch:
        _push(pim, batch, state, tally)
    say(_progress(tally))


def _prepare(article: Article, state: State, tally: report.Tally, everything: bool) -> Pending | None:
    """Map an article; None when it is not to be sent, which is counted here."""
    number = article.fields.get("number", "")
    try:
        product = to_product(article)
    except Unmappable as error:
        tally.refuse(article.position, number, [("number", str(error))])
        return None
    first = state.first_position(number, article.position)
    if first != article.position:
        # Two articles under one number would overwrite each other every night; which is right, only people know.
        tally.refuse(article.position, number, [("number", f"The export has this number already, at article {first}.")])
        return None
    digest = digest_of(product)
    if not everything and state.is_accepted(number, digest):
        tally.unchanged += 1
        return None
    return article, product, digest


def _push(pim: Pim, batch: list[Pending], state: State, tally: report.Tally) -> None:
    accepted, refused = [], []
    results = pim.patch_lines("products", [product for _, product, _ in batch])
    for (article, product, digest), result in zip(batch, results, strict=True):
        number, status = product["identifier"], result["status_code"]
        if status == 201:
            tally.created += 1
        elif status == 204:
            tally.updated += 1
        else:
            refused.append(number)
            tally.refuse(article.position, number, report.reasons_of(result))
            continue
        accepted.append((number, digest))
    state.keep(accepted, refused)


def _progress(tally: report.Tally) -> str:
    sent = tally.created + tally.updated
    return f"{tally.read:,} read: {sent:,} sent, {tally.unchanged:,} unchanged, {tally.refused:,} refused"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Bring an XML export of the ERP Kontor into the PIM.",
        epilog="The credentials come from PIM_URL, PIM_CLIENT_ID, PIM_SECRET, PIM_USERNAME and PIM_PASSWORD. "
        "Exit code: 0 when the run went through (refused articles are listed), 1 when it could not, 2 on bad usage.",
    )
    parser.add_argument("export", type=Path, help="the XML file that the ERP writes at night")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path("erp_connector.sqlite3"),
        help="file that remembers what the PIM has accepted (default: %(default)s)",
    )
    parser.add_argument("--all", action="store_true", help="send every article, not only those that have changed")
    parser.add_argument("--json", action="store_true", help="print the closing table as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
