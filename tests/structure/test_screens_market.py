"""The screens of the target market: channels, locales, currencies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.kit.errors import NotFound, Unprocessable
from limen.structure import operations, queries
from tests.factories.accounts import sign_in
from tests.factories.structure import NOW, change_channel, make_attribute, make_category, make_channel

pytestmark = pytest.mark.usefixtures("installed")

HTMX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(client: Client) -> Client:
    sign_in(client)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def version_in(answer: Any) -> str:
    return str(answer.context["form"].initial["version"])


def channel_data(client: Client, code: str = "ecommerce", **changes: Any) -> dict[str, Any]:
    """What the browser would send of the form as it is shown, with some changes."""
    one = queries.snapshot().channels[code]
    data = {
        "version": version_in(client.get(f"/settings/channels/{code}")),
        "category_tree": one.category_tree,
        "locales": list(one.locales),
        "currencies": list(one.currencies),
        "conversion_units": list(one.conversion_units),
        **{f"labels[{locale}]": label for locale, label in one.labels.items()},
        **{f"conversion_units[{attribute}]": unit for attribute, unit in one.conversion_units.items()},
    }
    return data | changes


class TestLocales:
    def test_those_in_use_come_first_with_their_channels(self, signed_in: Client) -> None:
        make_channel("print", locales=["de_DE"], labels={"en_US": "Print catalogue"})
        rows = signed_in.get("/settings/locales").context["page"].rows
        assert [(one.code, one.channels) for one in rows[:3]] == [
            ("en_US", (("ecommerce", "E-commerce"),)),
            ("de_DE", (("print", "Print catalogue"),)),
            ("af_NA", ()),
        ] or {one.code for one in rows[:2]} == {"en_US", "de_DE"}
        assert len(rows) == 50

    def test_a_search_looks_into_names_and_codes(self, signed_in: Client) -> None:
        found = signed_in.get("/settings/locales", {"search": "austria"}).context["page"].rows
        assert "de_AT" in {one.code for one in found}
        assert [one.code for one in signed_in.get("/settings/locales?search=fr_be").context["page"].rows] == ["fr_BE"]
        assert "Nothing matches" in text(signed_in.get("/settings/locales?search=klingon"))

    def test_only_the_activated_can_be_shown(self, signed_in: Client) -> None:
        page = signed_in.get("/settings/locales?show=activated").context["page"]
        assert [one.code for one in page.rows] == ["en_US"]

    def test_a_list_costs_the_same_with_many_channels(
        self, signed_in: Client, count_queries: Callable[[int], Any]
    ) -> None:
        signed_in.get("/settings/locales")
        for path in ("/settings/locales", "/settings/currencies"):
            with count_queries(QUERIES_OF_A_PAGE):
                signed_in.get(path)
        # And the jobs about channels.
        with count_queries(QUERIES_OF_A_PAGE + 1):
            signed_in.get("/settings/channels")


# Session, user, roles, version of the structure.
QUERIES_OF_A_PAGE = 4


class TestCurrencies:
    def test_one_is_enabled_and_disabled_again(self, signed_in: Client) -> None:
        answer = signed_in.post("/settings/currencies/JPY", {"enabled": "1", "search": "yen"})
        assert (answer.status_code, answer["Location"]) == (303, "/settings/currencies?search=yen")
        assert queries.snapshot().currencies["JPY"]
        assert "Japanese Yen (JPY) is enabled." in text(signed_in.get("/settings/currencies"))
        signed_in.post("/settings/currencies/JPY", {"enabled": "0"})
        assert not queries.snapshot().currencies["JPY"]
        history = text(signed_in.get("/settings/currencies/JPY/history"))
        assert "<dt>Enabled</dt>" in history and "<del>Yes</del>" in history

    def test_to_htmx_the_list_comes_back_with_a_toast(self, signed_in: Client) -> None:
        answer = signed_in.post("/settings/currencies/JPY", {"enabled": "1", "search": "yen"}, headers=HTMX)
        assert (answer.status_code, answer.context["page"].count) == (200, 1)
        assert "Japanese Yen (JPY) is enabled." in answer["HX-Trigger"]

    def test_one_that_a_channel_has_stays_enabled(self, signed_in: Client) -> None:
        assert "In use by a channel" in text(signed_in.get("/settings/currencies"))
        answer = signed_in.post("/settings/currencies/EUR", {"enabled": "0"})
        assert answer.status_code == 422
        assert "The currency EUR stays enabled while a channel has it: ecommerce." in text(answer)
        assert queries.snapshot().currencies["EUR"]

    def test_who_only_sees_them_switches_nothing(self, client: Client) -> None:
        sign_in(client, "pim_enrich_currency_index")
        assert "switch-JPY" not in text(client.get("/settings/currencies?search=JPY"))
        assert client.post("/settings/currencies/JPY", {"enabled": "1"}).status_code == 403

    def test_what_is_not_there(self, signed_in: Client) -> None:
        assert signed_in.post("/settings/currencies/XXX_", {"enabled": "1"}).status_code == 404
        assert signed_in.get("/settings/currencies/XXX_/history").status_code == 404

    def test_the_operation(self, count_queries: Callable[[int], Any]) -> None:
        queries.snapshot()
        with count_queries(6):
            outcome = operations.switch_currency("jpy", enabled=True, by=SYSTEM, now=NOW)
        assert (outcome.code, outcome.changed) == ("JPY", True)
        assert not operations.switch_currency("JPY", enabled=True, by=SYSTEM, now=NOW).changed
        (event,) = events.history("currency:JPY")
        assert (event.kind, orjson.loads(event.data)) == (
            "currency.updated",
            {"changes": [{"path": "enabled", "before": False, "after": True}]},
        )
        with pytest.raises(Unprocessable):
            operations.switch_currency("USD", enabled=False, by=SYSTEM, now=NOW)
        with pytest.raises(NotFound):
            operations.switch_currency("QQQ", enabled=True, by=SYSTEM, now=NOW)


class TestChannels:
    def test_one_is_created(self, signed_in: Client) -> None:
        make_category("shop", None)
        answer = signed_in.post(
            "/settings/channels/create-channel",
            {
                "code": "marketplace",
                "category_tree": "shop",
                "locales": ["fr_FR", "en_US"],
                "currencies": ["USD"],
                "labels[en_US]": "Market place",
            },
        )
        assert (answer.status_code, answer["Location"]) == (303, "/settings/channels/marketplace")
        made = queries.snapshot().channels["marketplace"]
        assert (made.locales, made.currencies, made.category_tree) == (("fr_FR", "en_US"), ("USD",), "shop")
        assert "Market place" in text(signed_in.get("/settings/channels?search=market"))

    def test_what_is_missing_is_said_at_its_field(self, signed_in: Client) -> None:
        answer = signed_in.post("/settings/channels/create-channel", {"code": "12"})
        assert answer.status_code == 422
        assert {name for name, errors in answer.context["form"].errors.items() if errors} == {
            "code",
            "category_tree",
            "locales",
            "currencies",
        }

    def test_one_is_changed(self, signed_in: Client) -> None:
        make_attribute("weight", "pim_catalog_metric")
        data = channel_data(
            signed_in,
            locales=["fr_FR", "en_US"],
            conversion_units=["weight"],
            **{"conversion_units[weight]": "GRAM", "labels[en_US]": "Web shop"},
        )
        assert signed_in.post("/settings/channels/ecommerce", data).status_code == 303
        saved = queries.snapshot().channels["ecommerce"]
        assert saved.locales == ("fr_FR", "en_US")
        assert saved.conversion_units == {"weight": "GRAM"}
        assert saved.labels == {"en_US": "Web shop"}
        signed_in.post("/settings/channels/ecommerce", channel_data(signed_in, conversion_units=[]))
        assert queries.snapshot().channels["ecommerce"].conversion_units == {}
        history = text(signed_in.get("/settings/channels/ecommerce/history"))
        assert "<dt>Conversion units</dt>" in history and "weight: GRAM" in history

    def test_a_step_changes_what_is_typed_and_saves_nothing(self, signed_in: Client) -> None:
        path, data = "/settings/channels/ecommerce", channel_data(signed_in)
        answer = signed_in.post(path, {**data, "do": "add:locales:fr_FR"})
        assert answer.status_code == 200
        assert [one.code for one in answer.context["locales"].items] == ["en_US", "fr_FR"]
        assert "French (France) becomes active." in text(answer)
        answer = signed_in.post(path, {**data, "locales": ["en_US", "fr_FR"], "do": "up:locales:fr_FR"})
        assert [one.code for one in answer.context["locales"].items] == ["fr_FR", "en_US"]
        answer = signed_in.post(path, {**data, "locales": ["en_US", "fr_FR"], "do": "remove:locales:en_US"})
        assert [one.code for one in answer.context["locales"].items] == ["fr_FR"]
        assert "English (United States) will no longer be active" in text(answer)
        assert queries.snapshot().channels["ecommerce"].locales == ("en_US",)

    def test_a_locale_that_another_channel_has_stays_active(self, signed_in: Client) -> None:
        make_channel("print", locales=["en_US"])
        answer = signed_in.post(
            "/settings/channels/ecommerce", {**channel_data(signed_in), "do": "remove:locales:en_US"}
        )
        assert "no longer be active" not in text(answer)

    def test_a_search_offers_what_is_not_in_yet(self, signed_in: Client) -> None:
        change_channel(locales=["en_US", "fr_FR"])
        data = channel_data(signed_in) | {"do": "look", "find-locales": "french"}
        found = signed_in.post("/settings/channels/ecommerce", data).context["locales"]
        codes = [one.code for one in found.found]
        assert "fr_FR" not in codes and len(codes) == 8 and found.more > 10
        data["find-locales"] = "zzz"
        assert "Nothing matches." in text(signed_in.post("/settings/channels/ecommerce", data))

    def test_only_enabled_currencies_and_measurements_are_offered(self, signed_in: Client) -> None:
        make_attribute("weight", "pim_catalog_metric")
        make_attribute("name")
        context = signed_in.get("/settings/channels/create-channel").context
        assert {one.code for one in context["currencies"].found} == {"EUR", "USD"}
        assert [one.code for one in context["conversions"].found] == ["weight"]
        answer = signed_in.post("/settings/channels/create-channel", {"do": "add:conversion_units:weight"})
        (item,) = answer.context["conversions"].items
        assert item.field.value() == "KILOGRAM"

    def test_who_saved_meanwhile_is_not_overwritten_unawares(self, signed_in: Client) -> None:
        data = channel_data(signed_in, currencies=["USD"])
        change_channel(locales=["en_US", "fr_FR"])
        answer = signed_in.post("/settings/channels/ecommerce", data)
        assert answer.status_code == 409
        assert "Somebody else saved this while you had it open." in text(answer)
        assert ("Locales", "en_US, fr_FR") in [(str(a), str(b)) for a, b in answer.context["conflicts"]]
        data["version"] = version_in(answer)
        assert signed_in.post("/settings/channels/ecommerce", data).status_code == 303
        assert queries.snapshot().channels["ecommerce"].currencies == ("USD",)

    def test_who_only_sees_them_reads_the_same_page(self, client: Client) -> None:
        sign_in(client, "pim_enrich_channel_index")
        page = text(client.get("/settings/channels/ecommerce"))
        assert "English (United States)" in page and 'name="do"' not in page and ">Save<" not in page
        assert client.post("/settings/channels/ecommerce", {}).status_code == 403
        assert client.get("/settings/channels/ecommerce/delete").status_code == 403

    def test_one_is_deleted_but_not_the_last(self, signed_in: Client) -> None:
        make_channel("print")
        assert "is deleted for good" in text(signed_in.get("/settings/channels/print/delete"))
        answer = signed_in.post("/settings/channels/print/delete")
        assert (answer.status_code, answer["Location"]) == (303, "/settings/channels")
        assert "print" not in queries.snapshot().channels
        answer = signed_in.post("/settings/channels/ecommerce/delete")
        assert answer.status_code == 422 and "It is the last channel." in text(answer)

    def test_what_is_not_there(self, signed_in: Client) -> None:
        for page in ("", "/history", "/delete"):
            assert signed_in.get(f"/settings/channels/nowhere{page}").status_code == 404
