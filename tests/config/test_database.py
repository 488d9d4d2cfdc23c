"""Which database Django gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.config.database import database_settings, embedded_url

DATA = Path("/var/lib/limen")


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("", False),
        # Web and worker get the embedded server's address from their parent.
        (embedded_url(DATA), False),
        ("postgresql://limen@/limen?host=/var/run/postgresql", True),
        ("postgresql://limen:secret@db.example.com:5432/limen", True),
    ],
)
def test_only_the_embedded_server_is_not_asked_whether_it_is_still_there(url: str, asked: bool) -> None:
    assert database_settings(url, DATA)["CONN_HEALTH_CHECKS"] is asked


def test_only_the_embedded_server_is_told_how_it_plans() -> None:
    """A pooler before another one may refuse the option."""
    assert "random_page_cost" in database_settings("", DATA)["OPTIONS"]["options"]
    assert "options" not in database_settings("postgresql://db/pim", DATA)["OPTIONS"]


def test_an_address_is_taken_apart() -> None:
    found = database_settings("postgresql://limen:p%40ss@db.example.com:5433/pim?sslmode=require", DATA)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.com", "5433", "pim")
    assert (found["USER"], found["PASSWORD"]) == ("limen", "p@ss")
    assert found["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(("query", "threshold"), [("", 5), ("?prepare_threshold=0", None), ("?prepare_threshold=2", 2)])
def test_repeated_statements_are_prepared_unless_the_address_says_otherwise(query: str, threshold: int | None) -> None:
    assert database_settings(f"postgresql://db/pim{query}", DATA)["OPTIONS"]["prepare_threshold"] == threshold
