from __future__ import annotations

import pytest

from limen.accounts import rules
from limen.accounts.rules import OVERALL, PERMISSIONS, ROLES_AT_START, Caller
from limen.kit.errors import Forbidden


class TestCaller:
    def test_has_what_its_roles_allow_and_nothing_else(self) -> None:
        caller = Caller(1, "erp_0001", "My ERP", "api", frozenset({"pim_api_product_list"}))
        assert caller.may("pim_api_product_list")
        assert not caller.may("pim_api_product_edit")
        caller.require("pim_api_product_list")

    @pytest.mark.parametrize(
        ("permission", "words"),
        [
            (OVERALL, "use the web API"),
            ("pim_api_product_list", "list products"),
            ("pim_api_attribute_edit", "create or update attributes"),
            ("pim_api_product_remove", "delete products"),
        ],
    )
    def test_is_told_what_is_missing(self, permission: str, words: str) -> None:
        with pytest.raises(Forbidden) as refusal:
            Caller(1, "erp_0001", "My ERP", "api", frozenset()).require(permission)
        assert words in refusal.value.message


class TestRolesAtStart:
    def test_the_administrator_may_do_everything(self) -> None:
        assert ROLES_AT_START[0].code == "ROLE_ADMINISTRATOR"
        assert ROLES_AT_START[0].permissions == frozenset(PERMISSIONS)

    def test_a_user_may_use_the_api_and_see_products_but_remove_no_structure_and_see_no_secrets(self) -> None:
        user = ROLES_AT_START[1]
        assert user.code == "ROLE_USER"
        api = {one for one in PERMISSIONS if one.startswith("pim_api_")}
        removing = {one for one in api if one.endswith("_remove")} - {"pim_api_product_remove"}
        assert len(removing) == 9
        assert api & user.permissions == api - removing
        assert "pim_enrich_product_index" in user.permissions
        assert rules.MANAGE_CONNECTIONS not in user.permissions

    def test_labels_fit(self) -> None:
        assert all(len(role.label) <= 25 for role in ROLES_AT_START)


@pytest.mark.parametrize(
    "name", ["administrator", "Administrator", " ADMINISTRATOR ", "ROLE_ADMINISTRATOR", "role_administrator"]
)
def test_a_role_is_meant_by_its_code_or_its_short_name(name: str) -> None:
    assert rules.role_code(name) == "ROLE_ADMINISTRATOR"


@pytest.mark.parametrize(
    ("username", "code"),
    [
        ("", "username.required"),
        ("  ", "username.required"),
        ("x" * 256, "username.too_long"),
        ("ß" * 128, "username.too_long"),
        ("a\nb", "username.invalid"),
        ("a\x00b", "username.invalid"),
        (" julia", "username.invalid"),
    ],
)
def test_a_username_is_refused(username: str, code: str) -> None:
    assert [(one.path, one.code) for one in rules.check_username(username)] == [("username", code)]


@pytest.mark.parametrize("username", ["julia", "Julia Brandt", "jürgen@example.com", "x" * 255])
def test_a_username_is_taken(username: str) -> None:
    assert rules.check_username(username) == []


@pytest.mark.parametrize(
    "email", ["julia", "a@b@c", "a b@example.com", f"{'x' * 250}@example.com", "a\x00@example.com"]
)
def test_an_email_is_refused(email: str) -> None:
    assert [one.path for one in rules.check_email(email)] == ["email"]


def test_no_email_is_fine() -> None:
    assert rules.check_email("") == rules.check_email("julia@example.com") == []


class TestPasswordsOfConnections:
    def test_have_no_look_alikes(self) -> None:
        password = rules.make_password(2000)
        assert len(password) == 2000
        assert password.isalnum()
        assert password.isascii()
        assert not set(password) & set("0O1lI")

    def test_use_every_other_letter_and_digit(self) -> None:
        assert len(rules.PASSWORD_LETTERS) == 26 + 26 + 10 - 5

    def test_are_never_the_same(self) -> None:
        assert rules.make_password(24) != rules.make_password(24)


@pytest.mark.parametrize(
    ("number", "digits", "username"), [(7, 4, "erp_0007"), (9999, 4, "erp_9999"), (12345, 6, "erp_012345")]
)
def test_the_name_of_a_connections_user(number: int, digits: int, username: str) -> None:
    assert rules.api_username("erp", number, digits) == username


def test_a_label_loses_its_markup_as_a_first_name() -> None:
    assert rules.api_first_name('A <b> & "c"') == "A _b_ _ _c_"


@pytest.mark.parametrize(
    ("first", "last", "shown"), [("Julia", "Brandt", "Julia Brandt"), ("My ERP", " ", "My ERP"), ("", "", "julia")]
)
def test_the_name_that_history_shows(first: str, last: str, shown: str) -> None:
    assert rules.display_name("julia", first, last) == shown
