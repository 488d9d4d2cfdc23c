"""The page Error monitoring of a connection, and its part of Data flows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from limen.connections import operations, rules
from limen.connections.models import Connection
from limen.kit import clock
from limen.kit.errors import Invalid, Misshaped, Violation
from limen.kit.http.watching import Mistake
from tests.factories.accounts import sign_in
from tests.factories.connections import make_connection
from tests.factories.structure import make_attribute

pytestmark = pytest.mark.usefixtures("installed")
PAGE = "/connect/connection-settings/erp/monitoring"


@pytest.fixture
def person(client: Client) -> Client:
    sign_in(client)
    return client


def make_erp(**properties: Any) -> int:
    properties = {"flow_type": rules.DATA_SOURCE, "auditable": True, **properties}
    make_connection("My ERP", code="erp", **properties)
    return Connection.objects.get(code="erp").id


def unknown_family(code: str) -> Misshaped:
    return Misshaped(f'The family "{code}" does not exist.').watched_as("business", family_code=code)


def record(id: int, *refusals: Any, technical: int = 0) -> None:
    about = {"uuid": None, "identifier": "desk-one", "label": "Desk one", "family": "luminaires"}
    mistakes = [Mistake("business", refusal, about) for refusal in refusals] + [Mistake("technical")] * technical
    operations.record_errors(connection_id=id, mistakes=mistakes, now=clock.now())


def text_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().partition('id="content"')[2]


def test_an_error_is_shown_with_its_product_its_place_and_its_cure(person: Client) -> None:
    make_attribute("color", "pim_catalog_simpleselect", labels={"en_US": "Colour"})
    place = {"attribute": "color", "locale": "en_US", "scope": "ecommerce"}
    record(
        make_erp(), Invalid([Violation("values", "value.option_unknown", '"mauve" is no option of "color".', place)])
    )
    text = text_of(person)
    for shown in ("Desk one", "desk-one", "Colour", "English", "luminaires", "/settings/attributes/color"):
        assert shown in text, shown
    assert "<b>&quot;color&quot;</b>" in text


def test_the_newest_come_first_and_the_order_can_be_turned(person: Client) -> None:
    id = make_erp()
    record(id, unknown_family("earlier_one"))
    record(id, unknown_family("later_one"))
    assert text_of(person).index("later_one") < text_of(person).index("earlier_one")
    turned = text_of(person, f"{PAGE}?order=asc")
    assert turned.index("earlier_one") < turned.index("later_one") and 'aria-sort="ascending"' in turned


@pytest.mark.parametrize("wanted", ["(size", "DESK", "100%", "<b>"])
def test_b22_a_search_is_taken_letter_by_letter(person: Client, wanted: str) -> None:
    id = make_erp()
    record(id, unknown_family("(size 100% <b>"))
    answer = person.get(PAGE, {"q": wanted})
    assert "1 error" in answer.content.decode() and "(size 100%" in answer.content.decode()
    assert "No error is like that" in person.get(PAGE, {"q": "stool"}).content.decode()


def test_no_error(person: Client) -> None:
    make_erp()
    assert "No errors" in text_of(person)


def test_b20_a_connection_that_is_no_source(person: Client) -> None:
    make_erp(flow_type=rules.OTHER, auditable=False)
    assert "Only sources are watched" in text_of(person)


def test_b21_a_source_that_is_not_tracked(person: Client) -> None:
    make_erp(auditable=False)
    text = text_of(person)
    assert "not tracked" in text and "/connect/connection-settings/erp/edit" in text


def test_b24_an_unknown_connection(person: Client) -> None:
    assert person.get(PAGE.replace("erp", "nope")).status_code == 404


def test_it_needs_the_permission_to_see_the_calls(client: Client) -> None:
    make_erp()
    sign_in(client, "limen_connection_view", "akeneo_connectivity_connection_manage_settings")
    assert client.get(PAGE).status_code == 403
    assert "errors-by-source" not in client.get("/connect/data-flows").content.decode()


def test_b23_data_flows_count_all_errors_by_day_and_those_of_the_data_by_source(person: Client) -> None:
    id = make_erp()
    make_connection("Quiet", code="quiet", flow_type=rules.DATA_SOURCE, auditable=True)
    record(id, *[unknown_family(f"f{number}") for number in range(3)], technical=2)
    text = text_of(person, "/connect/data-flows")
    chart = text.partition('id="chart-errors"')[2]
    assert '<span class="kpi">5</span>' in chart.partition("</header>")[0]
    cards = text.partition('id="errors-by-source"')[2]
    assert cards.index("My ERP") < cards.index("Quiet")
    assert f'href="{PAGE}"' in cards and ">3<" in cards
