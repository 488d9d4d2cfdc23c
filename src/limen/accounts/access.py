"""What every view says about itself: who may see it.

`@requires(…)`, or Django's `@login_not_required` where nobody needs to sign in. A test walks all routes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from limen.accounts.rules import Caller
from limen.kit.errors import Refused
from limen.kit.web.views import refused

View = Callable[..., HttpResponseBase]


def caller_of(request: HttpRequest) -> Caller:
    """Give who stands behind a request of somebody who is signed in."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return caller


def requires(permission: str | None, *others: str) -> Callable[[View], View]:
    """Let in whoever has this permission, or one of the `others` that hold it too; the rest see the 403 page.
    None: everybody who is signed in.

    Whatever the view refuses by raising (NotFound, Conflict, …) becomes the page that says so. Signing in
    is asked for by Django's LoginRequiredMiddleware before a view is reached.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                caller = caller_of(request)
                if permission is not None and not any(map(caller.may, others)):
                    caller.require(permission)
                return view(request, *args, **kwargs)
            except Refused as refusal:
                return refused(request, refusal)

        # One, or all that do; see `asked_for`.
        guarded.permission = (permission, *others) if others else permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def asked_for(view: Any) -> Iterator[tuple[str, ...]]:
    """Give what a view asks for: each time one permission, or several of which one is enough."""
    while view is not None:
        permission = vars(view).get("permission")
        if permission is not None:
            yield (permission,) if isinstance(permission, str) else permission
        # A view that asks twice is wrapped twice.
        view = getattr(view, "__wrapped__", None)
