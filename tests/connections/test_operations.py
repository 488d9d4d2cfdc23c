from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from limen.accounts import operations as accounts
from limen.accounts.models import Group, Role, User
from limen.accounts.rules import SYSTEM, Caller
from limen.connections import operations, queries, rules
from limen.connections.models import AccessToken, ClientSecret, Connection, OAuthClient, RefreshToken, WrongCombination
from limen.connections.rules import TokenPair, TokenRequest
from limen.events import queries as events
from limen.kit.errors import Conflict, Invalid, NotFound, Refused
from tests.factories.connections import NOW, make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")


def broken(make: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        make()
    return [(one.path, one.code) for one in refusal.value.violations]


def make_role(label: str) -> int:
    return Role.objects.create(code=f"ROLE_{label.upper()}", label=label).id


def make_group(name: str) -> int:
    return Group.objects.create(name=name).id


def update(code: str = "my_erp", **changes: Any) -> None:
    given: dict[str, Any] = {
        "label": "My ERP",
        "flow_type": "data_source",
        "auditable": False,
        "role_id": None,
        "group_id": None,
        "by": SYSTEM,
        "now": NOW,
    }
    operations.update_connection(code=code, **(given | changes))


def history(code: str) -> list[str]:
    return [event.kind for event in events.history(f"connection:{code}")]


class TestCreateConnection:
    def test_case_2_it_is_a_source_that_is_not_tracked(self) -> None:
        make_connection("My ERP")
        row = Connection.objects.get()
        assert (row.code, row.label, row.flow_type, row.auditable, row.type) == (
            "myerp",
            "My ERP",
            "data_source",
            False,
            "default",
        )
        assert row.created_at == NOW and row.first_call_at is None and row.last_used_at is None

    def test_case_3_the_four_credentials_have_the_shape_of_the_contract(self) -> None:
        new = make_connection("My ERP")
        assert re.fullmatch(r"[1-9][0-9]*_[0-9a-z]{50}", new.client_id)
        assert re.fullmatch(r"[0-9a-z]{50}", new.secret)
        assert re.fullmatch(r"myerp_[0-9]{4}", new.username)
        assert re.fullmatch(r"[0-9A-Za-z]{24}", new.password)

    def test_case_14_texts_are_trimmed(self) -> None:
        make_connection("  ERP  ", code=" erp ")
        assert Connection.objects.values_list("code", "label").get() == ("erp", "ERP")

    def test_case_18_a_code_keeps_its_case(self) -> None:
        assert make_connection(code="My_ERP_2").code == "My_ERP_2"

    def test_cases_12_and_16_100_characters_are_possible(self) -> None:
        assert make_connection("x" * 100, code="y" * 100).code == "y" * 100

    @pytest.mark.parametrize("code", ["erp", "ERP", "Erp"])
    def test_case_19_a_code_is_unique_whatever_its_case(self, code: str) -> None:
        make_connection(code="erp")
        assert broken(lambda: make_connection(code=code)) == [("code", "code.must_be_unique")]

    def test_case_20_the_codes_of_apps_are_taken_too(self) -> None:
        make_connection(code="app_x1")
        Connection.objects.update(type="app")
        assert broken(lambda: make_connection(code="app_x1")) == [("code", "code.must_be_unique")]

    def test_case_21_uniqueness_is_looked_at_only_when_the_formats_are_right(self) -> None:
        make_connection(code="erp")
        assert broken(lambda: make_connection("", code="erp")) == [("label", "label.required")]

    def test_case_23_all_broken_formats_at_once(self) -> None:
        refused = broken(lambda: make_connection("", code="a", flow_type="x"))
        assert [path for path, _ in refused] == ["code", "label", "flow_type"]

    def test_case_26_the_limit_counts_apps_too_and_names_itself(self, settings: Any) -> None:
        settings.LIMEN_CONNECTIONS_MAX = 3
        for code in ("one", "two", "app"):
            make_connection(code=code)
        Connection.objects.filter(code="app").update(type="app")
        with pytest.raises(Invalid) as refusal:
            make_connection(code="four")
        (violation,) = refusal.value.violations
        assert violation.path == "" and violation.code == "limit_reached" and "3" in violation.message

    def test_the_limit_is_told_with_the_broken_formats(self, settings: Any) -> None:
        settings.LIMEN_CONNECTIONS_MAX = 1
        make_connection(code="one")
        assert [path for path, _ in broken(lambda: make_connection("", code="two"))] == ["label", ""]

    def test_case_29_markup_stays_in_the_label_and_not_in_the_name_of_the_user(self) -> None:
        make_connection('A<b>&"c', code="abc")
        row = Connection.objects.select_related("user", "client").get()
        assert (row.label, row.client.label, row.user.first_name) == ('A<b>&"c', 'A<b>&"c', "A_b___c")

    def test_case_30_the_user_behind_it(self) -> None:
        new = make_connection(code="erp")
        user = User.objects.get(username=new.username)
        assert (user.type, user.last_name, user.ui_locale, user.enabled) == ("api", " ", "en_US", True)
        assert user.email == f"{new.username}@example.com"
        assert [role.code for role in user.roles.all()] == ["ROLE_USER"]
        assert [group.name for group in user.groups.all()] == ["All"]
        assert (user.catalog_channel, user.catalog_locale, user.category_tree) == ("ecommerce", "en_US", "master")

    def test_without_a_channel_nothing_is_made_and_the_message_names_it(self, monkeypatch: Any) -> None:
        from limen.structure.rules import Structure

        monkeypatch.setattr("limen.connections.operations.connections.structure.snapshot", lambda: Structure.of())
        assert broken(make_connection) == [("", "user_cannot_be_created")]
        assert not User.objects.filter(type="api").exists()

    def test_case_31_when_all_four_digits_are_taken_there_are_six(self) -> None:
        taken = [f"erp_{number:04}" for number in range(1, 10_000)]
        User.objects.bulk_create(User(username=one, username_folded=one, type="api", created_at=NOW) for one in taken)
        new = make_connection(code="erp")
        assert re.fullmatch(r"erp_[0-9]{6}", new.username)
        assert grant(new)

    def test_case_32_when_a_later_step_fails_nothing_remains(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(rules, "seal", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_connection()
        assert not OAuthClient.objects.exists() and not User.objects.filter(type="api").exists()

    def test_case_35_credentials_of_two_connections_all_differ(self) -> None:
        one, two = make_connection(code="one"), make_connection(code="two")
        for name in ("client_id", "secret", "username", "password"):
            assert getattr(one, name) != getattr(two, name)

    def test_a_role_and_a_group_can_be_chosen_at_once(self) -> None:
        role, group = make_role("Source"), make_group("SAP")
        operations.create_connection(
            code="erp", label="ERP", flow_type="other", by=SYSTEM, now=NOW, role_id=role, group_id=group
        )
        found = queries.connection_settings("erp", now=NOW)
        assert (found.role_id, found.group_id) == (role, group)

    def test_an_unknown_role_is_refused_and_nothing_made(self) -> None:
        def make() -> None:
            operations.create_connection(
                code="erp", label="ERP", flow_type="other", by=SYSTEM, now=NOW, role_id=99999999
            )

        assert [path for path, _ in broken(make)] == ["user_role_id"]
        assert not Connection.objects.exists()

    def test_it_is_recorded_without_a_credential(self) -> None:
        new = make_connection(code="erp")
        assert history("erp") == ["connection.created"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(data, ' ') FROM event")
            (data,) = cursor.fetchone()
        assert new.secret not in data and new.password not in data

    def test_case_126_no_table_holds_a_credential_in_clear(self) -> None:
        new = make_connection(code="erp")
        token = token_for(new)
        text = everything_stored()
        assert "erp_" in text, "the search finds what is stored in clear"
        assert not [secret for secret in (new.secret, new.password, token) if secret in text]


def everything_stored() -> str:
    """Dump all rows of all tables as text, binary columns as the characters they are made of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        dump = []
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')
            for row in cursor.fetchall():
                dump += [bytes(one).decode("latin-1") if isinstance(one, memoryview) else str(one) for one in row]
    return "\n".join(dump)


class TestConstraints:
    def test_a_code_of_other_case_is_refused_by_the_database_too(self) -> None:
        make_connection(code="one")
        make_connection(code="two")
        with pytest.raises(IntegrityError, match="connection_code_unique"), transaction.atomic():
            Connection.objects.filter(code="two").update(code="ONE")

    def test_other_cannot_be_tracked(self) -> None:
        make_connection(flow_type="other")
        with pytest.raises(IntegrityError, match="connection_other_not_tracked"), transaction.atomic():
            Connection.objects.update(auditable=True)

    def test_a_flow_type_is_known(self) -> None:
        make_connection()
        with pytest.raises(IntegrityError, match="connection_flow_type_known"), transaction.atomic():
            Connection.objects.update(flow_type="both")


class TestUpdateConnection:
    @pytest.fixture(autouse=True)
    def connection(self, installed: None) -> operations.NewConnection:
        return make_connection(code="my_erp")

    def test_case_52_the_label_changes_and_the_credentials_stay(self, connection: operations.NewConnection) -> None:
        token = token_for(connection)
        update(label="  SAP ")
        found = queries.connection_settings("my_erp", now=NOW)
        assert (found.label, found.client_id, found.username) == ("SAP", connection.client_id, connection.username)
        assert queries.secret_of("my_erp") == connection.secret
        assert queries.holder(rules.digest(token)) is not None

    def test_client_and_user_follow_the_label(self) -> None:
        update(label="<SAP>")
        row = Connection.objects.select_related("user", "client").get()
        assert (row.client.label, row.user.first_name) == ("<SAP>", "_SAP_")

    def test_case_56_other_is_never_tracked(self) -> None:
        update(flow_type="other", auditable=True)
        assert Connection.objects.values_list("flow_type", "auditable").get() == ("other", False)

    def test_the_code_of_the_path_may_have_any_case(self) -> None:
        update("MY_ERP", label="SAP")
        assert Connection.objects.get().label == "SAP"

    def test_case_63_one_role_and_one_group_beside_all(self) -> None:
        update(role_id=make_role("API Source"), group_id=make_group("SAP"))
        user = User.objects.get(type="api")
        assert [role.label for role in user.roles.all()] == ["API Source"]
        assert sorted(group.name for group in user.groups.all()) == ["All", "SAP"]

    def test_case_64_without_a_group_all_alone(self) -> None:
        update(group_id=make_group("SAP"))
        update(group_id=None)
        assert [group.name for group in User.objects.get(type="api").groups.all()] == ["All"]
        assert queries.connection_settings("my_erp", now=NOW).group_id is None

    def test_case_65_an_unknown_role_saves_nothing_of_the_rest(self) -> None:
        assert [path for path, _ in broken(lambda: update(label="SAP", role_id=99999999))] == ["user_role_id"]
        assert Connection.objects.get().label == "My ERP"

    def test_all_violations_come_at_once(self) -> None:
        refused = broken(lambda: update(label="", flow_type="x", role_id=99999999, group_id=99999999))
        assert [path for path, _ in refused] == ["label", "flow_type", "user_role_id", "user_group_id"]

    @pytest.mark.parametrize("code", ["nope", "", "a\0b", "my-erp"])
    def test_an_unknown_code_is_not_found(self, code: str) -> None:
        with pytest.raises(NotFound):
            update(code)

    def test_case_68_an_app_is_not_found_by_any_operation(self) -> None:
        Connection.objects.update(type="app")
        for act in (
            update,
            lambda: operations.regenerate_secret(code="my_erp", by=SYSTEM, now=NOW),
            lambda: operations.regenerate_password(code="my_erp", by=SYSTEM, now=NOW),
            lambda: operations.pause_connection(code="my_erp", by=SYSTEM, now=NOW),
            lambda: operations.resume_connection(code="my_erp", by=SYSTEM, now=NOW),
            lambda: operations.delete_connection(code="my_erp", by=SYSTEM, now=NOW),
        ):
            with pytest.raises(NotFound):
                act()
        assert Connection.objects.exists()

    def test_case_133_a_page_of_an_older_version_is_refused(self) -> None:
        update(label="First", version=1)
        with pytest.raises(Conflict):
            update(label="Second", version=1)
        update(label="Second", version=2)
        assert Connection.objects.get().label == "Second"

    def test_the_change_is_recorded_with_before_and_after(self) -> None:
        update(label="SAP", auditable=True)
        assert history("my_erp") == ["connection.updated", "connection.created"]
        assert events.history("connection:my_erp")[0].data == (
            '{"changes":[{"path":"label","before":"My ERP","after":"SAP"},'
            '{"path":"auditable","before":false,"after":true}]}'
        )

    def test_saving_what_is_there_changes_nothing(self) -> None:
        update()
        assert Connection.objects.get().version == 1
        assert history("my_erp") == ["connection.created"]


def asks(new: operations.NewConnection, **changes: str) -> TokenRequest:
    given = {
        "grant_type": "password",
        "client_id": new.client_id,
        "client_secret": new.secret,
        "username": new.username,
        "password": new.password,
    }
    return TokenRequest(**(given | changes))


def grant(new: operations.NewConnection, **changes: str) -> TokenPair:
    return operations.grant_token(asked=asks(new, **changes), now=NOW)


def refresh(new: operations.NewConnection, pair: TokenPair, **changes: str) -> TokenPair:
    return grant(new, grant_type="refresh_token", refresh_token=pair.refresh_token, **changes)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.status == 422
    return str(refusal.value.reason)


def is_alive(token: str) -> bool:
    return queries.holder(rules.digest(token)) is not None


class TestRegenerateSecret:
    def test_case_71_the_old_secret_and_the_tokens_are_worth_nothing(self) -> None:
        erp = make_connection(code="erp")
        pair = grant(erp)
        secret = operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW)
        assert not is_alive(pair.access_token)
        assert refused(lambda: grant(erp)) == "invalid_client"
        assert is_alive(grant(erp, client_secret=secret).access_token)
        assert secret != erp.secret and queries.secret_of("erp") == secret

    def test_case_72_a_refresh_token_of_before_buys_nothing(self) -> None:
        erp = make_connection(code="erp")
        pair = grant(erp)
        secret = operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW)
        assert refused(lambda: refresh(erp, pair, client_secret=secret)) == "invalid_grant"

    def test_case_73_whoever_the_token_was_for(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        token = token_for(erp, user_of=shop)
        operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW)
        assert not is_alive(token)

    def test_case_76_others_are_left_alone(self) -> None:
        make_connection(code="erp")
        token = token_for(make_connection(code="shop"))
        operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW)
        operations.regenerate_password(code="erp", by=SYSTEM, now=NOW)
        assert is_alive(token)

    def test_an_unknown_code_is_not_found_and_named(self) -> None:
        with pytest.raises(NotFound, match="nope"):
            operations.regenerate_secret(code="nope", by=SYSTEM, now=NOW)

    def test_it_is_recorded(self) -> None:
        make_connection(code="erp")
        operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW)
        assert history("erp")[0] == "connection.secret_regenerated"


class TestRegeneratePassword:
    def test_case_74_the_old_password_and_the_tokens_are_worth_nothing(self) -> None:
        erp = make_connection(code="erp")
        pair = grant(erp)
        password = operations.regenerate_password(code="erp", by=SYSTEM, now=NOW)
        assert not is_alive(pair.access_token)
        assert refused(lambda: grant(erp)) == "invalid_grant"
        assert refused(lambda: refresh(erp, pair)) == "invalid_grant"
        assert is_alive(grant(erp, password=password).access_token)
        assert queries.secret_of("erp") == erp.secret

    def test_case_75_whichever_client_the_token_was_for(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        token = token_for(shop, user_of=erp)
        operations.regenerate_password(code="erp", by=SYSTEM, now=NOW)
        assert not is_alive(token)


class TestRevealSecret:
    def test_it_is_recorded_who_asked(self, admin_caller: Caller) -> None:
        erp = make_connection(code="erp")
        assert operations.reveal_secret(code="erp", by=admin_caller, now=NOW) == erp.secret
        event = events.history("connection:erp")[0]
        assert (event.kind, event.author) == ("connection.secret_shown", "admin")


class TestDeleteConnection:
    def test_case_78_everything_of_it_goes_and_what_was_chosen_for_it_stays(self) -> None:
        role, group = make_role("Source"), make_group("SAP")
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        update("erp", role_id=role, group_id=group)
        tokens = [token_for(erp), token_for(erp, user_of=shop), token_for(shop, user_of=erp)]
        grant(erp, username=shop.username, password=shop.password)
        operations.delete_connection(code="ERP", by=SYSTEM, now=NOW)

        assert not any(is_alive(token) for token in tokens)
        assert refused(lambda: grant(erp)) == "invalid_client"
        assert Connection.objects.count() == OAuthClient.objects.count() == ClientSecret.objects.count() == 1
        assert not User.objects.filter(username=erp.username).exists()
        assert not WrongCombination.objects.exists()
        assert Role.objects.filter(id=role).exists() and Group.objects.filter(id=group).exists()
        assert history("erp")[0] == "connection.deleted"

    def test_case_79_the_code_is_free_and_nothing_is_inherited(self) -> None:
        first, shop = make_connection(code="erp"), make_connection(code="shop")
        grant(first, username=shop.username, password=shop.password)
        operations.delete_connection(code="erp", by=SYSTEM, now=NOW)
        second = make_connection(code="erp")
        assert second.client_id != first.client_id and second.secret != first.secret
        assert queries.connection_settings("erp", now=NOW).wrong_users == ()
        assert queries.connection_settings("erp", now=NOW).first_call_at is None

    def test_case_80_an_unknown_code_is_not_found_and_named(self) -> None:
        with pytest.raises(NotFound, match="nope"):
            operations.delete_connection(code="nope", by=SYSTEM, now=NOW)


class TestGrantToken:
    def test_only_digests_are_stored(self) -> None:
        pair = grant(make_connection())
        assert [bytes(one) for one in AccessToken.objects.values_list("digest", flat=True)] == [
            rules.digest(pair.access_token)
        ]
        assert [bytes(one) for one in RefreshToken.objects.values_list("digest", flat=True)] == [
            rules.digest(pair.refresh_token)
        ]

    def test_it_costs_a_constant_number_of_queries(self, count_queries: Any) -> None:
        new = make_connection()
        # failures, client, user, savepoint, lock, secret, user, savepoint, two tokens, release,
        # use with its savepoint, release
        with count_queries(15):
            grant(new)

    def test_each_password_grant_adds_a_session(self) -> None:
        new = make_connection()
        first, second = grant(new), grant(new)
        assert is_alive(first.access_token) and is_alive(second.access_token)

    def test_case_97_to_99_a_refresh_buys_a_new_pair_once(self) -> None:
        new = make_connection()
        first = grant(new)
        second = refresh(new, first)
        assert {second.access_token, second.refresh_token}.isdisjoint({first.access_token, first.refresh_token})
        assert refused(lambda: refresh(new, first)) == "invalid_grant"
        assert is_alive(first.access_token) and is_alive(second.access_token)

    def test_case_101_not_for_another_client_and_the_token_stays_good(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        pair = grant(erp)
        assert refused(lambda: refresh(shop, pair)) == "invalid_grant"
        assert is_alive(refresh(erp, pair).access_token)

    @pytest.mark.parametrize(("seconds", "good"), [(0, True), (1, False)])
    def test_case_102_a_refresh_token_lives_14_days(self, seconds: int, good: bool) -> None:
        new = make_connection()
        asked = asks(new, grant_type="refresh_token", refresh_token=grant(new).refresh_token)
        then = NOW + timedelta(days=14, seconds=seconds)
        if good:
            assert operations.grant_token(asked=asked, now=then)
        else:
            assert refused(lambda: operations.grant_token(asked=asked, now=then)) == "invalid_grant"

    def test_case_103_a_scope_is_refused_and_uses_nothing_up(self) -> None:
        new = make_connection()
        pair = grant(new)
        assert refused(lambda: refresh(new, pair, scope="read")) == "invalid_scope"
        assert refused(lambda: grant(new, scope="read")) == "invalid_scope"
        assert refresh(new, pair)

    def test_a_disabled_user_cannot_refresh(self) -> None:
        new = make_connection()
        pair = grant(new)
        User.objects.filter(username=new.username).update(enabled=False)
        assert refused(lambda: refresh(new, pair)) == "invalid_grant"

    def test_a_client_with_other_grants_may_not_use_this_one(self) -> None:
        new = make_connection()
        OAuthClient.objects.update(grant_types=["authorization_code"])
        assert refused(lambda: grant(new)) == "unauthorized_client"

    def test_a_secret_under_a_lost_key_is_no_hint_and_can_be_replaced(self, settings: Any) -> None:
        new = make_connection(code="erp")
        settings.SECRET_KEY = "another"
        assert refused(lambda: grant(new)) == "invalid_client"
        secret = operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW)
        assert grant(new, client_secret=secret)

    def test_a_secret_under_a_former_key_works(self, settings: Any) -> None:
        new = make_connection(code="erp")
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        assert grant(new)

    def test_a_grant_is_a_first_call_and_a_use(self) -> None:
        new = make_connection(code="erp")
        grant(new)
        assert Connection.objects.values_list("first_call_at", "last_used_at").get() == (NOW, NOW)


class TestWrongCombinations:
    def seen(self) -> list[tuple[str, str]]:
        return list(WrongCombination.objects.values_list("connection__code", "username"))

    def test_case_118_a_foreign_user_is_noted_at_the_client_only(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        grant(shop, username=erp.username, password=erp.password)
        assert self.seen() == [("shop", erp.username)]

    def test_case_105_a_person_is_let_in_and_noted(self) -> None:
        erp = make_connection(code="erp")
        accounts.create_user(username="julia", password="correct horse battery", role="user", by=SYSTEM, now=NOW)
        assert grant(erp, username="julia", password="correct horse battery")
        assert self.seen() == [("erp", "julia")]

    def test_case_120_a_wrong_password_notes_nothing(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        assert refused(lambda: grant(shop, username=erp.username, password="wrong")) == "invalid_grant"
        assert self.seen() == []

    def test_case_121_an_email_is_the_user_it_belongs_to(self) -> None:
        erp = make_connection(code="erp")
        assert grant(erp, username=f"{erp.username}@example.com")
        assert self.seen() == []

    def test_a_refresh_notes_nothing(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        pair = grant(shop, username=erp.username, password=erp.password)
        WrongCombination.objects.all().delete()
        refresh(shop, pair)
        assert self.seen() == []

    def test_the_date_moves_once_a_minute(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        token = token_for(shop, user_of=erp)

        def use(seconds: int) -> int:
            holder = queries.holder(rules.digest(token))
            assert holder
            operations.note_use(holder=holder, now=NOW + timedelta(seconds=seconds))
            return round((WrongCombination.objects.get().last_seen_at - NOW).total_seconds())

        assert [use(seconds) for seconds in (0, 30, 60, 61, 3600)] == [0, 0, 60, 60, 3600]


class TestNoteUse:
    def use(self, token: str, seconds: int) -> None:
        holder = queries.holder(rules.digest(token))
        assert holder
        operations.note_use(holder=holder, now=NOW + timedelta(seconds=seconds))

    def test_case_132_the_first_use_stays_and_the_last_moves_once_a_minute(self) -> None:
        token = token_for(make_connection())
        seen = []
        for seconds in (0, 30, 60):
            self.use(token, seconds)
            row = Connection.objects.get()
            assert row.first_call_at == NOW and row.last_used_at
            seen.append((row.last_used_at - NOW).seconds)
        assert seen == [0, 0, 60]

    def test_within_the_minute_it_costs_nothing(self, count_queries: Any) -> None:
        token = token_for(make_connection())
        self.use(token, 0)
        holder = queries.holder(rules.digest(token))
        assert holder
        with count_queries(0):
            operations.note_use(holder=holder, now=NOW + timedelta(seconds=59))


class TestPurgeExpiredTokens:
    def test_the_expired_go_in_portions_and_the_others_stay(self) -> None:
        new = make_connection()
        for _ in range(5):
            token_for(new, now=NOW - timedelta(days=30))
        alive = token_for(new, now=NOW)
        assert operations.purge_expired_tokens(now=NOW, batch=2) == 10
        assert is_alive(alive) and RefreshToken.objects.count() == 1

    def test_the_job_does_it(self) -> None:
        from limen.connections import jobs

        token_for(make_connection(), now=NOW - timedelta(days=3650))
        jobs.purge_expired_tokens(0)
        assert not AccessToken.objects.exists() and not RefreshToken.objects.exists()


def test_the_worker_knows_the_job_and_when_it_is_due() -> None:
    from procrastinate.contrib.django import app

    name = "connections.purge_expired_tokens"
    assert name in app.tasks
    assert [
        task.cron for (task_name, _), task in app.periodic_registry.periodic_tasks.items() if task_name == name
    ] == ["17 * * * *"]
