"""The feed of changes, for connectors that follow what happens instead of reading everything again."""

from __future__ import annotations

from datetime import timedelta

import orjson
from django.conf import settings
from django.http import HttpResponse

from limen.events import queries, rules, wire
from limen.events.rules import Resource
from limen.kit import clock
from limen.kit.errors import Gone
from limen.kit.http.endpoint import ApiRequest, endpoint
from limen.kit.http.json import raw_answer
from limen.kit.http.pages import read_limit


@endpoint(name="limen_changes", listed=False)
def list_changes(request: ApiRequest) -> HttpResponse:
    """Give what changed after a cursor, oldest first, in the order in which it came true; nothing is left out."""
    return _changes(request)


@endpoint(name="limen_changes_beside", listed=False)
def list_changes_beside(request: ApiRequest) -> HttpResponse:
    """The same feed under the prefix of the other routes; a cursor of one address is good at the other."""
    return _changes(request)


def _changes(request: ApiRequest) -> HttpResponse:
    given = request.GET
    areas = rules.areas_of(_resources(request))
    limit = read_limit(given.get("limit"), default=rules.MOST_CHANGES, most=rules.MOST_CHANGES)
    oldest = clock.now() - timedelta(days=settings.LIMEN_CHANGES_DAYS)
    after = given.get("after") or None
    if after == "now":
        return _answer([], queries.settled().last, False)
    start = queries.last_before(oldest) if after is None else rules.read_cursor(after)
    page = queries.changes(areas, after=start, limit=limit)
    if start > page.drawn:
        raise Gone(
            "This cursor is of changes that this installation does not know: its database was set back to an earlier"
            " moment. Read everything once, and follow the changes from there."
        )
    if after is not None and page.events and page.events[0].at < oldest:
        raise Gone(
            f"This cursor is too old: changes are kept here for {settings.LIMEN_CHANGES_DAYS} days. Ask for"
            ' "after=now" first, read everything once, and follow the changes from there.'
        )
    return _answer([wire.change(event) for event in page.events], page.last, page.has_more)


def _resources(request: ApiRequest) -> list[Resource]:
    """Give what is asked for; without being asked, everything that the caller may list."""
    caller = request.caller
    named = request.GET.get("resource")
    if not named:
        return [one for one in rules.RESOURCES.values() if one.permission is None or caller.may(one.permission)]
    resources = rules.read_resources(named)
    for one in resources:
        if one.permission is not None:
            caller.require(one.permission)
    return resources


def _answer(items: list[bytes], last: int, has_more: bool) -> HttpResponse:
    rest = {"next": rules.cursor_of(last), "has_more": has_more}
    return raw_answer(b'{"items":[' + b",".join(items) + b"]," + orjson.dumps(rest)[1:])
