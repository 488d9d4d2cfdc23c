"""Uploading files into values of products: acceptance cases 257–264."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from limen.events import operations as events
from limen.kit.errors import Conflict
from limen.media import operations as media
from limen.products.operations import upload
from tests.conftest import Api
from tests.factories.media import PNG, make_media_file
from tests.factories.products import make_product
from tests.factories.structure import make_attribute
from tests.products.answers import errors, is_plain

HERO = {"identifier": "desk-one", "attribute": "hero_image", "locale": None, "scope": None}
MODEL = {"code": "orbit", "attribute": "hero_image", "locale": None, "scope": None}


@pytest.fixture
def desk(lamps: None) -> str:
    return make_product("desk-one")


def image(name: str = "orbit.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(pim: Api, path: str = "/media-files", **parts: Any) -> Any:
    """Post a form; what is a dict goes as JSON."""
    form = {name: orjson.dumps(part).decode() if isinstance(part, dict) else part for name, part in parts.items()}
    return pim.client.post(f"/api/rest/v1{path}", form)


def code_of(answer: Any) -> str:
    """What connectors do: everything behind the route's path is the code."""
    assert answer.status_code == 201, answer.content
    return str(answer["Location"].split("/api/rest/v1/media-files/", 1)[1])


def stored(pim: Api) -> list[str]:
    return [item["code"] for item in pim.get("/media-files", limit="100").json()["_embedded"]["items"]]


def bytes_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("desk")
class TestUploading:
    def test_case_257_the_product_has_the_file(self, pim: Api) -> None:
        before = pim.get("/products/desk-one").json()["updated"]
        answer = send(pim, product=HERO, file=image())
        assert (answer.status_code, answer.content) == (201, b"")
        code = code_of(answer)
        product = pim.get("/products/desk-one").json()
        assert product["values"]["hero_image"][0]["data"] == code
        assert product["updated"] > before
        assert stored(pim) == [code]
        assert pim.get(f"/media-files/{code}").json()["original_filename"] == "orbit.png"

    def test_case_264_what_was_uploaded_comes_back(self, pim: Api, tmp_path: Path) -> None:
        code = code_of(send(pim, product=HERO, file=image("Orbit klein.png")))
        answer = pim.get(f"/media-files/{code}/download")
        assert (answer.status_code, answer.getvalue(), answer["Content-Type"]) == (200, PNG, "image/png")
        assert answer["Content-Disposition"] == 'attachment; filename="Orbit klein.png"'
        (tmp_path / code).unlink()
        missing = pim.get(f"/media-files/{code}/download")
        assert missing.status_code == 404
        unknown = pim.get(f"/media-files/{code}x/download")
        assert missing.json()["message"] != unknown.json()["message"]

    def test_a_product_may_be_named_by_uuid(self, pim: Api) -> None:
        uuid = make_product(None)
        code = code_of(send(pim, product={**HERO, "identifier": None, "uuid": uuid.upper()}, file=image()))
        assert pim.get(f"/products-uuid/{uuid}").json()["values"]["hero_image"][0]["data"] == code

    def test_codes_are_found_whatever_the_case(self, pim: Api) -> None:
        part = {**HERO, "identifier": "DESK-one", "attribute": "Hero_Image"}
        code = code_of(send(pim, product=part, file=image()))
        assert pim.get("/products/desk-one").json()["values"]["hero_image"][0]["data"] == code

    def test_overall_access_is_enough(self, api_of: Any, pim: Api) -> None:
        assert send(api_of("pim_api_product_list"), product=HERO, file=image()).status_code == 201

    def test_another_file_takes_the_place_of_the_first(self, pim: Api) -> None:
        send(pim, product=HERO, file=image())
        code = code_of(send(pim, product=HERO, file=image(content=PNG + b"2")))
        assert pim.get("/products/desk-one").json()["values"]["hero_image"][0]["data"] == code

    def test_the_same_content_again_leaves_no_second_file(
        self, pim: Api, tmp_path: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        first = code_of(send(pim, product=HERO, file=image()))
        before = pim.get("/products/desk-one").content
        with django_capture_on_commit_callbacks(execute=True):
            assert code_of(send(pim, product=HERO, file=image())) == first
        assert pim.get("/products/desk-one").content == before
        assert (stored(pim), bytes_in(tmp_path)) == ([first], [tmp_path / first])

    def test_a_dry_run_leaves_nothing(self, pim: Api) -> None:
        before = pim.get("/products/desk-one").content
        answer = send(pim, "/media-files?dry_run=true", product=HERO, file=image())
        assert (answer.status_code, answer["Limen-Dry-Run"]) == (201, "true")
        assert pim.get("/products/desk-one").content == before
        assert stored(pim) == []

    @pytest.mark.parametrize(("size", "on_disk"), [(2_000_000, False), (2_700_000, True)])
    def test_large_files_never_stand_in_memory(
        self, pim: Api, monkeypatch: pytest.MonkeyPatch, size: int, on_disk: bool
    ) -> None:
        seen: list[bool] = []

        def store_file(*, file: Any, **rest: Any) -> Any:
            seen.append(isinstance(file, TemporaryUploadedFile))
            return store(file=file, **rest)

        store = media.store_file
        monkeypatch.setattr(media, "store_file", store_file)
        content = b"%PDF-1.7\n" + bytes(size)
        code = code_of(send(pim, product={**HERO, "attribute": "datasheet"}, file=image("a.pdf", content)))
        assert seen == [on_disk]
        assert pim.get(f"/media-files/{code}").json()["size"] == len(content)


def form(boundary: str, product: dict[str, Any], content: bytes, filename: str = "orbit.png") -> bytes:
    """A body as a client writes it."""
    named = f'Content-Disposition: form-data; name="product"\r\n\r\n{orjson.dumps(product).decode()}\r\n'
    head = f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: image/png\r\n\r\n'
    start = f"--{boundary}\r\n".encode()
    return b"".join((start, named.encode(), start, head.encode(), content, b"\r\n", f"--{boundary}--\r\n".encode()))


@pytest.mark.usefixtures("desk")
class TestIdempotency:
    """10.3, `Idempotency-Key`: an upload that is sent again does its work once."""

    def send(self, pim: Api, body: bytes, boundary: str = "one", key: str = "upload-1", query: str = "") -> Any:
        return pim.client.post(
            f"/api/rest/v1/media-files{query}",
            body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": key},
        )

    def test_the_first_answer_comes_again(self, pim: Api, tmp_path: Path) -> None:
        first = self.send(pim, form("one", HERO, PNG))
        before = pim.get("/products/desk-one").content
        again = self.send(pim, form("two", HERO, PNG), "two")
        assert (first.status_code, again.status_code, again.content) == (201, 201, b"")
        assert again["Location"] == first["Location"]
        assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
        assert pim.get("/products/desk-one").content == before
        assert stored(pim) == [code_of(first)]
        assert bytes_in(tmp_path) == [tmp_path / code_of(first)]

    def test_also_when_another_file_has_taken_its_place(self, pim: Api) -> None:
        first = self.send(pim, form("one", HERO, PNG))
        second = code_of(self.send(pim, form("one", HERO, PNG + b"2"), key="upload-2"))
        assert self.send(pim, form("one", HERO, PNG))["Location"] == first["Location"]
        assert pim.get("/products/desk-one").json()["values"]["hero_image"][0]["data"] == second

    @pytest.mark.parametrize("change", ["content", "filename", "part", "query"])
    def test_another_upload_under_the_same_key_is_refused(self, pim: Api, change: str) -> None:
        assert self.send(pim, form("one", HERO, PNG)).status_code == 201
        part = {**HERO, "locale": "en_GB"} if change == "part" else HERO
        body = form("one", part, PNG + (b"2" if change == "content" else b""), f"{change}.png")
        if change != "filename":
            body = body.replace(f"{change}.png".encode(), b"orbit.png")
        answer = self.send(pim, body, query="?limen=1" if change == "query" else "")
        assert (answer.status_code, is_plain(answer)) == (422, True)
        assert len(stored(pim)) == 1

    def test_a_refusal_is_not_kept(self, pim: Api, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
        pim.patch("/attributes/hero_image", {"allowed_extensions": ["jpg"]})
        with django_capture_on_commit_callbacks(execute=True):
            assert self.send(pim, form("one", HERO, PNG)).status_code == 422
        assert (stored(pim), bytes_in(tmp_path)) == ([], [])
        pim.patch("/attributes/hero_image", {"allowed_extensions": ["png"]})
        assert self.send(pim, form("one", HERO, PNG)).status_code == 201

    def test_a_dry_run_keeps_nothing(self, pim: Api) -> None:
        assert self.send(pim, form("one", HERO, PNG), query="?dry_run=true").status_code == 201
        assert self.send(pim, form("one", HERO, PNG)).get("Idempotency-Replayed") is None
        assert self.send(pim, form("one", HERO, PNG), query="?dry_run=true").get("Idempotency-Replayed") is None

    def test_one_that_breaks_leaves_neither_file_nor_answer(
        self, pim: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        def killed(*_: Any, **__: Any) -> None:
            raise OSError("gone")

        monkeypatch.setattr(events, "keep_answer", killed)
        with django_capture_on_commit_callbacks(execute=True):
            assert self.send(pim, form("one", HERO, PNG)).status_code == 500
        assert (stored(pim), bytes_in(tmp_path)) == ([], [])
        assert "hero_image" not in pim.get("/products/desk-one").json()["values"]
        monkeypatch.undo()
        assert self.send(pim, form("one", HERO, PNG)).status_code == 201

    @pytest.mark.parametrize("size", [100, 2_700_000])
    def test_a_file_is_read_in_chunks_and_stored_whole(self, pim: Api, size: int) -> None:
        part, content = {**HERO, "attribute": "datasheet"}, b"%PDF-1.7\n" + bytes(size)
        first = self.send(pim, form("one", part, content, "a.pdf"))
        assert pim.get(f"/media-files/{code_of(first)}").json()["size"] == len(content)
        assert self.send(pim, form("one", part, content, "a.pdf"))["Location"] == first["Location"]
        assert self.send(pim, form("one", part, content[:-1], "a.pdf")).status_code == 422

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256])
    def test_what_is_no_key(self, pim: Api, key: str) -> None:
        answer = self.send(pim, form("one", HERO, PNG), key=key)
        assert (answer.status_code, is_plain(answer)) == (422, True)
        assert stored(pim) == []


# Name, file name, content.
BAD_FILES = [
    ("case 258", "orbit.txt", b"Orbit"),
    ("case 259", "orbit.jpg", b"no image at all"),
    ("one kind of image as another", "orbit.jpg", PNG),
    ("an empty file", "orbit.png", b""),
    ("without extension", "orbit", PNG),
    ("one byte more than 2 MB", "orbit.png", PNG + bytes(2_000_001 - len(PNG))),
]


@pytest.mark.usefixtures("desk")
class TestFilesThatBreakRules:
    @pytest.mark.parametrize(("filename", "content"), [one[1:] for one in BAD_FILES], ids=[one[0] for one in BAD_FILES])
    def test_cases_258_and_259_nothing_is_left_of_a_refused_file(
        self, pim: Api, tmp_path: Path, django_capture_on_commit_callbacks: Any, filename: str, content: bytes
    ) -> None:
        before = pim.get("/products/desk-one").content
        with django_capture_on_commit_callbacks(execute=True):
            answer = send(pim, product=HERO, file=image(filename, content))
        assert errors(answer) == [
            {"property": "values", "attribute": "hero_image", "locale": None, "scope": None},
        ]
        assert pim.get("/products/desk-one").content == before
        assert (stored(pim), bytes_in(tmp_path)) == ([], [])

    @pytest.mark.parametrize("filename", ["ORBIT.PNG", "orbit.png"])
    def test_a_file_of_exactly_2_mb_is_fine(self, pim: Api, filename: str) -> None:
        content = PNG + bytes(2_000_000 - len(PNG))
        assert send(pim, product=HERO, file=image(filename, content)).status_code == 201

    @pytest.mark.parametrize("filename", ["orbit.txt", "orbit.pdf"])
    def test_the_same_rules_hold_for_a_file_that_is_set_by_its_code(self, pim: Api, filename: str) -> None:
        code = make_media_file(filename, b"text").code
        attribute = "hero_image" if filename.endswith("txt") else "datasheet"
        entry = {"locale": None, "scope": None, "data": code}
        assert errors(pim.patch("/products/desk-one", {"values": {attribute: [entry]}})) == [
            {"property": "values", "attribute": attribute, "locale": None, "scope": None}
        ]

    def test_a_write_that_fails_takes_its_file_away(self, pim: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: Any, **rest: Any) -> Any:
            raise Conflict("Others are writing.")

        monkeypatch.setattr(upload, "upsert_products", fail)
        assert send(pim, product=HERO, file=image()).status_code == 409
        assert stored(pim) == []


def without(name: str, part: dict[str, Any] = HERO) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != name}


# Name, parts beside the file.
PLAIN: list[tuple[str, dict[str, Any]]] = [
    ("case 260, both parts", {"product": HERO, "product_model": MODEL}),
    ("case 260, no part", {}),
    ("case 261", {"product": without("locale")}),
    ("without scope", {"product": without("scope")}),
    ("without attribute", {"product": without("attribute")}),
    ("without identifier", {"product": without("identifier")}),
    ("identifier and uuid", {"product": {**HERO, "uuid": str(uuid4())}}),
    ("an unknown product", {"product": {**HERO, "identifier": "nothing"}}),
    ("U+0000 as identifier", {"product": {**HERO, "identifier": "\0"}}),
    ("an unknown uuid", {"product": {**without("identifier"), "uuid": str(uuid4())}}),
    ("what is no uuid", {"product": {**without("identifier"), "uuid": "x"}}),
    ("a number as identifier", {"product": {**HERO, "identifier": 12}}),
    ("a list as attribute", {"product": {**HERO, "attribute": ["hero_image"]}}),
    ("a number as locale", {"product": {**HERO, "locale": 1}}),
    ("an unknown attribute", {"product": {**HERO, "attribute": "nothing"}}),
    ("an attribute without files", {"product": {**HERO, "attribute": "tagline"}}),
    ("a locale too many", {"product": {**HERO, "locale": "en_GB"}}),
    ("a channel too many", {"product": {**HERO, "scope": "webshop"}}),
    ("an unknown product model", {"product_model": MODEL}),
    ("a product model without code", {"product_model": without("code", MODEL)}),
]


@pytest.mark.usefixtures("desk")
class TestTargets:
    @pytest.mark.parametrize("parts", [one[1] for one in PLAIN], ids=[one[0] for one in PLAIN])
    def test_cases_260_and_261_what_is_plainly_wrong(self, pim: Api, parts: dict[str, Any]) -> None:
        answer = send(pim, **parts, file=image())
        assert (answer.status_code, is_plain(answer)) == (422, True), answer.content
        assert stored(pim) == []

    @pytest.mark.parametrize(
        ("locale", "scope"), [("it_IT", "webshop"), ("xx_XX", "webshop"), ("de_DE", "print"), ("en_GB", "nothing")]
    )
    def test_places_that_do_not_exist_are_reported_at_the_value(self, pim: Api, locale: str, scope: str) -> None:
        make_attribute("leaflet", "pim_catalog_file", localizable=True, scopable=True)
        part = {**HERO, "attribute": "leaflet", "locale": locale, "scope": scope}
        (error,) = errors(send(pim, product=part, file=image()))
        assert (error["property"], error["attribute"]) == ("values", "leaflet")
        assert stored(pim) == []
        code = code_of(send(pim, product={**part, "locale": "en_gb", "scope": "WEBSHOP"}, file=image()))
        entry = pim.get("/products/desk-one").json()["values"]["leaflet"][0]
        assert (entry["data"], entry["locale"], entry["scope"]) == (code, "en_GB", "webshop")

    @pytest.mark.parametrize("file", [{}, {"file": "text without a file name"}, {"image": image()}])
    def test_case_260_without_file(self, pim: Api, file: dict[str, Any]) -> None:
        answer = send(pim, product=HERO, **file)
        assert (answer.status_code, is_plain(answer)) == (422, True)

    @pytest.mark.parametrize("name", ["product", "product_model"])
    @pytest.mark.parametrize("text", ["{", "", "desk-one", "[]", "null"])
    def test_case_262_a_part_that_is_no_json_object(self, pim: Api, name: str, text: str) -> None:
        answer = send(pim, **{name: text}, file=image())
        assert (answer.status_code, is_plain(answer)) == (400, True)

    def test_a_product_that_is_deleted_meanwhile_stays_deleted(
        self, pim: Api, desk: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def store_file(**given: Any) -> Any:
            pim.delete("/products/desk-one")
            return store(**given)

        store = media.store_file
        monkeypatch.setattr(media, "store_file", store_file)
        answer = send(pim, product=HERO, file=image())
        assert (answer.status_code, is_plain(answer)) == (422, True)
        assert pim.get(f"/products-uuid/{desk}").status_code == 404
        assert stored(pim) == []


class TestForms:
    @pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
    def test_another_content_type(self, pim: Api, content_type: str) -> None:
        assert pim.post("/media-files", b"{}", content_type=content_type).status_code == 415

    @pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=\u00e4"])
    def test_a_body_that_is_no_form(self, pim: Api, content_type: str) -> None:
        assert pim.post("/media-files", b"x", content_type=content_type).status_code == 400

    def test_too_many_files(self, pim: Api) -> None:
        assert send(pim, file=[image() for _ in range(101)]).status_code == 400

    def test_parts_that_are_too_large(self, pim: Api, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        assert send(pim, product="x" * 2000, file=image()).status_code == 413

    @pytest.mark.usefixtures("desk")
    @pytest.mark.parametrize("size", [100, 2_700_000])
    def test_a_form_in_chunks_is_read_until_its_end(self, pim: Api, size: int) -> None:
        content = b"%PDF-1.7\n" + bytes(size)
        body = form("one", {**HERO, "attribute": "datasheet"}, content, "a.pdf")

        def in_chunks(body: bytes) -> Any:
            # As the web server hands it on: nobody says how long it is.
            unannounced = {"CONTENT_LENGTH": "", "wsgi.input": BytesIO(body), "wsgi.input_terminated": True}
            content_type = "multipart/form-data; boundary=one"
            return pim.client.post("/api/rest/v1/media-files", content_type=content_type, **unannounced)

        code = code_of(in_chunks(body))
        assert pim.get(f"/media-files/{code}").json()["size"] == len(content)
        # What was cut off in the midst of its file is no file.
        assert in_chunks(body[: len(body) // 2]).status_code == 422
        assert stored(pim) == [code]

    def test_without_token(self, pim: Api) -> None:
        del pim.client.defaults["HTTP_AUTHORIZATION"]
        assert send(pim, product=HERO, file=image()).status_code == 401
