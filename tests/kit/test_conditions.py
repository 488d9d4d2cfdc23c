"""Tags: how they are read, compared and told."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from limen.kit.conditions import ANY, Conditions, read_tags, tag_of
from limen.kit.errors import PreconditionFailed
from limen.kit.http.tags import conditions_of, tag_with, tagged

make = RequestFactory()


def test_a_tag_is_that_of_the_bytes() -> None:
    assert tag_of(b"tea") == tag_of(b"tea") != tag_of(b"coffee")


@pytest.mark.parametrize(
    ("header", "weak", "tags"),
    [
        ('"a"', False, {"a"}),
        ('"a", "b"', False, {"a", "b"}),
        ('W/"a", "b"', False, {"b"}),
        ('W/"a", "b"', True, {"a", "b"}),
        ('"a-gzip", "b-zstd"', False, {"a", "b"}),
        (" * ", False, ANY),
        ("a", False, set()),
    ],
)
def test_tags_are_read_whatever_encoding_they_came_in(header: str, weak: bool, tags: set[str]) -> None:
    assert read_tags(header, weak=weak) == tags


class TestWrites:
    def test_nothing_asked_for_costs_no_tag(self) -> None:
        made: list[str] = []
        Conditions().check(lambda: made.append("x") or "a")
        assert made == []

    @pytest.mark.parametrize(("tags", "now"), [({"a"}, "a"), ({"b", "a"}, "a"), (ANY, "a"), ({"a.view"}, "a")])
    def test_a_state_that_is_named_may_be_changed(self, tags: set[str], now: str) -> None:
        seen: list[str] = []
        Conditions(if_match=frozenset(tags)).check(lambda: seen.append(now) or now)
        assert seen == [now]

    @pytest.mark.parametrize(("tags", "now"), [({"a"}, "b"), (set(), "a"), ({"a"}, None), (ANY, None)])
    def test_another_state_or_none_may_not(self, tags: set[str], now: str | None) -> None:
        with pytest.raises(PreconditionFailed):
            Conditions(if_match=frozenset(tags)).check(lambda: now)

    def test_if_none_match_star_is_for_creating_only(self) -> None:
        with pytest.raises(PreconditionFailed):
            Conditions(if_none_match=ANY).check(lambda: "a")
        Conditions(if_none_match=ANY).check(lambda: None)


class TestReads:
    def test_an_answer_has_its_tag(self) -> None:
        answer = tagged(make.get("/"), "a", lambda: b"{}")
        assert (answer.status_code, answer.content, answer["ETag"]) == (200, b"{}", '"a"')

    @pytest.mark.parametrize("header", ['"a"', 'W/"a"', '"b", "a-gzip"', "*"])
    def test_what_the_caller_has_is_not_sent_again_nor_made(self, header: str) -> None:
        made: list[int] = []

        def render() -> bytes:
            made.append(1)
            return b"{}"

        answer = tagged(make.get("/", headers={"if-none-match": header}), "a", render)
        assert (answer.status_code, answer.content, answer["ETag"], made) == (304, b"", '"a"', [])
        assert not answer.has_header("Content-Type")

    def test_another_view_of_a_resource_has_another_tag_that_a_write_takes_for_the_same(self) -> None:
        tag = tag_with("a", b'{"code":"a","position":1}')
        assert tagged(make.get("/", headers={"if-none-match": '"a"'}), tag, lambda: b"{}").status_code == 200
        conditions = conditions_of(make.patch("/", headers={"if-match": f'"{tag}"'}))
        conditions.check(lambda: "a")
        with pytest.raises(PreconditionFailed):
            conditions.check(lambda: "b")
