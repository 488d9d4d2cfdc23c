"""Whatever is sent, no answer is a failure, and what was accepted can be read in every way and sent back.

The long run is `python -m benchmarks.fuzz`; every finding of it has a test of its own, here or beside its subject.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.factories.accounts import make_user
from tests.factories.connections import make_connection
from tests.factories.media import make_media_file
from tests.factories.products import value
from tests.products import grammar
from tests.products.anything import AnythingFuzzer
from tests.products.fuzzing import Fuzzer, client_call, work
from tests.products.wide_catalogue import add_spread


@pytest.fixture
def fuzzer(pim: Api, client: Any, monkeypatch: pytest.MonkeyPatch) -> Fuzzer:
    add_spread()
    files = [make_media_file("orbit.png").code, make_media_file("a.pdf", b"%PDF-1.7").code]
    monkeypatch.setattr(grammar, "MEDIA", [*files, *grammar.MEDIA])
    client.force_login(make_user("ada", role="administrator"))
    return Fuzzer(client_call(pim.client), lambda path: client.get(path).status_code, work)


@given(random=st.randoms(use_true_random=False))
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_anything(fuzzer: Fuzzer, random: Random) -> None:
    fuzzer.step(random)


def test_no_screen_and_no_resource_breaks(pim: Api) -> None:
    add_spread()
    make_connection("ERP", code="erp", role="administrator")
    anything = AnythingFuzzer(make_user("ada", role="administrator"), "everything")
    for number in range(120):
        anything.step(Random(number))
    statuses = {status for _, status in anything.counts}
    assert {200, 404, 422} <= statuses


class TestFindings:
    @pytest.mark.parametrize("name", ["search", "with_count", "x"])
    def test_a_body_nested_deeper_than_can_be_written_again(self, pim: Api, name: str) -> None:
        nested = b"[" * 300 + b"]" * 300
        answer = pim.post("/products-uuid/search", b'{"%s":%s}' % (name.encode(), nested))
        assert answer.status_code in (400, 422)
        search = '{"tagline":[{"operator":"=","value":' + nested.decode() + "}]}"
        assert pim.get("/products-uuid", search=search).status_code in (400, 422)

    @pytest.mark.parametrize("number", ["-1e64", "9" * 64, "0." + "3" * 60])
    def test_numbers_with_many_digits_are_drawn(self, pim: Api, client: Any, number: str) -> None:
        client.force_login(make_user("ada", role="administrator"))
        prices = [{"amount": number.removeprefix("-"), "currency": "EUR"}]
        weight = {"amount": number.removeprefix("-"), "unit": "GRAM"}
        if "e" in number:
            weight["amount"] = "1" + "0" * 63
        values = {"temp_offset": value(number), "list_price": value(prices), "net_weight": value(weight)}
        answer = pim.post("/products", {"identifier": "desk-one", "values": values})
        assert answer.status_code == 201, answer.content
        uuid = pim.get("/products/desk-one").json()["uuid"]
        assert client.get(f"/products/{uuid}").status_code == 200
        assert client.get("/products").status_code == 200
