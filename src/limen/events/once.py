"""A POST that is sent twice does its work once: `Idempotency-Key`.

An edge like `api.py`, for the edges of the rooms above: they wrap what creates something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.http import HttpResponse

from limen.events import operations
from limen.kit import clock
from limen.kit.errors import Unprocessable
from limen.kit.http.endpoint import ApiRequest
from limen.kit.http.json import base_url, flag

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED = "Idempotency-Replayed"


# Gives a digest of what was sent, for requests whose body cannot be read a second time.
Sent = Callable[[], bytes]


def once(request: ApiRequest, answer: Callable[[], HttpResponse], *, sent: Sent | None = None) -> HttpResponse:
    """Give the answer, or the one that the same request got before under its key.

    Without a key, and for dry runs, nothing but the answer. With one a second request waits until the first has
    ended: it gets the same answer, or does the work if the first was refused or broke, since nothing of that is kept.
    Cost: 4 statements around those of the answer, whose own transaction becomes a savepoint.
    """
    key = _key(request)
    if key is None:
        return answer()
    scope, body = _digests(request, key, sent)
    with transaction.atomic():
        kept = operations.recall_answer(scope, now=clock.now())
        if kept is None:
            return _first(request, answer, scope, body, clock.now())
        return _again(request, kept, body)


def again(request: ApiRequest, sent: Sent) -> HttpResponse | None:
    """Give the answer that is kept already, None when there is none: for those who have dear things to do before
    `once`, which decides. 2 statements, none without a key."""
    key = _key(request)
    if key is None:
        return None
    scope, body = _digests(request, key, sent)
    with transaction.atomic():
        kept = operations.recall_answer(scope, now=clock.now())
    return _again(request, kept, body) if kept is not None else None


def _key(request: ApiRequest) -> str | None:
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None or flag(request, "dry_run"):
        return None
    if not _KEY.fullmatch(key):
        raise Unprocessable('"Idempotency-Key" has 1 to 255 letters, digits and signs, without blanks.')
    return str(key)


def _first(
    request: ApiRequest, answer: Callable[[], HttpResponse], scope: bytes, body: bytes, now: datetime
) -> HttpResponse:
    first = answer()
    location = first.get("Location", "").removeprefix(base_url(request))
    operations.keep_answer(scope, operations.Kept(body, first.status_code, location), now=now)
    return first


def _again(request: ApiRequest, kept: operations.Kept, body: bytes) -> HttpResponse:
    if kept.body != body:
        raise Unprocessable(
            "This Idempotency-Key came with another request before. Take a new key for each thing you create."
        )
    again = HttpResponse(status=kept.status)
    del again["Content-Type"]
    if kept.location:
        again["Location"] = base_url(request) + kept.location
    again[REPLAYED] = "true"
    return again


def _digests(request: ApiRequest, key: str, body: Sent | None) -> tuple[bytes, bytes]:
    """Give what a key counts within, and what was sent: the query is part of it."""
    caller = request.caller
    who = f"{caller.username}\n{caller.connection_id}\n{request.path}\n{key}"
    sent = sha256(request.META["QUERY_STRING"].encode() + b"\n")
    sent.update(request.body if body is None else body())
    return sha256(who.encode()).digest(), sent.digest()
