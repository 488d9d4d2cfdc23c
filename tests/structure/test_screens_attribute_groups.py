"""The screens of attribute groups: their order, and which attributes are in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.kit.errors import Misshaped, NotFound, Unprocessable
from limen.structure import operations, queries
from limen.structure.rules.attribute_groups import in_order
from tests.factories.accounts import sign_in
from tests.factories.structure import NOW, make_attribute, make_attribute_group

pytestmark = pytest.mark.usefixtures("installed")

PATH = "/settings/attribute-groups"


@pytest.fixture
def signed_in(client: Client) -> Client:
    sign_in(client)
    return client


@pytest.fixture
def groups(installed: None) -> None:
    for order, code in enumerate(("legal", "brewing", "media")):
        make_attribute_group(code, sort_order=order, labels={"en_US": code.capitalize()})


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def order() -> list[str]:
    return [one.code for one in in_order(queries.snapshot())]


def group_of(attribute: str) -> str:
    return queries.snapshot().attributes[attribute].group


def move(code: str, before: str | None) -> operations.Outcome:
    return operations.move_attribute_group(code, before=before, by=SYSTEM, now=NOW)


@pytest.mark.usefixtures("groups")
class TestOrder:
    def test_the_list_has_it(self, signed_in: Client) -> None:
        rows = signed_in.get(PATH).context["rows"]
        assert [one.code for one in rows] == ["legal", "brewing", "media", "other"]

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"move": "up:brewing"}, ["brewing", "legal", "media", "other"]),
            ({"move": "down:brewing"}, ["legal", "media", "brewing", "other"]),
            ({"move": "up:legal"}, ["legal", "brewing", "media", "other"]),
            ({"move": "down:other"}, ["legal", "brewing", "media", "other"]),
            ({"move": "down:media"}, ["legal", "brewing", "other", "media"]),
            ({"code": "other", "before": "legal"}, ["other", "legal", "brewing", "media"]),
            ({"code": "legal", "before": ""}, ["brewing", "media", "other", "legal"]),
            # What the focus left behind does not count when a row was dragged.
            ({"code": "media", "before": "legal", "move": "up:other"}, ["media", "legal", "brewing", "other"]),
        ],
    )
    def test_a_move_is_saved_at_once(self, signed_in: Client, data: dict[str, str], expected: list[str]) -> None:
        answer = signed_in.post(PATH, data)
        assert (answer.status_code, answer["Location"]) == (303, PATH)
        assert order() == expected

    def test_to_htmx_the_list_comes_back(self, signed_in: Client) -> None:
        answer = signed_in.post(PATH, {"move": "up:media"}, headers={"HX-Request": "true"})
        assert [one.code for one in answer.context["rows"]] == ["legal", "media", "brewing", "other"]

    def test_a_move_changes_no_more_groups_than_it_must(self) -> None:
        move("media", "brewing")
        assert events.history("attribute_group:media")[0].kind == "attribute_group.updated"
        assert [event.kind for event in events.history("attribute_group:legal")] == ["attribute_group.created"]

    def test_groups_that_share_a_number_are_counted_anew(self) -> None:
        for code in ("legal", "brewing", "media"):
            operations.upsert("attribute_group", code, {"sort_order": 0}, by=SYSTEM, now=NOW)
        assert order() == ["brewing", "legal", "media", "other"]
        assert move("media", "brewing").changed
        assert order() == ["media", "brewing", "legal", "other"]

    def test_its_cost_is_constant_and_nothing_when_nothing_moves(self, count_queries: Callable[[int], Any]) -> None:
        queries.snapshot()
        with count_queries(6):
            move("other", "legal")
        queries.snapshot()
        with count_queries(3):
            assert not move("other", "legal").changed
        assert not move("other", "other").changed
        with pytest.raises(NotFound):
            move("nothing", None)
        with pytest.raises(NotFound):
            move("legal", "nothing")

    def test_what_a_search_found_is_not_put_in_order(self, signed_in: Client) -> None:
        page = text(signed_in.get(PATH, {"search": "e"}))
        assert 'name="move"' not in page and "brewing" in page

    def test_who_only_sees_them_moves_nothing(self, client: Client) -> None:
        sign_in(client, "pim_enrich_attribute_group_index")
        assert 'name="move"' not in text(client.get(PATH))
        assert client.post(PATH, {"move": "up:media"}).status_code == 403


@pytest.mark.usefixtures("groups")
class TestAttributes:
    def test_they_are_moved_in_from_the_group_that_is_named(self, signed_in: Client) -> None:
        make_attribute("name", group="legal", labels={"en_US": "Name"})
        make_attribute("steeping_time")
        page = signed_in.get(f"{PATH}/brewing/attributes")
        assert {(one.code, one.group) for one in page.context["found"]} == {
            ("name", "Legal"),
            ("sku", "Other"),
            ("steeping_time", "Other"),
        }
        assert "from Legal" in text(page)
        answer = signed_in.post(f"{PATH}/brewing/attributes", {"into": ["name", "steeping_time"]})
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/brewing/attributes")
        assert {group_of("name"), group_of("steeping_time")} == {"brewing"}
        assert "2 attributes moved." in text(signed_in.get(f"{PATH}/brewing/attributes"))

    def test_they_are_moved_out_to_other(self, signed_in: Client) -> None:
        make_attribute("name", group="brewing")
        make_attribute("steeping_time", group="brewing")
        signed_in.post(f"{PATH}/brewing/attributes", {"out": ["name"]})
        assert (group_of("name"), group_of("steeping_time")) == ("other", "brewing")

    def test_other_says_what_it_is(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/other/attributes")
        assert "belong nowhere else" in text(page) and "Move attributes here" not in text(page)
        assert "It cannot be deleted." in text(signed_in.get(f"{PATH}/other"))
        assert signed_in.post(f"{PATH}/other/attributes", {"into": ["sku"]}).status_code == 422

    def test_the_operation_refuses_what_it_cannot_do(self) -> None:
        with pytest.raises(Misshaped):
            operations.move_attributes("brewing", into=["nothing"], by=SYSTEM, now=NOW)
        with pytest.raises(NotFound):
            operations.move_attributes("nothing", into=["sku"], by=SYSTEM, now=NOW)
        with pytest.raises(Unprocessable):
            operations.move_attributes("OTHER", into=["sku"], by=SYSTEM, now=NOW)
        assert not operations.move_attributes("brewing", out=["sku"], by=SYSTEM, now=NOW).changed

    def test_both_lists_are_searched_and_short(self, signed_in: Client, count_queries: Callable[[int], Any]) -> None:
        for number in range(60):
            make_attribute(f"size_{number:02}", group="brewing")
            make_attribute(f"colour_{number:02}")
        page = signed_in.get(f"{PATH}/brewing/attributes")
        assert (len(page.context["rows"]), len(page.context["found"]), page.context["beyond"]) == (50, 20, 41)
        page = signed_in.get(f"{PATH}/brewing/attributes", {"search": "size_59", "find": "colour_07"})
        assert [one.code for one in page.context["rows"]] == ["size_59"]
        assert [one.code for one in page.context["found"]] == ["colour_07"]
        with count_queries(4):
            signed_in.get(f"{PATH}/brewing/attributes")
        with count_queries(4):
            signed_in.get(PATH)


class TestForms:
    def test_a_new_group_comes_last(self, signed_in: Client) -> None:
        answer = signed_in.post(f"{PATH}/create-attribute-group", {"code": "legal", "labels[en_US]": "Legal"})
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/legal")
        assert order() == ["other", "legal"]

    def test_its_label_changes_and_its_attributes_stay(self, signed_in: Client) -> None:
        make_attribute_group("legal")
        make_attribute("name", group="legal")
        version = signed_in.get(f"{PATH}/legal").context["form"].initial["version"]
        answer = signed_in.post(f"{PATH}/legal", {"version": version, "labels[en_US]": "Legal matters"})
        assert answer.status_code == 303
        assert queries.snapshot().attribute_groups["legal"].labels == {"en_US": "Legal matters"}
        assert group_of("name") == "legal"
        assert "Legal matters" in text(signed_in.get(f"{PATH}/legal/history"))

    def test_a_tick_says_whether_it_counts_for_quality(self, signed_in: Client) -> None:
        new = {"code": "legal", "labels[en_US]": "Legal", "counts_for_quality": "on"}
        signed_in.post(f"{PATH}/create-attribute-group", new)
        assert queries.snapshot().attribute_groups["legal"].counts_for_quality
        form = signed_in.get(f"{PATH}/legal").context["form"]
        assert form["counts_for_quality"].value() is True
        version = form.initial["version"]
        assert signed_in.post(f"{PATH}/legal", {"version": version, "labels[en_US]": "Legal"}).status_code == 303
        assert not queries.snapshot().attribute_groups["legal"].counts_for_quality
        assert signed_in.get(f"{PATH}/legal").context["form"]["counts_for_quality"].value() is False
        assert "Counts for quality" in text(signed_in.get(f"{PATH}/legal/history"))

    def test_one_with_attributes_is_not_deleted(self, signed_in: Client) -> None:
        make_attribute_group("legal")
        make_attribute("name", group="legal")
        assert "must go first" in text(signed_in.get(f"{PATH}/legal/delete"))
        assert signed_in.post(f"{PATH}/legal/delete").status_code == 422
        operations.move_attributes("legal", out=["name"], by=SYSTEM, now=NOW)
        assert signed_in.post(f"{PATH}/legal/delete").status_code == 303
        assert signed_in.post(f"{PATH}/other/delete").status_code == 422

    @pytest.mark.parametrize("page", ["", "/attributes", "/history", "/delete"])
    def test_what_is_not_there(self, signed_in: Client, page: str) -> None:
        assert signed_in.get(f"{PATH}/nothing{page}").status_code == 404
