"""A whole search as one stream of lines, and what answers say to strict clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from limen.events.models import Tally
from limen.products import queries
from limen.products.api import products as api
from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.callers import DESTINATION

NDJSON = {"accept": "application/x-ndjson"}


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: Any) -> None:
    monkeypatch.setattr(api, "_WHOLE", api.PageQuery("search_after", 1, 3, False, None))


def streamed(answer: Any) -> list[dict[str, Any]]:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    body = b"".join(answer.streaming_content)
    assert body == b"" or body.endswith(b"\n")
    return [orjson.loads(line) for line in body.splitlines()]


class TestStream:
    @pytest.mark.parametrize("path", ["/products", "/products-uuid"])
    @pytest.mark.parametrize("number", [0, 3, 7])
    def test_everything_comes_once_in_the_order_of_the_list(self, pim: Api, path: str, number: int) -> None:
        for one in range(number):
            make_product(f"p{one}", values={"title": value(f"No. {one}", "en_GB")})
        page = pim.get(path, limit="100").json()["_embedded"]["items"]
        assert streamed(pim.get(path, headers=NDJSON)) == page
        assert len(page) == number

    def test_search_and_view_are_those_of_the_list(self, pim: Api) -> None:
        for one in range(5):
            make_product(f"p{one}", values={"lumens": one, "tagline": "x"})
        asked = {"search": '{"lumens":[{"operator":">","value":1}]}', "attributes": "lumens"}
        found = streamed(pim.get("/products", headers=NDJSON, **asked))
        assert [one["identifier"] for one in found] == ["p2", "p3", "p4"]
        assert all(set(one["values"]) <= {"lumens"} for one in found)
        assert pim.get("/products", headers=NDJSON, search="x").status_code == 400

    def test_one_that_was_cut_off_goes_on_after_its_last_line(self, pim: Api) -> None:
        for one in range(5):
            make_product(f"p{one}")
        rest = streamed(pim.get("/products", headers=NDJSON, search_after="p1"))
        assert [one["identifier"] for one in rest] == ["p2", "p3", "p4"]

    def test_each_product_counts_as_read(self, api_of: Callable[..., Api]) -> None:
        for one in range(4):
            make_product(f"p{one}")
        assert len(streamed(api_of("destination").get("/products", headers=NDJSON))) == 4
        (tally,) = Tally.objects.filter(connection_id=DESTINATION)
        assert (tally.kind, tally.count) == ("product.read", 4)

    def test_what_breaks_on_the_way_is_told_at_the_end(self, pim: Api, monkeypatch: Any, caplog: Any) -> None:
        for one in range(5):
            make_product(f"p{one}")
        real = queries.page_after

        def breaks_later(*given: Any, after: str | None, **named: Any) -> Any:
            if after is not None:
                raise OSError("the database is gone")
            return real(*given, after=after, **named)

        monkeypatch.setattr(queries, "page_after", breaks_later)
        *good, last = streamed(pim.get("/products", headers=NDJSON))
        assert [one["identifier"] for one in good] == ["p0", "p1", "p2"]
        assert list(last) == ["limen_error"] and last["limen_error"]["code"] == 500
        assert "a stream broke" in caplog.text

    def test_it_is_for_lists_alone(self, pim: Api) -> None:
        make_product("p0")
        assert pim.get("/products/p0", headers=NDJSON).status_code == 406

    def test_a_portion_costs_what_a_page_costs(self, pim: Api, django_assert_max_num_queries: Any) -> None:
        for one in range(9):
            make_product(f"p{one}")
        with django_assert_max_num_queries(100) as seen:
            streamed(pim.get("/products", headers=NDJSON))
        assert sum("product_doc" in query["sql"] for query in seen.captured_queries) == 4


class TestCodes:
    def test_each_error_carries_a_code_that_stays(self, pim: Api) -> None:
        answer = pim.post("/products", {"identifier": "a", "values": {"finish": value("gold")}})
        assert [one["limen_code"] for one in answer.json()["errors"]] == ["value.option_unknown"]
        line = {"identifier": "a", "values": {"finish": value("gold")}}
        (result,) = pim.bulk("/products", [line]).lines
        assert [one["limen_code"] for one in result["errors"]] == ["value.option_unknown"]

    def test_a_strict_client_gets_the_keys_it_knows(self, pim: Api) -> None:
        line = {"identifier": "a", "values": {"finish": value("gold")}}
        strict = {"Limen-Compat": "strict"}
        (error,) = pim.post("/products", line, **strict).json()["errors"]
        assert set(error) == {"property", "message", "attribute", "locale", "scope"}
        (result,) = pim.bulk("/products", [line], **strict).lines
        assert "limen_code" not in result["errors"][0]
