"""How secrets are kept: under a key that can be changed, or as a digest that nobody can show again."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import ClientSecret
from limen.connections.operations import NewConnection
from limen.events import queries as events
from limen.kit import clock
from limen.kit.errors import Conflict
from tests.factories.accounts import sign_in
from tests.factories.connections import NOW, make_connection

pytestmark = pytest.mark.usefixtures("installed")

PAGE = "/connect/connection-settings/erp"


def token(new: NewConnection, secret: str) -> int:
    body = {"grant_type": "password", "username": new.username, "password": new.password}
    answer = Client().post(
        "/api/oauth/v1/token",
        orjson.dumps({**body, "client_id": new.client_id, "client_secret": secret}),
        content_type="application/json",
    )
    return answer.status_code


class TestOnce:
    @pytest.fixture(autouse=True)
    def once(self, settings: Any) -> None:
        settings.LIMEN_SECRET_REVEAL = "once"

    @pytest.fixture
    def admin(self, client: Client) -> Client:
        sign_in(client)
        return client

    def test_case_126_only_the_digest_is_kept_and_opens_the_door(self) -> None:
        new = make_connection(code="erp")
        (row,) = ClientSecret.objects.all()
        assert (row.key_id, bytes(row.ciphertext)) == ("sha256", rules.digest(new.secret))
        assert token(new, new.secret) == 200
        assert token(new, new.secret[:-1] + "-") == 422
        # Whoever has read the database has nothing to send.
        assert token(new, bytes(row.ciphertext).hex()) == 422

    def test_it_needs_no_key(self, settings: Any) -> None:
        new = make_connection(code="erp")
        settings.SECRET_KEY = "another"
        assert token(new, new.secret) == 200

    def test_an_old_secret_that_is_kept_for_a_while_works_too(self) -> None:
        new = make_connection(code="erp")
        secret = operations.regenerate_secret(code="erp", keep_old=1, by=SYSTEM, now=clock.now())
        assert token(new, new.secret) == token(new, secret) == 200

    def test_nobody_can_have_it_shown(self, admin: Client) -> None:
        make_connection(code="erp")
        answer = admin.post(f"{PAGE}/secret")
        assert answer.status_code == 409
        assert "shown once" in answer.content.decode()
        assert "connection.secret_shown" not in [event.kind for event in events.history("connection:erp")]

    def test_an_encrypted_one_is_not_shown_either(self, admin: Client, settings: Any) -> None:
        settings.LIMEN_SECRET_REVEAL = "on-demand"
        make_connection(code="erp")
        settings.LIMEN_SECRET_REVEAL = "once"
        assert admin.post(f"{PAGE}/secret").status_code == 409
        assert "Show secret" not in admin.get(f"{PAGE}/edit").content.decode()

    def test_a_digest_is_not_shown_whatever_the_setting_is_now(self, admin: Client, settings: Any) -> None:
        make_connection(code="erp")
        settings.LIMEN_SECRET_REVEAL = "on-demand"
        assert admin.post(f"{PAGE}/secret").status_code == 409
        assert "Show secret" not in admin.get(f"{PAGE}/edit").content.decode()

    def test_the_page_shows_it_once_and_gives_the_file_then(self, admin: Client) -> None:
        create = "/connect/connection-settings/create"
        admin.post(create, {"label": "My ERP", "code": "erp", "flow_type": "data_source"})
        page = admin.get(f"{PAGE}/edit").content.decode()
        shown = re.search(r'id="secret">([0-9a-z]{50})<', page)
        assert shown
        assert "Copy the secret and the password now" in page
        sent = {"secret": shown[1], "password": "x" * 24}
        assert f"PIM_SECRET={shown[1]}\n" in admin.post(f"{PAGE}/env", sent).content.decode()
        later = admin.get(f"{PAGE}/edit").content.decode()
        assert shown[1] not in later
        assert "Show secret" not in later
        assert "Secret and password are shown only right after they are made." in later
        assert "# The secret is shown only once" in admin.post(f"{PAGE}/env").content.decode()

    def test_a_new_one_is_shown_once(self, admin: Client) -> None:
        make_connection(code="erp")
        admin.post(f"{PAGE}/regenerate-secret", {"keep_old": "0"})
        page = admin.get(f"{PAGE}/edit").content.decode()
        assert "Copy the secret now: it is shown this once." in page
        assert re.search(r'name="secret" value="[0-9a-z]{50}"', page)
        assert "Copy the secret" not in admin.get(f"{PAGE}/edit").content.decode()


class TestDigestSecrets:
    def test_each_secret_works_on_and_cannot_be_shown(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection("Shop", code="shop")
        kept = operations.digest_secrets(by=SYSTEM, now=NOW)
        assert (kept.changed, kept.unreadable) == (2, ())
        assert token(erp, erp.secret) == token(shop, shop.secret) == 200
        with pytest.raises(Conflict, match="shown once"):
            operations.reveal_secret(code="erp", by=SYSTEM, now=NOW)
        assert events.history("connection:shop")[0].kind == "connection.secret_digested"

    def test_twice_is_as_once(self) -> None:
        make_connection(code="erp")
        operations.digest_secrets(by=SYSTEM, now=NOW)
        assert operations.digest_secrets(by=SYSTEM, now=NOW).changed == 0
        assert len([e for e in events.history("connection:erp") if e.kind == "connection.secret_digested"]) == 1

    def test_one_that_no_key_opens_is_named(self, settings: Any) -> None:
        make_connection(code="erp")
        settings.SECRET_KEY = "another"
        kept = operations.digest_secrets(by=SYSTEM, now=NOW)
        assert (kept.changed, kept.unreadable) == (0, ("erp",))


class TestEncryptAnew:
    def test_secrets_move_under_the_present_key(self, settings: Any) -> None:
        new = make_connection(code="erp")
        operations.regenerate_secret(code="erp", keep_old=1, by=SYSTEM, now=clock.now())
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
        kept = operations.encrypt_anew()
        assert (kept.changed, kept.unreadable) == (2, ())
        settings.SECRET_KEY_FALLBACKS = []
        assert token(new, new.secret) == 200
        assert operations.encrypt_anew().changed == 0

    def test_one_that_no_key_opens_is_named_and_stays(self, settings: Any) -> None:
        new = make_connection(code="erp")
        former, settings.SECRET_KEY = settings.SECRET_KEY, "another"
        assert operations.encrypt_anew().unreadable == ("erp",)
        settings.SECRET_KEY = former
        assert queries.secret_of("erp") == new.secret

    def test_digests_are_left_alone(self, settings: Any) -> None:
        make_connection(code="erp")
        operations.digest_secrets(by=SYSTEM, now=NOW)
        settings.SECRET_KEY = "another"
        kept = operations.encrypt_anew()
        assert (kept.changed, kept.unreadable) == (0, ())
