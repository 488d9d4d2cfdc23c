"""Data flows in a real browser: choosing, reading, fitting."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.connections import rules
from limen.connections.models import Connection
from limen.events import operations as events
from limen.kit import clock
from tests.browser.looks import fits
from tests.browser.test_connections import cookie_of, grave_barriers
from tests.factories.connections import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FLOWS = "/connect/data-flows"


@pytest.fixture
def flows(page: Any, live_server: Any, person: Any) -> Any:
    """The page, signed in, with two sources and a destination that had something to do."""
    for code, flow_type, kind, count in (
        ("erp", rules.DATA_SOURCE, "product.created", 1200),
        ("dam", rules.DATA_SOURCE, "product.created", 4),
        ("shop", rules.DATA_DESTINATION, "product.read", 345_678),
    ):
        make_connection(code.upper(), code=code, flow_type=flow_type, auditable=True)
        for ago in (0, 2):
            at = clock.now() - timedelta(days=ago)
            events.tally({kind: count}, Connection.objects.get(code=code).id, now=at)
    page.context.add_cookies([cookie_of(person.username, live_server.url)])
    page.goto(f"{live_server.url}{FLOWS}")
    return page


def shows_totals(page: Any, **totals: str) -> None:
    for chart, total in totals.items():
        expect(page.locator(f"#chart-{chart} .kpi")).to_have_text(total)


def test_a_choice_takes_effect_at_once_and_keeps_the_other(flows: Any) -> None:
    shows_totals(flows, created="2,408", read="691,356")
    flows.get_by_label("Source", exact=True).select_option("dam")
    flows.wait_for_url("**source=dam**")
    shows_totals(flows, created="8")
    flows.get_by_label("Destination").select_option("shop")
    flows.wait_for_url("**destination=shop**")
    shows_totals(flows, created="8", read="691,356")


def test_bars_stand_on_one_floor_and_within_the_chart(flows: Any) -> None:
    boxes = flows.locator("#chart-created rect.bar").evaluate_all(
        "all => all.map(one => one.getBBox()).map(({ y, height }) => ({ y, height }))"
    )
    assert len({round(box["y"] + box["height"], 1) for box in boxes}) == 1
    assert max(box["height"] for box in boxes) == boxes[-1]["height"] > 50


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(flows: Any, scheme: str) -> None:
    flows.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert not grave_barriers(flows)


def test_it_fits_a_phone_and_no_words_overlap(flows: Any) -> None:
    flows.set_viewport_size({"width": 360, "height": 740})
    fits(flows, 360)
    for chart in ("created", "updated", "read"):
        for words in ("value", "weekday", "date"):
            boxes = flows.locator(f"#chart-{chart} text.{words}").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect()).filter(box => box.width)"
            )
            edges = [(box["left"], box["right"]) for box in boxes]
            assert all(right <= left for (_, right), (left, _) in pairwise(edges)), (chart, words)
