"""Session → caller."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from limen.accounts import queries


class CallerMiddleware:
    """Set `request.caller` (None for nobody), the record that the API uses too, and show times in their zone.

    Cost: 1 query for somebody who is signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        caller = queries.caller_for(user.pk) if user.is_authenticated else None
        request.caller = caller  # type: ignore[attr-defined]  # our own addition to Django's request
        with timezone.override(ZoneInfo(caller.timezone) if caller else None):
            return self.get_response(request)
