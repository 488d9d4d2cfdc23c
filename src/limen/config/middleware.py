"""Django's middleware for people's screens, passed by for calls under `/api/`.

A call of the API needs no session, no CSRF check and no messages, and the full stack costs it
70–80 µs (architecture §4). Each entry of MIDDLEWARE is one of these factories.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def for_screens(path: str) -> Callable[[GetResponse], GetResponse]:
    def factory(get_response: GetResponse) -> GetResponse:
        inner = import_string(path)(get_response)

        def middleware(request: HttpRequest) -> HttpResponseBase:
            if request.path_info.startswith("/api/"):
                return get_response(request)
            answer: HttpResponseBase = inner(request)
            return answer

        check = getattr(inner, "process_view", None)
        if check is not None:

            def process_view(request: HttpRequest, *view: Any) -> Any:
                return None if request.path_info.startswith("/api/") else check(request, *view)

            middleware.process_view = process_view  # type: ignore[attr-defined]  # Django's own hook
        return middleware

    return factory


security = for_screens("django.middleware.security.SecurityMiddleware")
static_files = for_screens("whitenoise.middleware.WhiteNoiseMiddleware")
content_policy = for_screens("csp.middleware.CSPMiddleware")
sessions = for_screens("django.contrib.sessions.middleware.SessionMiddleware")
common = for_screens("django.middleware.common.CommonMiddleware")
csrf = for_screens("django.middleware.csrf.CsrfViewMiddleware")
authentication = for_screens("django.contrib.auth.middleware.AuthenticationMiddleware")
login_required = for_screens("django.contrib.auth.middleware.LoginRequiredMiddleware")
language = for_screens("django.middleware.locale.LocaleMiddleware")
messages = for_screens("django.contrib.messages.middleware.MessageMiddleware")
no_framing = for_screens("django.middleware.clickjacking.XFrameOptionsMiddleware")
htmx = for_screens("django_htmx.middleware.HtmxMiddleware")
caller = for_screens("limen.accounts.middleware.CallerMiddleware")
sign_in_limit = for_screens("axes.middleware.AxesMiddleware")
