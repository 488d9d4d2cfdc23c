"""Folding."""

from __future__ import annotations

import pytest

from limen.kit.text import fold


@pytest.mark.parametrize(("one", "other"), [("SKU", "sku"), ("É", "é"), ("straße", "STRASSE")])
def test_case_does_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_accents_count() -> None:
    assert fold("leger") != fold("léger")
