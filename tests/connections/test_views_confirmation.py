"""Regenerating and deleting; cases of the specification §11.4 as far as a screen shows them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from limen.connections import queries
from limen.connections.models import Connection
from limen.connections.operations import NewConnection
from limen.kit import clock
from tests.connections.test_views_settings import BULLETS, PAGE, shown
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

ROOT = "/connect/connection-settings/erp"
PAGES = [f"{ROOT}/regenerate-secret", f"{ROOT}/regenerate-password", f"{ROOT}/delete"]


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection("My <ERP>", code="erp")


def works(token: str) -> bool:
    answer = Client().get("/api/rest/v1/currencies", headers={"authorization": f"Bearer {token}"})
    return bool(answer.status_code == 200)


def token_status(erp: NewConnection, **changes: str) -> int:
    body = {
        "grant_type": "password",
        "client_id": erp.client_id,
        "client_secret": erp.secret,
        "username": erp.username,
        "password": erp.password,
    }
    return Client().post("/api/oauth/v1/token", body | changes, content_type="application/json").status_code


@pytest.mark.parametrize("path", PAGES)
def test_it_asks_first_with_a_way_back_and_changes_nothing(read: Any, erp: NewConnection, path: str) -> None:
    page = read(path)
    assert page.count(f'href="{PAGE}"') == 2
    assert "My &lt;ERP&gt;" in page
    assert re.search(r'<button class="btn primary danger">', page)
    assert token_status(erp) == 200


def test_cases_71_and_73_a_new_secret_is_shown_once_and_the_old_one_is_worth_nothing(
    admin: Client, erp: NewConnection
) -> None:
    julia = make_connection(code="dam")
    mine, theirs = token_for(erp), token_for(erp, user_of=julia)
    answer = admin.post(PAGES[0])
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    page = admin.get(PAGE)
    new = shown(page.content.decode(), "secret")
    assert re.fullmatch("[0-9a-z]{50}", new)
    assert new != erp.secret
    assert "new secret" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert shown(page.content.decode(), "password") == BULLETS
    assert not works(mine)
    assert not works(theirs)
    assert (token_status(erp), token_status(erp, client_secret=new)) == (422, 200)
    assert new not in admin.get(PAGE).content.decode()


def test_cases_74_and_76_a_new_password_is_shown_once_and_others_are_left_alone(
    admin: Client, erp: NewConnection
) -> None:
    shop = token_for(make_connection(code="shop"))
    mine = token_for(erp)
    answer = admin.post(PAGES[1])
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    page = admin.get(PAGE).content.decode()
    new = shown(page, "password")
    assert "shown this once" in page
    assert erp.secret not in page
    assert not works(mine)
    assert works(shop)
    assert (token_status(erp), token_status(erp, password=new)) == (422, 200)


def test_case_78_deleting_leads_to_the_list_which_says_so(admin: Client, erp: NewConnection) -> None:
    token = token_for(erp)
    answer = admin.post(PAGES[2], follow=True)
    assert answer.redirect_chain == [("/connect/connection-settings", 303)]
    assert "The connection My &lt;ERP&gt; is deleted." in answer.content.decode()
    assert not Connection.objects.exists()
    assert not works(token)
    assert token_status(erp) == 422


def test_case_79_the_code_is_free_again(admin: Client, erp: NewConnection) -> None:
    admin.post(PAGES[2])
    again = make_connection(code="erp")
    assert again.client_id != erp.client_id
    assert queries.connection_settings("erp", now=clock.now()).wrong_users == ()


def test_deleting_shows_when_it_was_last_used(read: Any, erp: NewConnection) -> None:
    assert "It was never used." in read(PAGES[2])
    Connection.objects.update(last_used_at=clock.now())
    assert "just now" in read(PAGES[2])


@pytest.mark.parametrize("path", PAGES)
def test_case_80_what_is_not_there_is_not_found_and_named(admin: Client, path: str) -> None:
    answer = admin.post(path)
    assert answer.status_code == 404
    assert "&quot;erp&quot;" in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_the_question_about_what_is_not_there_leads_to_the_list(admin: Client, path: str) -> None:
    assert admin.get(path)["Location"] == "/connect/connection-settings"
