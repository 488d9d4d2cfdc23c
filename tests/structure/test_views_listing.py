"""Lists of the screens of Settings: searching, and walking page by page in both directions."""

from __future__ import annotations

from limen.structure.rules import AttributeGroup
from limen.structure.views.listing import matching, page_of

GROUPS = [
    AttributeGroup(1, "brewing", labels={"en_US": "Brewing", "fr_FR": "Préparation"}),
    AttributeGroup(2, "legal", labels={"en_US": "Legal matters"}),
    AttributeGroup(3, "other"),
]


def codes(groups: list[AttributeGroup]) -> list[str]:
    return [one.code for one in groups]


def test_a_search_finds_by_code_and_by_label_in_any_locale_whatever_the_case() -> None:
    assert codes(matching(GROUPS, "PRÉP")) == ["brewing"]
    assert codes(matching(GROUPS, "oth")) == ["other"]
    assert codes(matching(GROUPS, "legal MATTERS")) == ["legal"]
    assert codes(matching(GROUPS, "legal brewing")) == []
    assert codes(matching(GROUPS, "  ")) == ["brewing", "legal", "other"]


def test_pages_are_walked_forth_and_back() -> None:
    first = page_of(GROUPS, limit=2)
    assert (codes(list(first.rows)), first.next, first.previous, first.count) == (
        ["brewing", "legal"],
        "legal",
        None,
        3,
    )
    second = page_of(GROUPS, after="legal", limit=2)
    assert (codes(list(second.rows)), second.next, second.previous) == (["other"], None, "other")
    assert page_of(GROUPS, before="other", limit=2) == first


def test_a_code_that_is_gone_leads_to_the_start() -> None:
    assert page_of(GROUPS, after="gone", limit=2) == page_of(GROUPS, limit=2)
