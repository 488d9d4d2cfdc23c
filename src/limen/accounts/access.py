"""What every view says about itself: who may see it.

`@requires(…)`, or Django's `@login_not_required` where nobody needs to sign in. A test walks all routes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from limen.kit.errors import Refused
from limen.kit.web.views import refused

View = Callable[..., HttpResponseBase]


def requires(permission: str | None) -> Callable[[View], View]:
    """Let in whoever has this permission; the others see the 403 page. None: everybody who is signed in.

    Whatever the view refuses by raising (NotFound, Conflict, …) becomes the page that says so. Signing in
    is asked for by Django's LoginRequiredMiddleware before a view is reached.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if permission is not None:
                    request.caller.require(permission)  # type: ignore[attr-defined]  # set by CallerMiddleware
                return view(request, *args, **kwargs)
            except Refused as refusal:
                return refused(request, refusal)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test of all routes
        return guarded

    return decorate
