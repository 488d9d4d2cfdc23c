from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.media import operations, queries
from tests.factories.media import NOW, PNG, make_media_file

pytestmark = pytest.mark.django_db


def files_in(storage: Path) -> list[str]:
    return sorted(str(path.relative_to(storage)) for path in storage.rglob("*") if path.is_file())


class TestStoreFile:
    def test_the_bytes_lie_under_the_code(self, storage: Path) -> None:
        row = make_media_file("Stuhl blau.PNG")
        assert row.code.endswith("_Stuhl_blau.PNG")
        assert (storage / row.code).read_bytes() == PNG
        assert (row.original_filename, row.mime_type, row.extension) == ("Stuhl blau.PNG", "image/png", "png")
        assert row.size == len(PNG)
        assert len(row.hash) == 64

    def test_what_is_stored_can_be_read_again(self) -> None:
        row = make_media_file()
        assert queries.media_files([row.code]) == {row.code: row}

    def test_equal_content_has_equal_hashes_and_codes_of_its_own(self) -> None:
        first, second = make_media_file("a.png"), make_media_file("a.png")
        assert first.hash == second.hash
        assert first.code != second.code
        assert queries.media_files_by_hash([first.hash]) == {first.hash: first}

    def test_a_large_file_is_read_in_chunks(self) -> None:
        class Source(BytesIO):
            largest = 0

            def read(self, size: int | None = -1, /) -> bytes:
                assert size is not None and size > 0, "the whole file was asked for at once"
                Source.largest = max(Source.largest, size)
                return super().read(size)

        row = operations.store_file(file=Source(PNG + bytes(300_000)), filename="big.png", by=SYSTEM, now=NOW)
        assert row.size == 300_000 + len(PNG)
        assert Source.largest < 100_000

    def test_an_upload_is_hashed_although_it_lies_in_a_file_of_its_own(self) -> None:
        upload = TemporaryUploadedFile("chair.png", "image/png", len(PNG), None)
        upload.write(PNG)
        upload.seek(0)
        row = operations.store_file(file=upload, filename="chair.png", by=SYSTEM, now=NOW)
        upload.close()
        assert row.hash == make_media_file().hash

    def test_a_row_that_cannot_be_saved_leaves_no_bytes_behind(
        self, storage: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("limen.media.rules.extension_of", lambda filename: "x" * 21)
        with pytest.raises(Exception, match="too long"), transaction.atomic():
            make_media_file()
        assert files_in(storage) == []

    def test_a_file_cannot_be_stored_outside_the_storage(self, storage: Path) -> None:
        row = make_media_file("../../../outside.png")
        assert files_in(storage) == [row.code]

    def test_it_is_recorded(self) -> None:
        row = make_media_file()
        assert [event.kind for event in events.history(f"media_file:{row.code}")] == ["media_file.created"]

    def test_it_costs_two_statements_and_the_transaction(self, count_queries: Any) -> None:
        with count_queries(4):
            make_media_file()


class TestDiscardFile:
    def test_row_and_bytes_are_gone(self, storage: Path, django_capture_on_commit_callbacks: Any) -> None:
        row = make_media_file()
        with django_capture_on_commit_callbacks(execute=True):
            operations.discard_file(code=row.code, by=SYSTEM, now=NOW)
        assert queries.media_files([row.code]) == {}
        assert files_in(storage) == []

    def test_an_unknown_code_is_no_error(self) -> None:
        operations.discard_file(code="nothing", by=SYSTEM, now=NOW)
