from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from limen.media import queries
from tests.factories.media import make_media_file

pytestmark = pytest.mark.django_db


class TestMediaFiles:
    def test_only_those_that_exist_are_given_in_one_query(self, count_queries: Any) -> None:
        row = make_media_file()
        unknown = row.code.replace("_", "_un")
        with count_queries(1):
            assert queries.media_files([row.code, unknown]) == {row.code: row}

    @pytest.mark.parametrize("code", ["", "\0", "../../etc/passwd", "chair.png"])
    def test_what_can_be_no_code_is_not_even_asked_for(self, code: str, count_queries: Any) -> None:
        with count_queries(0):
            assert queries.media_files([code]) == {}


class TestOpenFile:
    def test_lost_bytes_are_none(self, storage: Path) -> None:
        row = make_media_file()
        (storage / row.code).unlink()
        assert queries.open_file(row.code) is None
