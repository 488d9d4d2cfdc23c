"""Signing in and out, the first administrator, one's own password, and the first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from limen.accounts import operations, queries
from limen.accounts.access import caller_of, requires
from limen.accounts.context import rail_of, tiles_of
from limen.accounts.forms import PasswordForm, SetUpForm, SignInForm
from limen.accounts.rules import SEEING_CONNECTIONS
from limen.kit import clock
from limen.kit.errors import Invalid
from limen.kit.http.address import client_address
from limen.kit.text import fold
from limen.kit.web.forms import show_violations

if TYPE_CHECKING:
    from limen.accounts.models import User


@require_GET
@requires(None)
def home(request: HttpRequest) -> HttpResponse:
    """Go to the first section that this person may see."""
    return HttpResponseRedirect(rail_of(caller_of(request))[0].url)


@require_GET
@requires("limen_system_index")
def system(request: HttpRequest) -> HttpResponse:
    sees_connections = caller_of(request).may_one_of(SEEING_CONNECTIONS)
    context = {"section": "system", "sees_connections": sees_connections, "tiles": tiles_of(caller_of(request))}
    return render(request, "accounts/system.html", context)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        # A fragment was asked for after the session had ended: the whole page must go, not the fragment.
        away: HttpResponse = HttpResponseClientRedirect(_sign_in_again_at(request))
        return away
    if request.user.is_authenticated:
        return redirect(_where_to(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _authenticate(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if user is not None:
            _enter(request, user)
            return redirect(_where_to(request))
        _note_lock_out(request, form.cleaned_data["username"])
        form.add_error(None, _("No user has this name and this password. Check both and try again."))
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        operations.note_sign_out(by=caller_of(request), address=client_address(request), now=clock.now())
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("accounts:sign-in")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "repeat")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first administrator: a link from the console that works once."""
    if not queries.setup_link_is_open(token, now=clock.now()):
        return render(request, "accounts/set_up_over.html", status=403)
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            operations.create_first_administrator(
                token=token,
                username=entered["username"],
                password=entered["password"],
                first_name=entered["name"],
                now=clock.now(),
            )
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            user = _authenticate(request, entered["username"], entered["password"])
            assert user is not None  # just made, with this password
            _enter(request, user)
            messages.success(request, _("Welcome to Limen. You are its administrator."))
            return redirect("home")
    return render(request, "accounts/set_up.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("current", "password", "repeat")
@require_http_methods(["GET", "POST"])
@requires(None)
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            operations.change_own_password(
                current=entered["current"], password=entered["password"], by=caller_of(request), now=clock.now()
            )
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            # Keeps this session alive under a new key; all others carry the digest of the old password.
            user = cast("User", request.user)
            user.refresh_from_db()
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Other windows and devices are signed out."))
            return redirect("accounts:password")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """Answer instead of the sign-in page after too many failures (called by the limiter, no route)."""
    minutes = max(1, -(-settings.LIMEN_SIGN_IN_PAUSE // 60))
    answer = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(settings.LIMEN_SIGN_IN_PAUSE)
    return answer


def _authenticate(request: HttpRequest, username: str, password: str) -> User | None:
    # Folded, and cut to what the limiter's table holds: no longer name or e-mail exists.
    return authenticate(request, username_folded=fold(username)[:255], password=password)


def _enter(request: HttpRequest, user: User) -> None:
    operations.note_sign_in(user_id=user.id, address=client_address(request), now=clock.now())
    login(request, user)


def _note_lock_out(request: HttpRequest, username: str) -> None:
    # Set by the limiter, whose middleware answers instead of this page then.
    if getattr(request, "axes_locked_out", False):
        operations.note_lock_out(username=username, address=client_address(request), now=clock.now())


def _where_to(request: HttpRequest) -> str:
    """Give the page that was asked for before signing in, when it is one of ours."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("home")


def _sign_in_again_at(request: HttpRequest) -> str:
    page: str | None = request.htmx.current_url_abs_path  # type: ignore[attr-defined]  # set by HtmxMiddleware
    return f"{reverse('accounts:sign-in')}?{urlencode({'next': page or '/'})}"
