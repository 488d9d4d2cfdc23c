"""What other sites, and whoever writes addresses by hand, cannot make a browser do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

import limen
from limen.accounts import middleware
from limen.accounts import operations as accounts
from limen.accounts.rules import SYSTEM
from limen.kit import clock
from limen.media import operations as media
from tests.factories.accounts import PASSWORD, make_user, sign_in
from tests.factories.connections import make_connection, token_for
from tests.factories.products import make_product
from tests.safety.routes import address, routes, screens

pytestmark = pytest.mark.usefixtures("installed")

EVIL = "erp\r\nX-Evil: 1"
TEMPLATES = sorted(Path(limen.__file__).parent.glob("*/templates/**/*.html"))
SCREENS = sorted(route for route, _view in screens())


@pytest.fixture
def admin(installed: None) -> Client:
    client = Client(raise_request_exception=False)
    sign_in(client)
    return client


class TestForgery:
    """Another site lets a browser send a form that was never asked for."""

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_no_screen_takes_a_change_without_the_token_of_its_form(self, method: str) -> None:
        make_connection(code="erp")
        client = Client(enforce_csrf_checks=True)
        sign_in(client)
        taken = {route: getattr(client, method)(address(route)).status_code for route in SCREENS}
        assert {route for route, status in taken.items() if status != 403} == set()
        answer = client.post("/connect/connection-settings/erp/delete", {"csrfmiddlewaretoken": "a" * 64})
        assert (answer.status_code, "This form has run out" in answer.content.decode()) == (403, True)

    def test_no_screen_is_exempt(self) -> None:
        assert [route for route, view in screens() if getattr(view, "csrf_exempt", False)] == []

    def test_the_token_of_another_site_is_refused_by_its_origin(self) -> None:
        make_connection(code="erp")
        client = Client(enforce_csrf_checks=True)
        sign_in(client)
        page = client.get("/connect/connection-settings/erp/delete").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        path, form = "/connect/connection-settings/erp/delete", {"csrfmiddlewaretoken": token[1]}
        assert client.post(path, form, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.post(path, form).status_code == 303

    @pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
    def test_every_form_that_is_posted_has_its_token(self, template: Path) -> None:
        for form in re.findall(r"<form\b.*?</form>", template.read_text(), re.DOTALL | re.IGNORECASE):
            if re.search(r'method="?post', form, re.IGNORECASE):
                assert "{% csrf_token %}" in form, form

    def test_looking_at_a_page_writes_nothing(self, admin: Client) -> None:
        make_connection(code="erp")
        uuid = make_product("chair")
        written = {}
        for route in SCREENS:
            with CaptureQueriesContext(connection) as queries:
                admin.get(address(route, {"uuid": uuid}))
            written[route] = [
                query["sql"]
                for query in queries
                if re.match(r"INSERT|UPDATE|DELETE|COPY", query["sql"]) and '"django_session"' not in query["sql"]
            ]
        assert {route: sql for route, sql in written.items() if sql} == {}

    def test_cookies_stay_with_their_site_and_away_from_scripts(self, client: Client) -> None:
        make_user()
        client.get("/sign-in")
        client.post("/sign-in", {"username": "julia", "password": PASSWORD})
        session, token = client.cookies["limen_session"], client.cookies["limen_csrf"]
        assert (session["httponly"], session["samesite"]) == (True, "Lax")
        assert token["samesite"] == "Lax"


class TestFraming:
    """Another site shows ours in a frame, under its own buttons."""

    def test_no_page_is_shown_in_a_frame(self, admin: Client, client: Client) -> None:
        make_connection(code="erp")
        uuid = make_product("chair")
        for route in [*SCREENS, "nowhere/at/all"]:
            for browser in (admin, client):
                answer = browser.get(address(route, {"uuid": uuid}))
                assert answer["X-Frame-Options"] == "DENY", route
                assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], route
                assert answer["X-Content-Type-Options"] == "nosniff", route

    def test_nor_is_one_that_says_no(self, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError

        refused = [Client(enforce_csrf_checks=True).post("/sign-in"), admin.post("/connect/data-flows")]
        monkeypatch.setattr(middleware.queries, "caller_for", broken)
        for answer, status in zip([*refused, admin.get("/")], [403, 405, 500], strict=True):
            assert answer.status_code == status
            assert answer["X-Frame-Options"] == "DENY"


class TestFixation:
    """Somebody plants a session of theirs in a browser, and waits until its owner signs in."""

    @pytest.mark.parametrize("by", ["sign-in", "set-up"])
    def test_a_planted_session_is_not_the_one_that_is_signed_in(self, client: Client, by: str) -> None:
        link = f"/set-up/{accounts.make_setup_token(now=clock.now())}"
        planted = self.plant(client)
        if by == "set-up":
            form = {"username": "julia", "name": "", "password": PASSWORD, "repeat": PASSWORD}
            assert client.post(link, form).status_code == 302
        else:
            make_user()
            assert client.post("/sign-in", {"username": "julia", "password": PASSWORD}).status_code == 302
        assert client.cookies["limen_session"].value != planted
        assert not Session.objects.filter(session_key=planted).exists()
        stranger = Client()
        stranger.cookies["limen_session"] = planted
        assert stranger.get("/account/password")["Location"].startswith("/sign-in")

    def test_a_made_up_session_is_not_taken(self, client: Client) -> None:
        make_user()
        client.cookies["limen_session"] = "a" * 32
        client.post("/sign-in", {"username": "julia", "password": PASSWORD})
        assert client.cookies["limen_session"].value != "a" * 32
        assert not Session.objects.filter(session_key="a" * 32).exists()

    def test_nothing_of_the_one_before_is_left_to_the_next(self, client: Client) -> None:
        make_user()
        make_user("mary")
        client.post("/sign-in", {"username": "julia", "password": PASSWORD})
        session = client.session
        session["of_julia"] = "hers"
        session.save()
        client.post("/sign-out")
        client.post("/sign-in", {"username": "mary", "password": PASSWORD})
        assert "of_julia" not in client.session

    def test_another_password_is_another_session(self, client: Client) -> None:
        sign_in(client)
        before = client.cookies["limen_session"].value
        new = "another fine sentence"
        client.post("/account/password", {"current": PASSWORD, "password": new, "repeat": new})
        assert client.cookies["limen_session"].value != before
        assert not Session.objects.filter(session_key=before).exists()

    def plant(self, client: Client) -> str:
        session = client.session
        session["before"] = True
        session.save()
        key: str = session.session_key
        client.cookies["limen_session"] = key
        return key


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "\x00//evil.example",
    "http://testserver@evil.example",
    "http://testserver.evil.example",
    "http://evil.example\\@testserver",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
]


class TestRedirects:
    """A link to us that leads elsewhere."""

    @pytest.mark.parametrize("elsewhere", ELSEWHERE)
    def test_signing_in_never_leads_elsewhere(self, client: Client, elsewhere: str) -> None:
        make_user()
        signed_in = client.post("/sign-in", {"username": "julia", "password": PASSWORD, "next": elsewhere})
        again = client.get("/sign-in", {"next": elsewhere})
        assert [signed_in.status_code, again.status_code] == [302, 302]
        for answer in (signed_in, again):
            self.stays(answer["Location"])

    @pytest.mark.parametrize("elsewhere", ELSEWHERE)
    def test_nor_does_a_fragment_that_was_asked_for_from_elsewhere(self, client: Client, elsewhere: str) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": elsewhere.replace("\x00", "")}
        answer = client.get("/sign-in?next=/system", headers=headers)
        assert answer["HX-Redirect"].startswith("/sign-in?next=")
        make_user()
        form = {"username": "julia", "password": PASSWORD}
        wanted = re.search("next=(.*)", answer["HX-Redirect"])
        assert wanted
        self.stays(client.post("/sign-in", {**form, "next": unquote(wanted[1])})["Location"])

    @pytest.mark.parametrize(
        "path", ["//evil.example/system", "/\\evil.example/system", "//evil.example/%2e%2e/system"]
    )
    def test_an_address_that_looks_like_a_host_leads_nowhere(self, client: Client, path: str) -> None:
        make_user()
        asked = client.get(path, follow=False)
        assert not asked.get("Location", "/").startswith(("//", "/\\", "http"))

    def stays(self, place: str) -> None:
        # What a browser makes of it: tabs and line ends are dropped, backslashes turned.
        read = re.sub(r"[\t\r\n]", "", place).replace("\\", "/")
        assert re.match(r"/(?!/)", read), place


class TestHeaders:
    """Text with a line end, where it might become a header of an answer."""

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_no_screen_takes_a_line_end_of_its_address_for_a_header(self, admin: Client, method: str) -> None:
        make_connection(code="erp")
        for route in SCREENS:
            self.answered(getattr(admin, method)(address(route, text=EVIL)), route)

    def test_nor_does_an_endpoint(self) -> None:
        token = token_for(make_connection(role="administrator"))
        client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})
        for route in (route for route, _view in routes() if route.startswith("api/")):
            for method in ("get", "delete"):
                self.answered(getattr(client, method)(address(route, text=EVIL)), route)
            self.answered(client.patch(address(route, text=EVIL), b"{}", content_type="application/json"), route)

    @pytest.mark.parametrize("field", ["label", "code", "flow_type"])
    def test_what_a_connection_is_called_is_no_header(self, admin: Client, field: str) -> None:
        form = {"label": "My ERP", "code": "erp", "flow_type": "data_source"} | {field: EVIL}
        answer = self.answered(admin.post("/connect/connection-settings/create", form), field)
        assert answer.status_code in (303, 422)
        self.answered(admin.get("/connect/connection-settings"), field)

    @pytest.mark.parametrize("name", [EVIL + ".pdf", "a\nb.pdf", 'a"; filename="b.exe', "a\x00b.pdf", "ü\r\n.pdf"])
    def test_a_file_has_no_line_end_in_its_name(self, admin: Client, tmp_path: Path, settings: Any, name: str) -> None:
        default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        row = media.store_file(file=ContentFile(b"%PDF-1.4 x"), filename=name, by=SYSTEM, now=clock.now())
        assert default_storage.exists(row.code)
        token = token_for(make_connection(role="administrator"))
        client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})
        answer = self.answered(client.get(f"/api/rest/v1/media-files/{row.code}/download"), name)
        assert answer.status_code == 200
        quoted = r"""attachment; filename="([^"\\]|\\["\\])*"(; filename\*=UTF-8''[\w%.~-]+)?"""
        assert re.fullmatch(quoted, answer["Content-Disposition"])
        answer.getvalue()
        self.answered(admin.get(f"/media/{row.code}"), name).getvalue()

    @pytest.mark.parametrize(
        "header", ["host", "x-request-id", "referer", "accept-language", "hx-current-url", "origin"]
    )
    def test_a_header_of_the_request_is_none_of_the_answer(self, admin: Client, header: str) -> None:
        for path in ("/", "/sign-in", "/nowhere", "/api/rest/v1"):
            self.answered(admin.get(path, headers={header: "x\r\nX-Evil: 1", "hx-request": "true"}), path)

    def test_the_page_asked_for_before_signing_in_is_no_header(self, client: Client) -> None:
        make_user()
        form = {"username": "julia", "password": PASSWORD, "next": "/system\r\nX-Evil: 1"}
        self.answered(client.post("/sign-in", form), "next")

    def answered(self, answer: Any, what: str) -> Any:
        assert answer.status_code < 500, (what, answer.status_code)
        assert not answer.has_header("X-Evil"), what
        for name, value in answer.items():
            assert not re.search(r"[\r\n\x00]", name + value), (what, name, value)
        return answer


def test_the_walk_reaches_every_screen() -> None:
    assert len(SCREENS) > 20
    for route, view in screens():
        assert resolve(address(route)).func in (view, dict(screens())[route])
    assert not configured.DEBUG
