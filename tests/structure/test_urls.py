"""The addresses of the screens of Settings."""

from __future__ import annotations

import re

from limen.structure.urls import urlpatterns


def test_no_code_is_taken_by_a_page_of_its_list() -> None:
    """Codes have letters, numbers and underscores: a fixed word at the place of one has to have a hyphen."""
    routes = [str(one.pattern) for one in urlpatterns]
    shadowed = [
        (fixed, open)
        for open in routes
        for fixed in routes
        if fixed != open
        and re.fullmatch(re.sub(r"<str:\w+>", r"[A-Za-z0-9_]+", open), re.sub(r"<str:\w+>", "x", fixed))
    ]
    assert shadowed == []
