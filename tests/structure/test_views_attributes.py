"""The screens of attributes: list, making one, its properties, usage, history and end."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from limen.structure.rules.attribute_types import ATTRIBUTE_TYPES
from limen.structure.views.types import TYPES
from tests.factories.accounts import sign_in
from tests.factories.structure import NOW, make_attribute

pytestmark = pytest.mark.usefixtures("tea")

INDEX = "pim_enrich_attribute_index"
CREATE = "pim_enrich_attribute_create"
EDIT = "pim_enrich_attribute_edit"
REMOVE = "pim_enrich_attribute_remove"


@pytest.fixture
def admin(client: Client) -> Client:
    sign_in(client)
    return client


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/settings/attributes?{query}")
    assert answer.status_code == 200
    return [row.code for row in answer.context["rows"]]


def typed(client: Client, path: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the form of a page, with these fields changed; None leaves one out."""
    form = client.get(path).context["form"]
    data = {name: form[name].initial for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items() if value is not False}
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}


class TestList:
    def test_is_in_the_order_of_codes_and_leads_to_each(self, admin: Client) -> None:
        assert listed(admin) == sorted(queries.snapshot().attributes)
        assert 'href="/settings/attributes/steeping_time"' in text_of(admin.get("/settings/attributes"))

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("search=STEEP", ["steeping_time"]),
            ("type=pim_catalog_image", ["pack_shot"]),
            ("group=Brewing", ["steeping_time"]),
            ("group=nope", []),
            ("family=loose_tea&type=pim_catalog_boolean", ["organic"]),
            ("family=nope", []),
            ("varies=locale", ["legend"]),
            ("varies=both", []),
            ("filter=yes", ["legend", "sku"]),
            ("filter=no&search=e&type=pim_catalog_text", ["ean", "name"]),
            ("type=no_type", []),
        ],
    )
    def test_is_narrowed(self, admin: Client, query: str, codes: list[str]) -> None:
        make_attribute("legend", localizable=True, useable_as_grid_filter=True)
        assert listed(admin, query) == codes

    def test_a_search_without_a_find_says_so(self, admin: Client) -> None:
        assert "No attribute matches" in text_of(admin.get("/settings/attributes?search=nothing+like+it"))

    def test_takes_as_many_queries_however_many_attributes_there_are(self, admin: Client, count_queries: Any) -> None:
        def count() -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as queries_made:
                admin.get("/settings/attributes?search=a")
            return len(queries_made)

        admin.get("/settings/attributes")
        before = count()
        for n in range(60):
            make_attribute(f"another_{n}")
        queries.snapshot()
        assert count() == before
        assert len(listed(admin)) == 50

    def test_of_very_many_families_one_is_typed(self, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        assert 'aria-label="Family: type a code"' not in text_of(admin.get("/settings/attributes"))
        monkeypatch.setattr("limen.structure.views.attributes._MOST_IN_A_SELECT", 0)
        assert 'aria-label="Family: type a code"' in text_of(admin.get("/settings/attributes"))

    def test_has_no_button_to_create_for_who_may_not(self, client: Client) -> None:
        sign_in(client, INDEX)
        assert "/settings/attributes/create-attribute" not in text_of(client.get("/settings/attributes"))


class TestCreate:
    def test_starts_with_the_types(self, admin: Client) -> None:
        page = text_of(admin.get("/settings/attributes/create-attribute"))
        assert 'href="?type=pim_catalog_metric"' in page
        assert "reference_data" not in page

    @pytest.mark.parametrize("type", [one for one in TYPES if not ATTRIBUTE_TYPES[one].reference_data])
    def test_asks_for_the_properties_of_the_type_and_saves_them(self, admin: Client, type: str) -> None:
        path = f"/settings/attributes/create-attribute?type={type}"
        units = {"metric_family": "Weight", "default_metric_unit": "GRAM"} if type == "pim_catalog_metric" else {}
        answer = admin.post(path, typed(admin, path, code="fresh", **{"labels[en_US]": "Fresh"}, **units))
        assert answer.status_code == 303, answer.context["form"].errors
        assert answer["Location"] == "/settings/attributes/fresh"
        made = queries.snapshot().attributes["fresh"]
        assert (made.type, made.group, dict(made.labels)) == (type, "other", {"en_US": "Fresh"})
        # And sending it once more as it is changes nothing.
        assert admin.post("/settings/attributes/fresh", typed(admin, "/settings/attributes/fresh")).status_code == 303
        assert queries.snapshot().attributes["fresh"] == made

    def test_what_the_rules_refuse_stands_at_its_field(self, admin: Client) -> None:
        path = "/settings/attributes/create-attribute?type=pim_catalog_text"
        answer = admin.post(path, typed(admin, path, code="NAME"))
        assert answer.status_code == 422
        assert answer.context["form"].errors == {"code": ['The code "NAME" is already used.']}
        answer = admin.post(path, typed(admin, path, code="fresh", unique="on", localizable="on"))
        assert list(answer.context["form"].errors) == ["localizable"]
        answer = admin.post(path, typed(admin, path, code="fresh", max_characters="many"))
        assert list(answer.context["form"].errors) == ["max_characters"]

    def test_a_new_unit_is_one_of_its_family(self, admin: Client) -> None:
        path = "/settings/attributes/create-attribute?type=pim_catalog_metric"
        wrong = typed(admin, path, code="fresh", metric_family="Weight", default_metric_unit="MINUTE")
        assert list(admin.post(path, wrong).context["form"].errors) == ["default_metric_unit"]
        nothing = typed(admin, path, code="fresh")
        assert list(admin.post(path, nothing).context["form"].errors) == ["metric_family", "default_metric_unit"]

    def test_who_may_only_create_is_not_led_to_what_they_may_not_see(self, client: Client) -> None:
        sign_in(client, CREATE)
        path = "/settings/attributes/create-attribute?type=pim_catalog_text"
        assert client.post(path, typed(client, path, code="fresh"))["Location"] == "/settings"


class TestProperties:
    PATH = "/settings/attributes/steeping_time"

    def test_are_found_whatever_the_case_of_the_code(self, admin: Client) -> None:
        assert admin.get("/settings/attributes/STEEPING_time").status_code == 200
        assert admin.get("/settings/attributes/nope").status_code == 404

    def test_show_the_type_and_code_and_ask_for_neither(self, admin: Client) -> None:
        answer = admin.get(self.PATH)
        assert (
            not {"code", "type", "metric_family", "localizable", "scopable", "unique"}
            & answer.context["form"].fields.keys()
        )
        assert "<code>steeping_time</code>" in text_of(answer)
        assert "Duration" in text_of(answer)

    def test_are_saved_and_told_by_history(self, admin: Client) -> None:
        data = typed(
            admin,
            self.PATH,
            number_min="0.5",
            number_max="15",
            default_metric_unit="HOUR",
            **{"labels[de_DE]": "Ziehzeit", "guidelines[en_US]": "As printed on the pack."},
        )
        assert admin.post(self.PATH, data).status_code == 303
        saved = queries.snapshot().attributes["steeping_time"]
        assert (str(saved.number_min), str(saved.number_max), saved.default_metric_unit) == (
            "0.5000",
            "15.0000",
            "HOUR",
        )
        assert (saved.labels, saved.guidelines) == ({"de_DE": "Ziehzeit"}, {"en_US": "As printed on the pack."})
        # Numbers are shown as people write them.
        assert admin.get(self.PATH).context["form"]["number_max"].initial == "15"
        history = text_of(admin.get(f"{self.PATH}/history"))
        assert "Ziehzeit" in history
        assert "julia" in history

    def test_what_is_emptied_is_taken_away(self, admin: Client) -> None:
        operations.upsert("attribute", "steeping_time", {"number_min": 1, "labels": {"en_US": "x"}}, by=SYSTEM, now=NOW)
        data = typed(admin, self.PATH, number_min="", **{"labels[en_US]": ""})
        assert admin.post(self.PATH, data).status_code == 303
        saved = queries.snapshot().attributes["steeping_time"]
        assert (saved.number_min, saved.labels) == (None, {})

    def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(self, admin: Client) -> None:
        answer = admin.post(self.PATH, typed(admin, self.PATH, number_min="15", number_max="10"))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["number_max"]
        assert 'value="15"' in text_of(answer)

    def test_boxes_are_ticked_and_emptied(self, admin: Client) -> None:
        path = "/settings/attributes/pack_shot"
        data = typed(admin, path, allowed_extensions=["jpg", "png"], max_file_size="2.5", available_locales=["en_US"])
        assert admin.post(path, data).status_code == 303
        saved = queries.snapshot().attributes["pack_shot"]
        assert (saved.allowed_extensions, str(saved.max_file_size)) == (("jpg", "png"), "2.50")
        assert saved.available_locales == {"en_US"}
        assert admin.post(path, typed(admin, path, allowed_extensions=None, available_locales=None)).status_code == 303
        assert queries.snapshot().attributes["pack_shot"].allowed_extensions == ()

    def test_a_default_is_yes_no_or_none(self, admin: Client) -> None:
        path = "/settings/attributes/organic"
        for word, value in (("no", False), ("yes", True), ("", None)):
            assert admin.post(path, typed(admin, path, default_value=word)).status_code == 303
            assert queries.snapshot().attributes["organic"].default_value is value

    def test_over_somebody_elses_change_they_are_saved_at_the_second_time(self, admin: Client) -> None:
        data = typed(admin, self.PATH, number_max="20")
        operations.upsert("attribute", "steeping_time", {"number_max": 30}, by=SYSTEM, now=NOW)
        answer = admin.post(self.PATH, data)
        assert answer.status_code == 409
        assert ("Greatest number", "30") in answer.context["differences"]
        assert queries.snapshot().attributes["steeping_time"].number_max == 30
        data["version"] = answer.context["form"]["version"].value()
        assert admin.post(self.PATH, data).status_code == 303
        assert queries.snapshot().attributes["steeping_time"].number_max == 20

    def test_a_label_of_a_language_that_no_channel_has_counts_for_the_version(self, admin: Client) -> None:
        data = typed(admin, self.PATH)
        operations.upsert("attribute", "steeping_time", {"labels": {"af_ZA": "x"}}, by=SYSTEM, now=NOW)
        assert admin.post(self.PATH, data).status_code == 409

    def test_are_shown_to_who_may_not_edit_and_saved_by_nobody_else(self, client: Client) -> None:
        sign_in(client, INDEX)
        answer = client.get(self.PATH)
        assert all(field.disabled for field in answer.context["form"].fields.values())
        assert 'form="attribute"' not in text_of(answer)
        assert client.post(self.PATH, {}).status_code == 403

    def test_an_identifier_has_no_choice_of_what_it_must_be(self, admin: Client) -> None:
        fields = admin.get("/settings/attributes/sku").context["form"].fields
        assert not {"useable_as_grid_filter", "available_locales"} & fields.keys()
        path = "/settings/attributes/sku"
        assert admin.post(path, typed(admin, path, max_characters="80")).status_code == 303
        assert queries.snapshot().attributes["sku"].max_characters == 80


class TestUsageAndEnd:
    def test_usage_tells_families_and_channels(self, admin: Client) -> None:
        operations.upsert("channel", "print", {"conversion_units": {"net_weight": "KILOGRAM"}}, by=SYSTEM, now=NOW)
        assert "loose_tea" in text_of(admin.get("/settings/attributes/organic/usage"))
        assert "print" in text_of(admin.get("/settings/attributes/net_weight/usage"))
        assert "Nobody uses it" in text_of(admin.get("/settings/attributes/steeping_time/usage"))

    def test_deleting_says_what_it_touches_and_then_does_it(self, admin: Client) -> None:
        path = "/settings/attributes/organic/delete"
        assert "loose_tea" in text_of(admin.get(path))
        assert queries.snapshot().attribute("organic") is not None
        assert admin.post(path)["Location"] == "/settings/attributes"
        assert queries.snapshot().attribute("organic") is None
        assert admin.get("/settings/attributes/organic").status_code == 404

    def test_what_is_in_the_way_is_said_and_there_is_no_button(self, admin: Client) -> None:
        path = "/settings/attributes/name/delete"
        answer = admin.get(path)
        assert "families as their label" in text_of(answer)
        assert "btn primary danger" not in text_of(answer)
        assert admin.post(path).status_code == 422
        assert queries.snapshot().attribute("name") is not None

    def test_only_who_may_delete_is_offered_it(self, client: Client) -> None:
        sign_in(client, INDEX, EDIT)
        assert "/delete" not in text_of(client.get("/settings/attributes/organic"))
        assert client.post("/settings/attributes/organic/delete").status_code == 403
