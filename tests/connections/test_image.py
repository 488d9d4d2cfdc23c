"""The picture of a connection."""

from __future__ import annotations

import contextlib
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from limen.accounts.rules import SYSTEM
from limen.connections import operations
from limen.connections.models import ConnectionImage
from limen.connections.rules.image import EDGE, EXTENSIONS, MOST_BYTES, NoPicture, check_image_name, make_image
from limen.kit import clock
from tests.connections.test_views import errors_at
from tests.connections.test_views_settings import saved, typed
from tests.factories.connections import make_connection


def picture(format: str, size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    content = BytesIO()
    Image.new(mode, size, 1).save(content, format)
    return content.getvalue()


def kept(content: bytes) -> Image.Image:
    return Image.open(BytesIO(make_image(content)))


def refused(content: bytes) -> str:
    with pytest.raises(NoPicture) as refusal:
        make_image(content)
    assert refusal.value.violation.path == "image"
    return refusal.value.violation.code


class TestMakeImage:
    @pytest.mark.parametrize(
        ("format", "mode"),
        [("JPEG", "RGB"), ("GIF", "P"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("BMP", "RGB"), ("XBM", "1")],
    )
    def test_each_format_is_kept_as_webp(self, format: str, mode: str) -> None:
        assert (kept(picture(format, mode=mode)).format, kept(picture(format, mode=mode)).size) == ("WEBP", (40, 20))

    def test_a_wireless_bitmap_is_read(self) -> None:
        # 9 × 2 pixels: two bytes a row.
        found = kept(b"\0\0\x09\x02" + b"\xff\x80\x00\x00")
        assert found.size == (9, 2)

    def test_a_large_picture_is_made_small_and_keeps_its_shape(self) -> None:
        assert kept(picture("JPEG", (2000, 1000))).size == (EDGE, EDGE // 2)

    def test_a_photo_is_turned_upright_and_loses_its_place(self) -> None:
        content = BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010E] = "taken at home"
        Image.new("RGB", (40, 20)).save(content, "JPEG", exif=exif)
        assert b"taken at home" in content.getvalue()
        assert b"taken at home" not in make_image(content.getvalue())
        assert kept(content.getvalue()).size == (20, 40)

    @pytest.mark.parametrize(
        "content",
        [
            b"no picture",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%PDF-1.7",
            b"GIF89a",
            b"\0\0",
            b"\0\0\xff\xff\xff",
        ],
    )
    def test_what_is_no_picture(self, content: bytes) -> None:
        assert refused(content) == "image.invalid"

    def test_a_damaged_picture(self) -> None:
        assert refused(picture("PNG", (300, 300))[:200]) == "image.invalid"

    def test_an_empty_file(self) -> None:
        assert refused(b"") == "image.empty"

    def test_a_file_over_the_limit_is_not_opened(self) -> None:
        assert refused(picture("PNG") + b"\0" * MOST_BYTES) == "image.too_large"

    def test_a_small_file_of_a_huge_picture_is_not_unpacked(self) -> None:
        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        chunk = b"IHDR" + header
        content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        content += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
        assert refused(content) == "image.too_many_pixels"

    @given(st.binary(max_size=300))
    def test_no_bytes_break_it(self, content: bytes) -> None:
        for start in (b"", b"\0\0", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"RIFF\0\0\0\0WEBP"):
            with contextlib.suppress(NoPicture):
                make_image(start + content)


class TestName:
    @pytest.mark.parametrize("name", [f"logo.{one}" for one in EXTENSIONS] + ["LOGO.PNG", "a.b.png"])
    def test_a_picture_is_known_by_its_end(self, name: str) -> None:
        assert check_image_name(name) == []

    @pytest.mark.parametrize("name", ["notes.txt", "logo.svg", "logo", "png", "logo.png.exe", ""])
    def test_case_59_another_file_is_refused(self, name: str) -> None:
        assert [one.code for one in check_image_name(name)] == ["image.extension"]


@pytest.mark.usefixtures("installed")
class TestOnTheScreens:
    """The picture is part of the settings form: saved with the rest of it, or not at all."""

    PAGE = "/connect/connection-settings/erp/edit"

    def send(self, admin: Client, **changes: Any) -> Any:
        return admin.post(self.PAGE, typed(**changes))

    def upload(self, content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    @pytest.fixture(autouse=True)
    def erp(self, installed: None) -> None:
        make_connection("My ERP", code="erp")

    def test_it_is_shown_on_card_and_page(self, admin: Client) -> None:
        assert self.send(admin, image=self.upload(picture("PNG"))).status_code == 303
        address = f"/connect/connection-settings/erp/image/{saved().image}"
        for page in ("/connect/connection-settings", self.PAGE):
            assert f'src="{address}"' in admin.get(page).content.decode()
        answer = admin.get(address)
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
        assert Image.open(BytesIO(answer.content)).size == (40, 20)

    def test_another_picture_has_another_address(self, admin: Client) -> None:
        self.send(admin, image=self.upload(picture("PNG")))
        first = saved().image
        self.send(admin, image=self.upload(picture("PNG", (30, 30))))
        assert saved().image not in ("", first)
        assert admin.get(f"/connect/connection-settings/erp/image/{first}").status_code == 404
        assert ConnectionImage.objects.count() == 1

    def test_case_60_removing_it_brings_the_initials_back(self, admin: Client) -> None:
        self.send(admin, image=self.upload(picture("PNG")))
        assert self.send(admin, remove_image="on").status_code == 303
        assert saved().image == "" and not ConnectionImage.objects.exists()
        assert 'data-initials="ME">ME</div>' in admin.get("/connect/connection-settings").content.decode()

    @pytest.mark.parametrize(
        ("name", "content"),
        [("notes.txt", b"hello"), ("logo.svg", b"<svg/>"), ("logo.png", b"hello"), ("logo.png", b"")],
    )
    def test_cases_58_and_59_what_is_no_picture_is_refused_with_all_the_rest(
        self, admin: Client, name: str, content: bytes
    ) -> None:
        answer = self.send(admin, label="Another label", image=self.upload(content, name))
        assert answer.status_code == 422
        assert errors_at(answer.content.decode(), "image")
        assert (saved().label, saved().image) == ("My ERP", "")

    def test_saving_without_one_keeps_it(self, admin: Client) -> None:
        self.send(admin, image=self.upload(picture("PNG")))
        before = saved()
        self.send(admin, label="Another label")
        assert saved().image == before.image and saved().label == "Another label"

    def test_the_same_one_again_changes_nothing(self, admin: Client) -> None:
        self.send(admin, image=self.upload(picture("PNG")))
        version = saved().version
        self.send(admin, image=self.upload(picture("PNG")))
        assert saved().version == version

    def test_it_goes_with_its_connection(self, admin: Client) -> None:
        self.send(admin, image=self.upload(picture("PNG")))
        operations.delete_connection(code="erp", by=SYSTEM, now=clock.now())
        assert not ConnectionImage.objects.exists()
