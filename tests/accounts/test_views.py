from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from limen.accounts import operations
from limen.accounts.models import User
from limen.accounts.rules import PERMISSIONS, SYSTEM
from limen.events import queries as events
from limen.events.models import Event
from limen.kit import clock
from tests.factories.accounts import NOW, PASSWORD, make_user, sign_in

pytestmark = pytest.mark.usefixtures("installed")

CountQueries = Callable[[int], AbstractContextManager[Any]]


def enter(client: Client, username: str = "julia", password: str = PASSWORD, **others: str) -> Any:
    return client.post("/sign-in", {"username": username, "password": password, **others})


class TestSignIn:
    def test_shows_a_form_that_needs_no_script(self, client: Client) -> None:
        answer = client.get("/sign-in")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert '<form method="post" action="/sign-in"' in page
        assert 'autocomplete="current-password"' in page
        assert "<style" not in page
        assert "style=" not in page

    @pytest.mark.parametrize("username", ["julia", "Julia", "julia@example.com"])
    def test_opens_a_session_and_goes_home(self, client: Client, username: str) -> None:
        make_user(email="julia@example.com")
        answer = enter(client, username)
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert client.session["_auth_user_id"] == str(User.objects.get().id)

    def test_changes_the_session_key(self, client: Client) -> None:
        make_user()
        session = client.session
        session["before"] = True
        session.save()
        client.cookies["limen_session"] = session.session_key
        enter(client)
        assert client.cookies["limen_session"].value != session.session_key
        assert not Session.objects.filter(session_key=session.session_key).exists()

    @pytest.mark.parametrize(
        ("username", "password"), [("julia", "wrong"), ("nobody", PASSWORD), ("julia", PASSWORD + " "), ("a\x00b", "x")]
    )
    def test_wrong_is_422_with_one_sentence_for_all(self, client: Client, username: str, password: str) -> None:
        make_user()
        answer = enter(client, username, password)
        assert answer.status_code == 422
        assert "_auth_user_id" not in client.session
        if "\x00" not in username:
            assert "No user has this name and this password" in answer.content.decode()

    def test_a_disabled_person_is_answered_like_nobody(self, client: Client) -> None:
        make_user()
        User.objects.update(enabled=False)
        assert enter(client).content.count(b"No user has this name") == 1

    def test_case_106_the_user_of_a_connection_is_answered_like_nobody(self, client: Client) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        right = enter(client, new.username, new.password)
        unknown = enter(client, "nobody_0001", new.password)
        assert right.status_code == unknown.status_code == 422

        def said(answer: Any) -> str:
            lines = answer.content.decode().splitlines()
            return "\n".join(line for line in lines if "csrf" not in line and 'name="username"' not in line)

        assert said(right) == said(unknown)

    def test_an_empty_form_says_what_is_missing(self, client: Client) -> None:
        answer = enter(client, "", "")
        assert answer.status_code == 422
        assert answer.content.count(b'aria-invalid="true"') == 2

    def test_leads_to_the_page_that_was_asked_for(self, client: Client) -> None:
        make_user()
        asked = client.get("/system")
        assert asked["Location"] == "/sign-in?next=/system"
        page = client.get(asked["Location"]).content.decode()
        assert '<input type="hidden" name="next" value="/system">' in page
        assert enter(client, next="/system")["Location"] == "/system"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil"]
    )
    def test_never_leads_elsewhere(self, client: Client, elsewhere: str) -> None:
        make_user()
        assert enter(client, next=elsewhere)["Location"] == "/"

    def test_somebody_who_is_signed_in_goes_on(self, client: Client) -> None:
        sign_in(client)
        assert client.get("/sign-in?next=/system")["Location"] == "/system"

    def test_a_fragment_asked_for_after_the_session_reloads_the_page(self, client: Client) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/system?x=1"}
        answer = client.get("/sign-in?next=/fragment", headers=headers)
        assert answer["HX-Redirect"] == "/sign-in?next=%2Fsystem%3Fx%3D1"

    def test_is_refused_without_the_token_of_the_form(self) -> None:
        make_user()
        answer = enter(Client(enforce_csrf_checks=True))
        assert answer.status_code == 403
        assert "This form has run out" in answer.content.decode()


class TestTooManyAttempts:
    @pytest.fixture(autouse=True)
    def three(self, settings: Any) -> None:
        settings.AXES_FAILURE_LIMIT = 3

    def test_pause_the_name_even_for_the_right_password(self, client: Client) -> None:
        make_user()
        statuses = [enter(client, name, "wrong").status_code for name in ("julia", "Julia", "JULIA")]
        assert statuses == [422, 422, 429]
        answer = enter(client)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "300"
        assert "5 minutes" in answer.content.decode()

    def test_of_one_name_leave_others_alone(self, client: Client) -> None:
        make_user()
        for _ in range(3):
            enter(client, "nobody", "wrong")
        assert enter(client).status_code == 302

    def test_are_forgotten_after_success(self, client: Client) -> None:
        make_user("Julia")
        for _ in range(2):
            enter(client, "julia", "wrong")
        assert enter(client).status_code == 302
        client.logout()
        assert [enter(client, password="wrong").status_code for _ in range(2)] == [422, 422]


class TestSignOut:
    def test_ends_the_session(self, client: Client) -> None:
        sign_in(client)
        answer = client.post("/sign-out")
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
        assert client.get("/system")["Location"].startswith("/sign-in")

    def test_is_no_link(self, client: Client) -> None:
        sign_in(client)
        assert client.get("/sign-out").status_code == 405
        assert client.get("/system").status_code == 200

    def test_a_disabled_person_is_out_at_once(self, client: Client) -> None:
        sign_in(client)
        User.objects.update(enabled=False)
        assert client.get("/system")["Location"].startswith("/sign-in")


class TestAudit:
    """What history tells of signing in and out: who, when, from where; nothing that was typed into a wrong field."""

    def entries(self) -> list[tuple[str, str, str, Any]]:
        found = events.audit_all(events.AuditFilter())
        return [
            (event.kind, event.subject, event.author, orjson.loads(event.data))
            for event in found
            if event.kind in ("user.signed_in", "user.signed_out", "user.locked_out")
        ]

    def test_tells_who_signed_in_and_out_and_from_where(self, client: Client) -> None:
        make_user("Julia")
        enter(client, "julia")
        client.post("/sign-out")
        address = {"address": "127.0.0.1"}
        assert self.entries() == [
            ("user.signed_out", "user:Julia", "Julia", address),
            ("user.signed_in", "user:Julia", "Julia", address),
        ]

    def test_the_set_up_link_signs_in_too(self, client: Client) -> None:
        TestSetUp().fill(client, f"/set-up/{operations.make_setup_token(now=clock.now())}")
        assert [entry[:2] for entry in self.entries()] == [("user.signed_in", "user:Ada")]

    def test_signing_out_without_a_session_is_no_event(self, client: Client) -> None:
        assert client.post("/sign-out").status_code == 302
        assert self.entries() == []

    def test_a_failure_alone_is_no_event(self, client: Client) -> None:
        make_user()
        enter(client, password="wrong")
        assert self.entries() == []

    def test_a_pause_is_told_once_and_names_who_is_kept_out(self, client: Client, settings: Any) -> None:
        settings.AXES_FAILURE_LIMIT = 3
        make_user("Julia")
        for _ in range(6):
            enter(client, "julia", "wrong")
        assert self.entries() == [("user.locked_out", "user:Julia", "system", {"address": "127.0.0.1"})]

    def test_a_name_that_is_nobodys_is_kept_nowhere(self, client: Client, settings: Any) -> None:
        settings.AXES_FAILURE_LIMIT = 2
        for _ in range(3):
            enter(client, "my secret sentence", "wrong")
        assert self.entries() == [("user.locked_out", "user:", "system", {"address": "127.0.0.1"})]
        assert not any("secret sentence" in event.data + event.subject for event in Event.objects.all())


class TestPassword:
    def change(self, client: Client, **others: str) -> Any:
        new = "another fine sentence"
        return client.post("/account/password", {"current": PASSWORD, "password": new, "repeat": new, **others})

    def test_is_changed_and_other_sessions_end(self, client: Client) -> None:
        julia = sign_in(client)
        elsewhere = Client()
        elsewhere.force_login(julia)
        assert self.change(client).status_code == 302
        page = client.get("/account/password")
        assert page.status_code == 200
        assert "Your password is changed" in page.content.decode()
        assert elsewhere.get("/account/password")["Location"].startswith("/sign-in")
        assert enter(Client(), password="another fine sentence").status_code == 302

    @pytest.mark.parametrize(
        ("field", "value"), [("current", "wrong"), ("repeat", "something else"), ("current", ""), ("password", "short")]
    )
    def test_is_refused_at_its_field(self, client: Client, field: str, value: str) -> None:
        sign_in(client)
        others = {field: value, "repeat": value} if field == "password" else {field: value}
        answer = self.change(client, **others)
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()
        assert User.objects.get().check_password(PASSWORD)


class TestSetUp:
    @pytest.fixture
    def link(self) -> str:
        return f"/set-up/{operations.make_setup_token(now=clock.now())}"

    def fill(self, client: Client, link: str, **others: str) -> Any:
        form = {"username": "Ada", "name": "Ada Admin", "password": PASSWORD, "repeat": PASSWORD, **others}
        return client.post(link, form)

    def test_makes_the_first_administrator_and_signs_in(self, client: Client, link: str) -> None:
        assert client.get(link).status_code == 200
        assert self.fill(client, link)["Location"] == "/"
        assert client.get("/system").status_code == 200
        assert "Ada Admin" in client.get("/system").content.decode()

    def test_works_once(self, client: Client, link: str) -> None:
        self.fill(client, link)
        again = self.fill(Client(), link, username="eve")
        assert (again.status_code, User.objects.count()) == (403, 1)
        assert Client().get(link).status_code == 403

    def test_is_refused_when_forged(self, client: Client) -> None:
        assert client.get("/set-up/MTIz:abc:def").status_code == 403

    def test_says_what_is_wrong_at_its_field(self, client: Client, link: str) -> None:
        answer = self.fill(client, link, password="short", repeat="short")
        assert answer.status_code == 422
        assert 'id="id_password_error"' in answer.content.decode()
        assert User.objects.count() == 0


class TestShell:
    def test_home_is_the_first_section_that_is_allowed(self, client: Client) -> None:
        sign_in(client)
        assert client.get("/")["Location"] == reverse("products:grid")

    def test_home_without_products_is_data_flows(self, client: Client) -> None:
        sign_in(client, "limen_system_index")
        assert client.get("/")["Location"] == reverse("connections:data-flows")

    def test_the_rail_shows_what_is_allowed(self, client: Client) -> None:
        sign_in(client, "limen_system_index")
        page = client.get("/system").content.decode()
        assert "<span>System</span>" in page
        assert "<span>Products</span>" not in page
        assert '<a href="/system" aria-current="true">' in page

    @pytest.mark.parametrize(
        ("permission", "path"),
        [
            ("pim_user_user_index", "/system/users"),
            ("pim_user_role_index", "/system/roles"),
            ("pim_user_group_index", "/system/groups"),
            ("limen_audit_log", "/system/audit"),
        ],
    )
    def test_system_leads_to_the_first_page_that_is_allowed(self, client: Client, permission: str, path: str) -> None:
        sign_in(client, permission)
        page = client.get(path).content.decode()
        assert f'<a href="{path}" aria-current="true">' in page
        assert '<a href="/system"' not in page

    def test_system_leads_nowhere_for_those_with_nothing_there(self, client: Client) -> None:
        sign_in(client, "pim_user_user_create", "limen_connection_view")
        assert "<span>System</span>" not in client.get("/connect/data-flows").content.decode()

    def test_system_leads_to_connections_when_they_may_be_managed(self, client: Client) -> None:
        sign_in(client)
        assert reverse("connections:list") in client.get("/system").content.decode()
        other = Client()
        sign_in(other, "limen_system_index", username="other")
        assert f'href="{reverse("connections:list")}"' not in other.get("/system").content.decode()

    def test_a_page_costs_three_queries(self, client: Client, count_queries: CountQueries) -> None:
        sign_in(client)
        with count_queries(3):  # session, user, caller
            assert client.get("/system").status_code == 200

    def test_times_are_shown_in_the_zone_of_the_person(self, client: Client) -> None:
        from django.utils import timezone

        sign_in(client)
        User.objects.update(timezone="Asia/Tokyo")
        client.get("/system")
        assert timezone.get_current_timezone_name() == "UTC"

    def test_who_may_not_sees_why(self, client: Client) -> None:
        sign_in(client, "pim_enrich_product_index")
        answer = client.get("/system")
        assert answer.status_code == 403
        assert "You are not allowed to see the system screens" in answer.content.decode()
        assert "<span>Products</span>" in answer.content.decode()

    def test_a_wrong_address_keeps_the_rail_for_who_is_signed_in(self, client: Client) -> None:
        stranger = client.get("/nowhere/at/all")
        assert (stranger.status_code, b'class="rail"' in stranger.content) == (404, False)
        sign_in(client)
        known = client.get("/nowhere/at/all")
        assert (known.status_code, b'class="rail"' in known.content) == (404, True)

    def test_a_broken_page_says_so_without_the_database(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from limen.accounts import middleware

        def broken(user_id: int) -> None:
            raise RuntimeError

        sign_in(client)
        monkeypatch.setattr(middleware.queries, "caller_for", broken)
        client.raise_request_exception = False
        answer = client.get("/system")
        assert answer.status_code == 500
        assert "Something broke" in answer.content.decode()

    def test_the_policy_allows_nothing_inline(self, client: Client) -> None:
        policy = client.get("/sign-in")["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from views(pattern, route)


def test_every_screen_says_who_may_see_it() -> None:
    screens = {route: view for route, view in views(get_resolver()) if not route.startswith("api/")}
    unsaid = [
        route
        for route, view in screens.items()
        if not hasattr(view, "permission") and getattr(view, "login_required", True)
    ]
    assert unsaid == []
    named = [view.permission for view in screens.values() if getattr(view, "permission", None)]
    single = {one for given in named for one in ((given,) if isinstance(given, str) else given)}
    assert single <= set(PERMISSIONS)
