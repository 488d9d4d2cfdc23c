from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.media import rules

KEY = "3b90aa17f0d1" + "0" * 28
PNG = b"\x89PNG\r\n\x1a\n rest"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


class TestCodeFor:
    @pytest.mark.parametrize(
        ("filename", "end"),
        [
            ("orbit.png", "_orbit.png"),
            ("Stuhl blau.png", "_Stuhl_blau.png"),
            ("très-beau.png", "_tr_s_beau.png"),
            ("a/../../etc/passwd", "_a_.._.._etc_passwd"),
            ('x";\r\nSet-Cookie: a=b', "_x____Set_Cookie__a_b"),
            ("椅子", "___"),
        ],
    )
    def test_the_name_at_its_end_is_harmless(self, filename: str, end: str) -> None:
        assert rules.code_for(KEY, filename) == f"3/b/9/0/{KEY}{end}"

    def test_a_long_name_keeps_its_end(self) -> None:
        code = rules.code_for(KEY, "x" * 300 + ".png")
        assert code.endswith("xxx.png")
        assert len(code) < 255

    @given(st.text(min_size=1))
    def test_whatever_the_name_is_the_result_is_a_code(self, filename: str) -> None:
        assert rules.is_code(rules.code_for(KEY, rules.clean_filename(filename)))


class TestIsCode:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "orbit.png",
            "../../etc/passwd",
            f"3/b/9/0/{KEY}_../../../x",
            f"3/b/9/0/{KEY}_x\0.png",
            f"3/b/9/0/{KEY}_x.png\n",
            f"3/b/9/0/{KEY}",
            f"/3/b/9/0/{KEY}_x.png",
            f"3/b/9/0/{KEY.upper()}_x.png",
        ],
    )
    def test_what_no_file_can_have_is_none(self, text: str) -> None:
        assert not rules.is_code(text)


class TestCleanFilename:
    @pytest.mark.parametrize(
        ("given", "cleaned"),
        [
            ("chair.png", "chair.png"),
            ("C:\\Users\\jo\\chair.png", "chair.png"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb\0.png", "ab.png"),
            ("line\u2028break.png", "linebreak.png"),
            ("lone \ud800.png", "lone .png"),
            ("Großer Stuhl.png", "Großer Stuhl.png"),
            ("folder/", "file"),
            ("", "file"),
            ("\n", "file"),
        ],
    )
    def test_a_name_is_what_a_person_would_call_the_file(self, given: str, cleaned: str) -> None:
        assert rules.clean_filename(given) == cleaned

    def test_a_name_longer_than_its_column_keeps_its_end(self) -> None:
        assert rules.clean_filename("x" * 400 + ".png") == "x" * 251 + ".png"


class TestExtensionOf:
    @pytest.mark.parametrize(
        ("filename", "extension"),
        [("a.png", "png"), ("a.PNG", "png"), ("a.tar.gz", "gz"), ("a", ""), ("a.", ""), (".png", "png"), ("a.p g", "")],
    )
    def test_it_is_what_follows_the_last_dot(self, filename: str, extension: str) -> None:
        assert rules.extension_of(filename) == extension


class TestMimeTypeOf:
    @pytest.mark.parametrize(
        ("filename", "head", "mime_type"),
        [
            ("a.png", PNG, "image/png"),
            ("a.jpg", JPEG, "image/jpeg"),
            ("a.jfif", JPEG, "image/jpeg"),
            ("a.gif", b"GIF89a..", "image/gif"),
            ("a.webp", b"RIFF\x10\n\0\0WEBPVP8 ", "image/webp"),
            ("a.pdf", b"%PDF-1.7\n", "application/pdf"),
            ("a.csv", b"a;b\n1;2\n", "text/csv"),
            ("a.svg", b"<svg/>", "image/svg+xml"),
            ("a.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("unknown", b"\0\1\2", "application/octet-stream"),
            ("unknown", b"plain words", "text/plain"),
            ("empty", b"", "text/plain"),
        ],
    )
    def test_content_first_then_the_name(self, filename: str, head: bytes, mime_type: str) -> None:
        assert rules.mime_type_of(filename, head) == mime_type

    @pytest.mark.parametrize(
        ("filename", "head", "mime_type"),
        [
            ("a.jpg", b"these are words", "text/plain"),
            ("a.png", b"\0\0\0", "application/octet-stream"),
            ("a.png", JPEG, "image/jpeg"),
            ("a.txt", PNG, "image/png"),
        ],
    )
    def test_a_name_that_lies_is_not_believed(self, filename: str, head: bytes, mime_type: str) -> None:
        assert rules.mime_type_of(filename, head) == mime_type
        assert not rules.type_fits_extension(mime_type, rules.extension_of(filename))

    def test_text_cut_within_a_character_is_still_text(self) -> None:
        assert rules.mime_type_of("notes", "für Ä".encode()[:-1]) == "text/plain"

    def test_bytes_that_are_no_text_are_not_called_text(self) -> None:
        assert rules.mime_type_of("notes", b"\xffabc def") == rules.UNKNOWN


class TestContentDisposition:
    @pytest.mark.parametrize(
        ("filename", "header"),
        [
            ("orbit.png", 'attachment; filename="orbit.png"'),
            ('a "quoted" name.png', 'attachment; filename="a \\"quoted\\" name.png"'),
            ("Stühle.png", "attachment; filename=\"Stuhle.png\"; filename*=UTF-8''St%C3%BChle.png"),
            ("椅子", "attachment; filename=\"file\"; filename*=UTF-8''%E6%A4%85%E5%AD%90"),
            ("a\r\nSet-Cookie: b=c", 'attachment; filename="aSet-Cookie: b=c"'),
        ],
    )
    def test_the_name_cannot_leave_its_quotes(self, filename: str, header: str) -> None:
        assert rules.content_disposition(filename) == header

    @given(st.text())
    def test_whatever_the_name_is_the_header_is_one_line_of_ascii(self, filename: str) -> None:
        header = rules.content_disposition(filename)
        assert header.isascii()
        assert header.isprintable()
