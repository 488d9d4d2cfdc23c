"""The endpoints of a resource, made from its description: list, create, bulk PATCH, get, PATCH."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse

from limen.kit import clock
from limen.kit.conditions import tag_of
from limen.kit.errors import Malformed, NotFound, Refused, Unprocessable
from limen.kit.http import ndjson
from limen.kit.http.endpoint import COLLECTION, ApiRequest, View, endpoint, methods, reports_all, tells_codes
from limen.kit.http.json import (
    base_url,
    created,
    decode_object,
    deleted,
    flag,
    json_answer,
    marked,
    segment,
    updated,
)
from limen.kit.http.pages import PageQuery, page_answer, read_page, with_self
from limen.kit.http.tags import conditions_of, tag_with, tagged
from limen.kit.text import fold
from limen.structure import operations, queries, wire
from limen.structure.errors import LineFailed
from limen.structure.operations import Outcome
from limen.structure.rules import Removal
from limen.structure.rules.records import Section, Structure
from limen.structure.rules.search import Criterion, Filters, read_search

ROOT = "/api/rest/v1"

log = logging.getLogger(__name__)

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record as the API shows it.

    `name` is the stem of route names and permissions, `anchor` that of documentation links, `title` its
    name in messages. `tests` turn a search criterion into a test of a record, per filter. `noun` is a key
    of `operations.RESOURCES`; without it the resource is read-only.
    """

    path: str
    name: str
    title: str
    section: Callable[[Structure], Section[Any]]
    printed: Callable[..., wire.Plain]
    noun: str | None = None
    anchor: str = ""
    filters: Filters = field(default_factory=dict)
    tests: Mapping[str, Callable[[Criterion, Structure], Test]] = field(default_factory=dict)
    search_refusal: type[Refused] = Malformed
    list_permission: str | None = ""
    # Turns the query string, and the records to print, into further arguments of `printed`.
    options: Callable[[ApiRequest, Sequence[Any]], Mapping[str, Any]] = lambda request, shown: {}

    @property
    def reads(self) -> str | None:
        return f"{self.name}_list" if self.list_permission == "" else self.list_permission

    def collection(self) -> View:
        """The view of `/<path>`."""
        found = {"GET": endpoint(name=f"{self.name}_list", permission=self.reads)(self._list)}
        if self.noun is not None:
            edits = f"{self.name}_edit"
            found["POST"] = endpoint(name=f"{self.name}_create", permission=edits, anchor=f"post_{self.anchor}")(
                self._create
            )
            found["PATCH"] = endpoint(
                name=f"{self.name}_partial_update_list",
                permission=edits,
                anchor=f"patch_{self.anchor}__code_",
                accepts=(COLLECTION,),
            )(self._upsert_many)
        return methods(**found)

    def item(self) -> View:
        """The view of `/<path>/<code>`."""
        found = {"GET": endpoint(name=f"{self.name}_get", permission=self.reads, conditional=True)(self._get)}
        if self.noun is not None:
            found["PATCH"] = endpoint(
                name=f"{self.name}_partial_update",
                permission=f"{self.name}_edit",
                anchor=f"patch_{self.anchor}__code_",
                conditional=True,
            )(self._upsert)
            found["DELETE"] = endpoint(name=f"{self.name}_delete", permission=f"{self.name}_remove", conditional=True)(
                self._remove
            )
        return methods(**found)

    def _list(self, request: ApiRequest) -> HttpResponse:
        """List them by page or by cursor, narrowed by `search` where there are filters."""
        query = read_page(request, cursors=True)
        structure = queries.snapshot()
        section, records = self.section(structure), self._matching(request.GET.get("search", ""), structure)
        shown = page_of(section, records, query)
        options, here = self.options(request, shown), base_url(request) + ROOT
        items = [
            with_self(f"{here}/{self.path}/{segment(one.code)}", self._encode(one, structure, options)) for one in shown
        ]
        return page_answer(
            request,
            query,
            items,
            count=len(records) if query.with_count else None,
            next_after=section.cursor(shown[-1]) if shown else None,
        )

    def _matching(self, search: str, structure: Structure) -> tuple[Any, ...]:
        """Records in their order. `search` is kept in links but not looked at where there are no filters."""
        records = self.section(structure).in_order
        if not self.filters:
            return records
        for criterion in read_search(search, self.filters, refusal=self.search_refusal):
            test = self.tests[criterion.property](criterion, structure)
            records = tuple(one for one in records if test(one))
        return records

    def _get(self, request: ApiRequest, code: str) -> HttpResponse:
        """Give one; the case of the code does not count."""
        structure = queries.snapshot()
        found = self.section(structure).find(code)
        if found is None:
            raise NotFound(f'{self.title} "{code}" does not exist.')
        printed = self._encode(found, structure, {})
        view = self._encode(found, structure, self.options(request, [found]))
        tag = tag_of(printed)
        return tagged(request, tag if view == printed else tag_with(tag, view), lambda: view)

    def _encode(self, one: Any, structure: Structure, options: Mapping[str, Any]) -> bytes:
        return wire.encode(self.printed(one, structure, **options))

    def _create(self, request: ApiRequest) -> HttpResponse:
        """Create one; a code that exists is refused."""
        body = decode_object(request.body)
        return written(
            request,
            lambda: operations.create(self.noun or "", body, by=request.caller, now=clock.now()),
            lambda code: f"{ROOT}/{self.path}/{segment(code)}",
        )

    def _upsert(self, request: ApiRequest, code: str) -> HttpResponse:
        """Update one, or create it under this code."""
        body, conditions = decode_object(request.body), conditions_of(request)
        return written(
            request,
            lambda: operations.upsert(
                self.noun or "", code, body, by=request.caller, now=clock.now(), conditions=conditions
            ),
            lambda code: f"{ROOT}/{self.path}/{segment(code)}",
        )

    def _remove(self, request: ApiRequest, code: str) -> HttpResponse:
        """Remove one, unless something stands in the way; `dry_run=1` answers with its uses."""
        return removed(
            request,
            lambda dry_run: operations.remove(
                self.noun or "",
                code,
                by=request.caller,
                now=clock.now(),
                dry_run=dry_run,
                conditions=conditions_of(request),
            ),
        )

    def _upsert_many(self, request: ApiRequest) -> HttpResponse:
        """Update or create up to 100, one JSON object per line; a bad line harms only itself."""
        return bulk_answer(
            request,
            lambda code, body: operations.upsert(self.noun or "", code, body, by=request.caller, now=clock.now()),
        )


def page_of(section: Section[Any], records: Sequence[Any], query: PageQuery) -> Sequence[Any]:
    """Cut a page out of records in the section's order."""
    if query.after is not None:
        try:
            records = section.behind(records, query.after)
        except ValueError:
            raise Unprocessable("This cursor is none that a link of this list has.") from None
    return records[query.offset : query.offset + query.limit]


def written(request: ApiRequest, write: Callable[[], Outcome], path: Callable[[str], str]) -> HttpResponse:
    """Answer a write of one resource: 201 or 204 and where it is found; with `dry_run=1` nothing is kept of it."""
    dry_run = flag(request, "dry_run")
    with operations.rehearsal(dry_run):
        outcome = write()
    answer = created if outcome.created else updated
    return marked(answer(request, path(outcome.code)), dry_run)


def removed(request: ApiRequest, remove: Callable[[bool], Removal]) -> HttpResponse:
    """Answer a removal; `dry_run=1` removes nothing and tells the uses."""
    dry_run = flag(request, "dry_run")
    removal = remove(dry_run)
    return marked(json_answer(wire.removal(removal)), dry_run) if dry_run else deleted()


Sent = tuple[str, dict[str, Any]]
Upsert = Callable[[str, dict[str, Any]], Outcome]
Together = Callable[[Sequence[Sent]], Sequence[Outcome | Refused]]


def bulk_answer(request: ApiRequest, upsert: Upsert, together: Together | None = None) -> HttpResponse:
    """Answer a bulk PATCH, line by line and in order; each line is its own change and harms only itself.

    `together` does the same with lines of different codes at once, where a resource can.
    With `dry_run=1` a line sees what those before it have done, and in the end nothing is kept.
    """
    base, anchor = base_url(request), request.endpoint.anchor
    dry_run, report_all, codes = flag(request, "dry_run"), reports_all(request), tells_codes(request)
    sent = [_read_line(line) for line in ndjson.lines(request)]
    with operations.rehearsal(dry_run):
        outcomes = _outcomes(request, sent, upsert, together)
    results = []
    for number, (line, outcome) in enumerate(zip(sent, outcomes, strict=True), 1):
        key = {} if isinstance(line, Refused) else {"code": line[0]}
        told = outcome if isinstance(outcome, Refused) else 201 if outcome.created else 204
        results.append(ndjson.line_result(number, told, base, anchor, key, report_all=report_all, codes=codes))
    return marked(ndjson.answer(results), dry_run)


def _read_line(line: bytes) -> Sent | Refused:
    try:
        body = ndjson.read_line(line)
        return ndjson.read_key(body, "code"), body
    except Refused as refusal:
        return refusal


def _outcomes(
    request: ApiRequest, sent: Sequence[Sent | Refused], upsert: Upsert, together: Together | None
) -> list[Outcome | Refused]:
    readable = [line for line in sent if not isinstance(line, Refused)]
    if together is not None and len({fold(code) for code, _ in readable}) == len(readable):
        try:
            done = iter(together(readable))
            return [line if isinstance(line, Refused) else next(done) for line in sent]
        except Exception:
            # Whichever line it was: alone it harms only itself.
            log.exception("lines of %s failed together and go one by one", request.endpoint.name)
    return [line if isinstance(line, Refused) else _alone(request, upsert, *line) for line in sent]


def _alone(request: ApiRequest, upsert: Upsert, code: str, body: dict[str, Any]) -> Outcome | Refused:
    try:
        return upsert(code, body)
    except Refused as refusal:
        return refusal
    except Exception:
        log.exception("unexpected error in a line of %s", request.endpoint.name)
        return LineFailed("Internal error. The server's log has it.")
