"""Small pictures: drawn once, kept, and never of what would fill the memory."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from limen.accounts.rules import SYSTEM
from limen.media import operations, previews
from limen.media.rules import MediaRow
from tests.factories.media import NOW, make_media_file

pytestmark = pytest.mark.django_db


def picture(format: str = "PNG", size: tuple[int, int] = (1600, 800), mode: str = "RGB", **options: Any) -> bytes:
    drawn = BytesIO()
    Image.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 0)).save(drawn, format, **options)
    return drawn.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def opened(row: MediaRow, size: str) -> Image.Image:
    found = previews.preview(row, size)
    assert found is not None
    with found:
        return Image.open(BytesIO(found.read()))


class TestPreview:
    @pytest.mark.parametrize(
        ("filename", "format"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.gif", "GIF"), ("a.webp", "WEBP")]
    )
    def test_images_become_small_and_keep_their_shape(self, filename: str, format: str) -> None:
        row = make_media_file(filename, picture(format))
        assert {size: opened(row, size).size for size in previews.SIZES} == {
            "small": (96, 48),
            "medium": (480, 240),
            "large": (1200, 600),
        }
        assert opened(row, "small").format == "WEBP"

    def test_what_is_small_already_is_not_blown_up(self) -> None:
        assert opened(make_media_file("a.png", picture(size=(10, 20))), "large").size == (10, 20)

    def test_what_is_transparent_stays_so(self) -> None:
        assert opened(make_media_file("a.png", picture(mode="RGBA")), "small").mode == "RGBA"

    def test_a_picture_taken_sideways_stands_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        row = make_media_file("a.jpg", picture("JPEG", exif=exif))
        assert opened(row, "small").size == (48, 96)

    def test_it_is_drawn_once(self, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        row = make_media_file("a.png", picture())
        first = opened(row, "small").tobytes()
        kept = list((storage / "previews" / "small").rglob("*.webp"))
        assert len(kept) == 1

        def never(*given: Any) -> None:
            raise AssertionError("drawn again")

        monkeypatch.setattr(previews, "_draw", never)
        assert opened(row, "small").tobytes() == first

    def test_it_goes_with_its_file(self, storage: Path, django_capture_on_commit_callbacks: Any) -> None:
        row = make_media_file("a.png", picture())
        opened(row, "small")
        with django_capture_on_commit_callbacks(execute=True):
            operations.discard_file(code=row.code, by=SYSTEM, now=NOW)
        assert [path for path in storage.rglob("*") if path.is_file()] == []

    @pytest.mark.parametrize(
        ("filename", "content"),
        [
            ("a.pdf", b"%PDF-1.7"),
            ("a.svg", b"<svg/>"),
            ("a.png", b"\x89PNG\r\n\x1a\nbroken"),
            ("a.png", picture()[:-200]),
            ("a.jpg", picture("JPEG")[:300]),
            ("a.png", claiming(60_000, 60_000)),
            ("a.png", claiming(2**31 - 1, 2**31 - 1)),
        ],
        ids=["no image", "svg", "broken", "cut", "cut jpeg", "a bomb", "a bigger bomb"],
    )
    def test_of_some_there_is_none(self, storage: Path, filename: str, content: bytes) -> None:
        row = make_media_file(filename, content)
        assert previews.preview(row, "small") is None
        assert not (storage / "previews").exists()

    def test_a_file_that_the_storage_has_lost(self, storage: Path) -> None:
        row = make_media_file("a.png", picture())
        (storage / row.code).unlink()
        assert previews.preview(row, "small") is None


class TestOverTheApi:
    def test_a_small_picture(self, api: Any) -> None:
        row = make_media_file("a.png", picture())
        answer = api.get(f"/media-files/{row.code}/download", preview="small")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert Image.open(BytesIO(answer.getvalue())).size == (96, 48)
        again = api.get(f"/media-files/{row.code}/download?preview=small", headers={"if-none-match": answer["ETag"]})
        assert again.status_code == 304

    def test_a_size_that_does_not_exist(self, api: Any) -> None:
        answer = api.get(f"/media-files/{make_media_file().code}/download", preview="huge")
        assert answer.status_code == 422
        assert "small, medium, large" in answer.json()["message"]

    def test_a_file_without_preview(self, api: Any) -> None:
        row = make_media_file("a.pdf", b"%PDF-1.7")
        assert api.get(f"/media-files/{row.code}/download", preview="small").status_code == 422
