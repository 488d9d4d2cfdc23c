"""Deleting a record on a screen: what it touches is shown first, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from limen.accounts.access import caller_of
from limen.kit import clock
from limen.kit.errors import Unprocessable
from limen.structure import operations, queries
from limen.structure.rules import Removal, Use


def delete(
    request: HttpRequest,
    resource: str,
    code: str,
    *,
    template: str,
    context: Mapping[str, Any],
    then: Callable[[], HttpResponse],
    toast: str,
) -> HttpResponse:
    """Answer the page that asks (GET), or remove and go on (POST). `template` extends `structure/_delete.html`.

    Raises NotFound.
    """

    def remove(dry_run: bool) -> Removal:
        return operations.remove(resource, code, by=caller_of(request), now=clock.now(), dry_run=dry_run)

    return answer(
        request,
        remove,
        lambda: queries.uses_of(resource, code),
        template=template,
        context=context,
        then=then,
        toast=toast,
    )


def answer(
    request: HttpRequest,
    remove: Callable[[bool], Removal],
    uses_of: Callable[[], tuple[Use, ...]],
    *,
    template: str,
    context: Mapping[str, Any],
    then: Callable[[], HttpResponse],
    toast: str,
) -> HttpResponse:
    """As `delete`, for what is removed in a way of its own: `remove` is told whether it is a dry run."""
    asks, reason = request.method != "POST", ""
    try:
        uses = remove(asks).uses
    except Unprocessable as refusal:
        uses, reason = uses_of(), refusal.message
    else:
        if not asks:
            messages.success(request, toast)
            return then()
    page = {"section": "settings", "uses": uses, "reason": reason, **context}
    return render(request, template, page, status=200 if asks else 422)
