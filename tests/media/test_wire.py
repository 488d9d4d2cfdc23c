from __future__ import annotations

import orjson

from limen.media import wire
from limen.media.rules import MediaRow

CODE = "3/b/9/0/3b90aa17f0d10000000000000000000000000000_orbit.png"
ROW = MediaRow(CODE, "orbit.png", "image/png", 48211, "png", "f" * 64)
HREF = f"https://limen.example/api/rest/v1/media-files/{CODE}"


def test_a_single_file_has_its_download_link_last() -> None:
    assert orjson.loads(wire.encode(ROW, "https://limen.example")) == {
        "code": CODE,
        "original_filename": "orbit.png",
        "mime_type": "image/png",
        "size": 48211,
        "extension": "png",
        "_links": {"download": {"href": f"{HREF}/download"}},
    }


def test_an_item_of_a_list_links_to_itself_too() -> None:
    item = orjson.loads(wire.encode_item(ROW, "https://limen.example"))
    assert next(iter(item)) == "_links"
    assert item["_links"] == {"self": {"href": HREF}, "download": {"href": f"{HREF}/download"}}
