from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories.media import PNG, make_media_file

pytestmark = pytest.mark.django_db

UNKNOWN = "3/b/9/0/3b90aa17f0d10000000000000000000000000000_orbit.png"


class TestListMediaFiles:
    def test_files_come_in_the_order_they_were_stored(self, api: Any) -> None:
        stored = [make_media_file(name).code for name in ("c.png", "a.png", "b.png")]
        answer = api.get("/media-files").json()
        assert [item["code"] for item in answer["_embedded"]["items"]] == stored
        assert answer["current_page"] == 1

    def test_an_item_links_to_itself_and_to_its_content(self, api: Any) -> None:
        row = make_media_file()
        item = api.get("/media-files").json()["_embedded"]["items"][0]
        assert item["_links"]["self"]["href"].endswith(f"/api/rest/v1/media-files/{row.code}")
        assert item["_links"]["download"]["href"].endswith(f"/api/rest/v1/media-files/{row.code}/download")

    def test_pages_link_with_page_limit_and_count_in_this_order(self, api: Any) -> None:
        for _ in range(3):
            make_media_file()
        answer = api.get("/media-files", limit=2, with_count="true").json()
        assert answer["items_count"] == 3
        assert answer["_links"]["next"]["href"].endswith("?page=2&limit=2&with_count=true")
        second = api.get("/media-files", limit=2, page=2).json()
        assert len(second["_embedded"]["items"]) == 1
        assert "next" not in second["_links"]

    def test_a_page_of_a_hundred_costs_as_many_queries_as_one_of_two(
        self, api: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(12):
            make_media_file()
        api.get("/media-files")
        with django_assert_max_num_queries(4):
            api.get("/media-files", limit=100, with_count="true")

    def test_case_265_there_are_no_cursors(self, api: Any) -> None:
        assert api.get("/media-files", pagination_type="search_after").status_code == 422


class TestGetMediaFile:
    def test_one_file(self, api: Any) -> None:
        row = make_media_file("Stühle.png")
        answer = api.get(f"/media-files/{row.code}").json()
        assert answer["original_filename"] == "Stühle.png"
        assert list(answer) == ["code", "original_filename", "mime_type", "size", "extension", "_links"]
        assert list(answer["_links"]) == ["download"]

    def test_slashes_of_the_code_may_be_encoded(self, api: Any) -> None:
        row = make_media_file()
        assert api.get("/media-files/" + row.code.replace("/", "%2F")).json()["code"] == row.code

    @pytest.mark.parametrize("code", [UNKNOWN, "nothing", "..%2F..%2Fetc%2Fpasswd", "%00", UNKNOWN + "%0A"])
    def test_an_unknown_file_is_404(self, api: Any, code: str) -> None:
        assert api.get(f"/media-files/{code}").status_code == 404


class TestDownloadMediaFile:
    def test_case_264_the_content_comes_with_its_type_and_its_name(self, api: Any) -> None:
        row = make_media_file("orbit.png")
        answer = api.get(f"/media-files/{row.code}/download")
        assert answer.status_code == 200
        assert answer.getvalue() == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"] == 'attachment; filename="orbit.png"'
        assert answer["Content-Length"] == str(len(PNG))
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_case_264_missing_content_is_404(self, api: Any, storage: Path) -> None:
        row = make_media_file()
        (storage / row.code).unlink()
        answer = api.get(f"/media-files/{row.code}/download")
        assert answer.status_code == 404
        assert answer.json()["message"] != api.get(f"/media-files/{UNKNOWN}/download").json()["message"]

    def test_a_name_cannot_add_a_header(self, api: Any) -> None:
        row = make_media_file('x"\r\nSet-Cookie: a=b\r\n.png')
        answer = api.get(f"/media-files/{row.code}/download")
        assert answer["Content-Disposition"] == 'attachment; filename="x\\"Set-Cookie: a=b.png"'
        assert not answer.cookies
        answer.close()

    def test_head_tells_what_get_would(self, api: Any) -> None:
        row = make_media_file("orbit.png")
        answer = api.client.head(f"/api/rest/v1/media-files/{row.code}/download")
        assert answer.status_code == 200
        assert answer["Content-Length"] == str(len(PNG))
        answer.close()

    @pytest.mark.parametrize("code", [UNKNOWN, "nothing", "../../../../etc/passwd", "..%2F..%2F..%2Fetc%2Fpasswd"])
    def test_an_unknown_file_is_404(self, api: Any, code: str) -> None:
        assert api.get(f"/media-files/{code}/download").status_code == 404

    def test_a_page_of_html_is_saved_and_never_shown(self, api: Any) -> None:
        row = make_media_file("page.html", b"<script>alert(1)</script>")
        answer = api.get(f"/media-files/{row.code}/download")
        assert answer["Content-Disposition"].startswith("attachment")
        answer.close()
