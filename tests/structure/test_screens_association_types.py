"""The screens of association types."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from limen.structure import queries
from tests.factories.accounts import sign_in
from tests.factories.structure import make_association_type

pytestmark = pytest.mark.usefixtures("installed")

PATH = "/settings/association-types"


@pytest.fixture
def signed_in(client: Client) -> Client:
    sign_in(client)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("links", "two_way", "quantified"),
    [("one_way", False, False), ("two_way", True, False), ("quantified", False, True)],
)
def test_one_is_created_with_one_kind_of_link(signed_in: Client, links: str, two_way: bool, quantified: bool) -> None:
    answer = signed_in.post(
        f"{PATH}/create-association-type", {"code": "served_with", "links": links, "labels[en_US]": "Served with"}
    )
    assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/served_with")
    made = queries.snapshot().association_types["served_with"]
    assert (made.is_two_way, made.is_quantified, made.labels) == (two_way, quantified, {"en_US": "Served with"})


def test_no_form_can_ask_for_both(signed_in: Client) -> None:
    answer = signed_in.post(f"{PATH}/create-association-type", {"code": "both", "links": "both"})
    assert answer.status_code == 422 and answer.context["form"].errors["links"]
    answer = signed_in.post(f"{PATH}/create-association-type", {"code": "pack", "links": "one_way"})
    assert answer.status_code == 422 and answer.context["form"].errors["code"]


def test_its_label_changes_and_its_kind_does_not(signed_in: Client) -> None:
    make_association_type("served_with", is_quantified=True, labels={"en_US": "Served with"})
    page = signed_in.get(f"{PATH}/served_with")
    assert "With quantity" in text(page) and 'name="links"' not in text(page)
    version = page.context["form"].initial["version"]
    data = {"version": version, "labels[en_US]": "Goes with", "links": "two_way"}
    assert signed_in.post(f"{PATH}/served_with", data).status_code == 303
    made = queries.snapshot().association_types["served_with"]
    assert (made.labels, made.is_two_way) == ({"en_US": "Goes with"}, False)
    assert "Goes with" in text(signed_in.get(f"{PATH}/served_with/history"))
    answer = signed_in.post(f"{PATH}/served_with", data)
    assert answer.status_code == 409


def test_the_list_is_searched(signed_in: Client) -> None:
    page = signed_in.get(PATH, {"search": "cross"})
    assert [one.code for one in page.context["rows"]] == ["X_SELL"]
    assert "Nothing matches" in text(signed_in.get(PATH, {"search": "zzz"}))


def test_one_is_deleted(signed_in: Client) -> None:
    assert signed_in.get(f"{PATH}/PACK/delete").status_code == 200
    assert signed_in.post(f"{PATH}/PACK/delete").status_code == 303
    assert "PACK" not in queries.snapshot().association_types
    assert signed_in.get(f"{PATH}/PACK").status_code == 404


def test_who_may_only_see_them_reads_the_same_page(client: Client) -> None:
    sign_in(client, "pim_enrich_association_type_index")
    page = text(client.get(f"{PATH}/PACK"))
    assert "disabled" in page and ">Save<" not in page and "/delete" not in page
    assert client.post(f"{PATH}/PACK", {}).status_code == 403


def test_who_may_only_create_them_is_led_on(client: Client) -> None:
    sign_in(client, "pim_enrich_association_type_create")
    answer = client.post(f"{PATH}/create-association-type", {"code": "served_with", "links": "one_way"})
    assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/create-association-type")
