"""The list, creating a connection, and who may see what; cases of the specification §11.1, 11.2."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from limen.connections import queries, rules, urls
from limen.connections.models import Connection, WrongCombination
from limen.kit import clock
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")

LIST = "/connect/connection-settings"
CREATE = "/connect/connection-settings/create"


def errors_at(page: str, field: str) -> list[str]:
    """Give what stands as errors at one field; `field` "" for the form itself."""
    if field == "":
        found = re.search(r'<div class="notice bad" role="alert">.*?<div>(.*?)</div>', page, re.DOTALL)
    else:
        found = re.search(rf'id="id_{field}_error">(.*?)</div>', page, re.DOTALL)
    return re.findall(r"<p>(.*?)</p>", found[1]) if found else []


def wrong_use(code: str, username: str = "julia", *, days_ago: int = 1) -> None:
    at = clock.now() - timedelta(days=days_ago)
    connection = Connection.objects.get(code=code)
    WrongCombination.objects.create(connection=connection, username=username, last_seen_at=at)


class TestList:
    def test_case_36_without_connections_it_leads_to_the_first_one(self, read: Any) -> None:
        make_connection(code="app_1")
        Connection.objects.update(type="app")
        page = read(LIST)
        assert "No connection yet" in page
        assert f'<a href="{CREATE}">' in page
        assert "data-testid" not in page

    def test_case_37_sections_and_their_counts(self, read: Any) -> None:
        make_connection("ERP")
        make_connection("DAM")
        make_connection("Shop", flow_type=rules.DATA_DESTINATION)
        page = read(LIST)
        assert re.findall(r'data-testid="(\w+)"', page) == ["data_source", "data_destination"]
        assert re.findall(r'<span class="count">(.*?)</span>', page) == ["2 connections", "1 connection"]
        assert re.findall(r"<h2 id=\"data.*?>(.*?)</h2>", page) == ["Sources", "Destination"]
        assert "3 connections open this PIM" in page

    def test_the_order_of_the_sections_is_fixed(self, read: Any) -> None:
        for flow_type in (rules.OTHER, rules.DATA_DESTINATION, rules.DATA_SOURCE):
            make_connection(flow_type=flow_type, code=flow_type)
        hooks = re.findall(r'data-testid="(\w+)"', read(LIST))
        assert hooks == ["data_source", "data_destination", "data_other"]

    def test_case_38_the_oldest_first(self, read: Any) -> None:
        make_connection(code="bbb")
        make_connection(code="aaa", now=clock.now())
        assert re.findall(r'href="/connect/connection-settings/(\w+)/edit"', read(LIST)) == ["bbb", "aaa"]

    def test_case_39_apps_are_not_there(self, read: Any) -> None:
        make_connection("An app", code="app_1")
        Connection.objects.update(type="app")
        make_connection("My ERP")
        page = read(LIST)
        assert "An app" not in page
        assert "1 connection opens this PIM" in page

    def test_a_card_shows_label_flow_type_and_last_use(self, read: Any) -> None:
        make_connection("Web shop", code="shop", flow_type=rules.DATA_DESTINATION)
        page = read(LIST)
        assert 'title="Web shop"' in page
        assert ">WS<" in page
        assert "Destination · never used" in page
        Connection.objects.update(last_used_at=clock.now() - timedelta(minutes=2))
        assert re.search(r"Destination · called <time .*>2 minutes ago</time>", read(LIST))

    def test_case_40_a_foreign_user_marks_its_card_and_its_section_alone(self, read: Any) -> None:
        make_connection("ERP", code="erp")
        make_connection("DAM", code="dam", now=clock.now())
        make_connection("Shop", code="shop", flow_type=rules.DATA_DESTINATION)
        wrong_use("erp")
        page = read(LIST)
        assert page.count("Wrong credentials</div>") == 1
        assert "Wrong credentials" in page[page.index("/erp/edit") : page.index("/dam/edit")]
        assert page.count("used with a username that is not its own") == 1
        assert page.index("not its own") < page.index('data-testid="data_destination"')

    def test_case_41_an_old_use_is_forgotten(self, read: Any) -> None:
        make_connection(code="erp")
        wrong_use("erp", days_ago=9)
        assert "Wrong credentials" not in read(LIST)

    def test_case_27_create_is_off_at_the_limit_and_says_why(self, read: Any, settings: Any) -> None:
        settings.LIMEN_CONNECTIONS_MAX = 3
        for code in ("one", "two", "app_3"):
            make_connection(code=code)
        Connection.objects.filter(code="app_3").update(type="app")
        page = read(LIST)
        button = re.search(r"<button[^>]*btn primary[^>]*>", page)
        assert button
        assert "disabled" in button[0]
        assert f'title="{rules.limit_reached(3).message}"' in button[0]
        assert f'href="{CREATE}"' not in page

    def test_below_the_limit_create_is_a_link(self, read: Any) -> None:
        assert f'<a class="btn primary" href="{CREATE}">' in read(LIST)

    def test_case_69_a_label_is_text(self, read: Any) -> None:
        make_connection("<img src=x onerror=1>", code="erp")
        wrong_use("erp", "<b>jane")
        for page in (read(LIST), read("/connect/connection-settings/erp/edit")):
            assert "<img src=x" not in page
            assert "<b>jane" not in page
            assert "&lt;img src=x onerror=1&gt;" in page

    def test_it_is_three_queries_whatever_the_number(self, admin: Client, count_queries: Any) -> None:
        for number in range(5):
            make_connection(code=f"erp{number}")
        # session, user, caller, then the list, its failed calls and the limit
        with count_queries(6):
            admin.get(LIST)

    @pytest.mark.parametrize(
        ("label", "expected"), [("My ERP", "ME"), ("Magento", "MA"), ("x y z", "XY"), ("ß🙂", "SS🙂")]
    )
    def test_initials(self, label: str, expected: str) -> None:
        assert rules.initials(label) == expected


class TestCreate:
    def test_the_form_has_its_native_limits_and_names_the_maximum(self, read: Any, settings: Any) -> None:
        settings.LIMEN_CONNECTIONS_MAX = 42
        page = read(CREATE)
        for name in ("label", "code"):
            field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
            assert field
            assert 'minlength="3"' in field[0]
            assert 'maxlength="100"' in field[0]
        assert "There can be 42 of them" in page
        assert re.search(r'value="data_source"[^>]* checked', page)

    def test_case_2_it_leads_to_the_settings_page_with_a_flash(self, admin: Client) -> None:
        answer = admin.post(CREATE, {"label": "My ERP", "code": "myerp", "flow_type": "data_source"})
        assert answer.status_code == 303
        assert answer["Location"] == "/connect/connection-settings/myerp/edit"
        found = queries.connection_settings("myerp", now=clock.now())
        assert (found.label, found.flow_type, found.auditable) == ("My ERP", "data_source", False)
        assert "The connection is created." in admin.get(answer["Location"]).content.decode()

    def test_case_3_the_four_credentials_are_shown(self, admin: Client) -> None:
        answer = admin.post(CREATE, {"label": "My ERP", "code": "", "flow_type": "data_source"}, follow=True)
        page = answer.content.decode()
        shown = {name: re.search(rf'id="{name}">(.*?)</dd>', page)[1] for name in CREDENTIALS}  # type: ignore[index]
        for name, shape in CREDENTIALS.items():
            assert re.fullmatch(shape, shown[name]), name
        assert "shown this once" in page
        assert answer["Cache-Control"].find("no-store") >= 0

    @pytest.mark.parametrize(
        ("label", "code"),
        [("Translations.com", "translations_com"), ("SAP S/4-HANA", "saps_4_hana"), ("Ünïx", "_n_x"), ("INFO", "info")],
    )
    def test_cases_4_5_6_9_without_script_the_code_is_made_here(self, admin: Client, label: str, code: str) -> None:
        answer = admin.post(CREATE, {"label": label, "flow_type": "other"})
        assert answer["Location"] == f"/connect/connection-settings/{code}/edit"

    @pytest.mark.parametrize(
        ("case", "typed", "expected"),
        [
            (10, {"label": "ab", "code": "abc"}, {"label": "at least 3"}),
            (11, {"label": "   ", "code": "abc"}, {"label": "Give the connection a label"}),
            (13, {"label": "x" * 101, "code": "abc"}, {"label": "at most 100"}),
            (15, {"code": "ab"}, {"code": "at least 3"}),
            (16, {"code": "x" * 101}, {"code": "at most 100"}),
            (17, {"code": "my-erp"}, {"code": "only the letters"}),
            (17, {"code": "my erp"}, {"code": "only the letters"}),
            (17, {"code": "méla"}, {"code": "only the letters"}),
            (22, {"flow_type": "wrong"}, {"flow_type": "is one of"}),
            (22, {"flow_type": ""}, {"flow_type": "is one of"}),
            (
                23,
                {"code": "a-b-c", "label": "", "flow_type": "wrong"},
                {"code": "only the letters", "label": "Give the connection a label", "flow_type": "is one of"},
            ),
        ],
    )
    def test_refusals_stand_at_their_fields(
        self, admin: Client, case: int, typed: dict[str, str], expected: dict[str, str]
    ) -> None:
        answer = admin.post(CREATE, {"label": "My ERP", "code": "myerp", "flow_type": "data_source"} | typed)
        page = answer.content.decode()
        assert answer.status_code == 422, case
        for field in ("label", "code", "flow_type"):
            messages = errors_at(page, field)
            assert len(messages) == (field in expected), (case, field, messages)
            assert not messages or expected[field] in messages[0]
        assert not Connection.objects.exists()

    def test_case_21_with_an_empty_label_uniqueness_is_not_looked_at(self, admin: Client) -> None:
        make_connection(code="erp")
        page = admin.post(CREATE, {"label": "", "code": "erp", "flow_type": "other"}).content.decode()
        assert errors_at(page, "label")
        assert not errors_at(page, "code")

    @pytest.mark.parametrize("code", ["erp", "ERP"])
    def test_case_19_a_taken_code_is_refused_and_what_was_typed_stays(self, admin: Client, code: str) -> None:
        make_connection(code="erp")
        answer = admin.post(CREATE, {"label": "Another <ERP>", "code": code, "flow_type": "other"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert len(errors_at(page, "code")) == 1
        assert 'value="Another &lt;ERP&gt;"' in page
        assert re.search(r'value="other"[^>]* checked', page)

    def test_case_20_the_code_of_an_app_is_taken(self, admin: Client) -> None:
        make_connection(code="app_x1")
        Connection.objects.update(type="app")
        answer = admin.post(CREATE, {"label": "My ERP", "code": "app_x1", "flow_type": "other"})
        assert errors_at(answer.content.decode(), "code")

    @pytest.mark.parametrize(
        ("label", "code", "stored"),
        [("x" * 100, "abc", "x" * 100), ("  ERP  ", "abc", "ERP"), ("My ERP", "x" * 100, "My ERP")],
    )
    def test_cases_12_14_16_what_is_just_allowed(self, admin: Client, label: str, code: str, stored: str) -> None:
        answer = admin.post(CREATE, {"label": label, "code": code, "flow_type": "other"})
        assert answer.status_code == 303
        assert Connection.objects.get().label == stored

    def test_case_18_the_case_of_a_code_is_kept(self, admin: Client) -> None:
        answer = admin.post(CREATE, {"label": "My ERP", "code": "My_ERP_2", "flow_type": "other"})
        assert answer["Location"] == "/connect/connection-settings/My_ERP_2/edit"

    @pytest.mark.parametrize(
        ("content_type", "body", "status"),
        [
            # The endpoint that takes JSON does not exist here: to the form it is a body without fields.
            ("application/json", b'{"label": ', 422),
            ("text/plain", b"label", 422),
            ("application/x-www-form-urlencoded", b"label=%zz&\xff=\xfe", 422),
            ("multipart/form-data; boundary=x", b"--x\r\nbroken", 422),
            ("multipart/form-data", b"x", 400),
        ],
    )
    def test_case_24_a_body_that_cannot_be_read_is_refused_and_no_failure(
        self, admin: Client, content_type: str, body: bytes, status: int
    ) -> None:
        assert admin.generic("POST", CREATE, body, content_type=content_type).status_code == status
        assert not Connection.objects.exists()

    def test_case_25_missing_keys_are_refused_and_no_failure(self, admin: Client) -> None:
        answer = admin.post(CREATE, {"code": "abc"})
        assert answer.status_code == 422
        assert errors_at(answer.content.decode(), "label")

    def test_case_26_the_limit_is_said_above_the_form(self, admin: Client, settings: Any) -> None:
        settings.LIMEN_CONNECTIONS_MAX = 3
        for code in ("one", "two", "app_3"):
            make_connection(code=code)
        Connection.objects.filter(code="app_3").update(type="app")
        answer = admin.post(CREATE, {"label": "My ERP", "code": "myerp", "flow_type": "other"})
        assert answer.status_code == 422
        assert "3 connections, apps included" in errors_at(answer.content.decode(), "")[0]

    def test_case_29_markup_in_a_label_is_text(self, admin: Client) -> None:
        answer = admin.post(CREATE, {"label": 'A<b>&"c', "code": "abc", "flow_type": "other"}, follow=True)
        assert "<h1>A&lt;b&gt;&amp;&quot;c</h1>" in answer.content.decode()

    def test_a_null_character_is_refused_at_its_field(self, admin: Client) -> None:
        answer = admin.post(CREATE, {"label": "My\0ERP", "code": "abc", "flow_type": "other"})
        assert answer.status_code == 422
        assert errors_at(answer.content.decode(), "label")


CREDENTIALS = {
    "client-id": r"[1-9]\d*_[0-9a-z]{50}",
    "secret": r"[0-9a-z]{50}",
    "username": r"myerp_\d{4}",
    "password": r"[0-9A-Za-z]{24}",
}

MANAGED = [one.name for one in urls.urlpatterns if one.name not in (None, "data-flows")]


class TestAccess:
    def test_case_42_the_menu_hides_what_one_may_not_do(self, reader: Client, admin: Client) -> None:
        flows = "/connect/data-flows"
        assert f'href="{LIST}"' not in reader.get(flows).content.decode()
        assert f'href="{LIST}"' in admin.get(flows).content.decode()

    @pytest.mark.parametrize("name", MANAGED)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_cases_43_and_45_without_the_permission_nothing_opens(self, reader: Client, name: str, method: str) -> None:
        make_connection(code="erp")
        before = Connection.objects.values().get()
        args: dict[str, tuple[object, ...]] = {
            "list": (),
            "new": (),
            "revoke-token": ("erp", "access", 1),
            "call": ("erp", 1),
            "replay": ("erp", 1),
            "image": ("erp", "0"),
        }
        path = reverse(f"connections:{name}", args=args.get(name, ("erp",)))
        answer = getattr(reader, method)(path)
        # A method that a page does not have is refused before the person is.
        assert answer.status_code in (403, 405), path
        assert answer.status_code == 403 or (name, method) in {
            ("list", "post"),
            ("first-call", "post"),
            ("secret", "get"),
            ("env", "get"),
            ("test", "post"),
            ("test-run", "get"),
            ("test-report", "post"),
            ("calls", "post"),
            ("errors", "post"),
            ("call", "post"),
            ("replay", "get"),
            ("image", "post"),
        }
        assert Connection.objects.values().get() == before

    def test_whoever_is_not_signed_in_is_asked_to(self, installed: None) -> None:
        answer = Client().get(LIST)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in?next=")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("/connections", LIST),
            ("/system/connections", LIST),
            ("/connection/dashboard", "/connect/data-flows"),
        ],
    )
    def test_former_addresses_lead_to_the_present_ones(self, admin: Client, old: str, new: str) -> None:
        assert admin.get(old)["Location"] == new

    def test_every_view_names_its_permission(self) -> None:
        assert all(hasattr(one.callback, "permission") for one in urls.urlpatterns)
