"""History as changesets: what an event keeps is enough to take the change back."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from limen.events import queries as events
from limen.products import operations, queries
from limen.products.operations import Line
from limen.structure import queries as structure_queries
from tests.conftest import Api
from tests.factories.products import NOW, change_product, make_product, value
from tests.products.callers import authenticate
from tests.products.trees import make_model, make_tree, make_variants

BULK = "/products-uuid"


def stored(uuid: str) -> dict[str, Any]:
    """Everything a product is but when it was changed. Values of an attribute have no order."""
    row = queries.product(flavour="uuid", key=uuid)
    assert row is not None
    document = orjson.loads(row.doc)
    del document["updated"], document["created"]

    def place(entry: dict[str, Any]) -> tuple[str, str]:
        return entry["scope"] or "", entry["locale"] or ""

    document["values"] = {code: sorted(entries, key=place) for code, entries in document["values"].items()}
    links = [orjson.loads(text) if text else {} for text in (row.associations, row.quantified)]
    return {"identifier": row.identifier, "associations": links[0], "quantified": links[1], **document}


def inverse(changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Write the body that takes changes back, from nothing but the event and the structure."""
    structure, body = structure_queries.snapshot(), dict[str, Any]()
    for change in reversed(changes):
        name, *rest = change["path"].split(".")
        before, after = change["before"], change["after"]
        if name == "values":
            attribute = structure.attributes[rest[0]]
            places = iter(rest[1:])
            locale = next(places) if attribute.localizable else None
            scope = next(places) if attribute.scopable else None
            entry = {"locale": locale, "scope": scope, "data": before}
            body.setdefault("values", {}).setdefault(rest[0], []).append(entry)
        elif name == "identifier":
            body.setdefault("values", {})["sku"] = value(before)
        elif name == "associations":
            empty = {kind: [] for kind in after}
            body.setdefault("associations", {})[rest[0]] = {**empty, **before}
        elif name == "quantified_associations":
            emptied = {code: {kind: [] for kind in kinds} for code, kinds in after.items()}
            body[name] = {code: {**emptied.get(code, {}), **before.get(code, {})} for code in {*emptied, *before}}
        else:
            body[name] = before
    return body


def created_with(subject: str) -> dict[str, Any]:
    """Path → data, of the oldest creation; before each there was nothing."""
    told = queries.history(subject, structure_queries.snapshot(), limit=100)
    created = next(one for one in reversed(told) if one.kind.endswith(".created"))
    changes = orjson.loads(created.data)["changes"]
    assert {one["before"] for one in changes} <= {None}
    return {one["path"]: one["after"] for one in changes}


def changes_of(uuid: str) -> list[dict[str, Any]]:
    (newest,) = events.history(f"product:{uuid}", limit=1)
    assert newest.kind == "product.updated"
    changes: list[dict[str, Any]] = orjson.loads(newest.data)["changes"]
    return changes


STEPS: list[dict[str, Any]] = [
    {"values": {"title": [*value("Orbit", "en_GB"), *value("Umlauf", "de_DE")], "tagline": value("Round")}},
    {"values": {"title": value(None, "en_GB"), "lumens": value(800), "dimmable": value(False)}},
    {"values": {"blurb": [*value("<p>Warm</p>", "en_GB", "webshop"), *value("Warm", "en_GB", "print")]}},
    {"values": {"net_weight": value({"amount": "1.5", "unit": "KILOGRAM"}), "materials": value(["steel", "oak"])}},
    {
        "values": {
            "list_price": value([{"amount": "79.90", "currency": "EUR"}]),
            "launch_on": value("2025-09-01", None, "print"),
        }
    },
    {"values": {"list_price": value([{"amount": "69", "currency": "EUR"}]), "finish": value("Brass")}},
    {"values": {"batch_code": value("B-1"), "sku": value("desk-three")}},
    {"values": {"sku": value(None), "batch_code": value("B-2")}},
    {"family": "luminaires", "categories": ["floor_lamps", "lamps"], "enabled": False, "groups": ["clearance"]},
    {"family": None, "remove_categories": ["lamps"], "groups": []},
]


@pytest.mark.usefixtures("lamps")
class TestUndo:
    def test_each_change_can_be_taken_back_and_all_of_them_one_after_another(self) -> None:
        uuid, other = make_product("desk-one"), make_product("stool")
        links = [
            {"associations": {"COMPATIBLE": {"products": [other]}, "UPSELL": {"groups": ["clearance"]}}},
            {"quantified_associations": {"BUNDLE": {"products": [{"uuid": other, "quantity": 2}]}}},
            {"associations": {"COMPATIBLE": {"products": []}, "UPSELL": {"products": [other], "groups": []}}},
            {"quantified_associations": {"BUNDLE": {"products": []}}},
        ]
        been, made = [stored(uuid)], []
        for step in [*STEPS, *links]:
            if "UPSELL" in str(step) and "UPSELL" not in structure_queries.snapshot().association_types:
                step = {"associations": {"COMPATIBLE": step["associations"]["COMPATIBLE"]}}
            change_product(uuid, **step)
            made.append(changes_of(uuid))
            been.append(stored(uuid))
            assert been[-1] != been[-2]
        for changes, before in zip(reversed(made), reversed(been[:-1]), strict=True):
            change_product(uuid, **inverse(changes))
            assert stored(uuid) == before

    def test_a_deleted_product_can_be_made_again(self) -> None:
        other = make_product("stool")
        uuid = make_product("desk-one", "luminaires", {"tagline": "Flat"}, categories=["lamps"])
        change_product(uuid, associations={"COMPATIBLE": {"products": [other]}})
        change_product(uuid, quantified_associations={"BUNDLE": {"products": [{"uuid": other, "quantity": 2}]}})
        before = stored(uuid)
        operations.delete_product(flavour="uuid", key=uuid, by=authenticate_as("everything"), now=NOW)
        (gone,) = events.history(f"product:{uuid}", limit=1)
        data = orjson.loads(gone.data)
        assert (data["identifier"], data["family"], data["categories"]) == ("desk-one", "luminaires", ["lamps"])
        body = {key: data[key] for key in ("associations", "quantified_associations")} | data["document"]
        make_again = Line({"uuid": uuid, **body}, new=True)
        (result,) = operations.upsert_products([make_again], flavour="uuid", by=authenticate_as("everything"), now=NOW)
        assert result.outcome == 201
        assert stored(uuid) == before


def authenticate_as(token: str) -> Any:
    class Request:
        headers = {"Authorization": f"Bearer {token}"}

    return authenticate(Request())


class TestRecords:
    def test_who_when_and_what_of_each_line_of_a_bulk(self, api_of: Any) -> None:
        source: Api = api_of("source")
        made = [make_product("desk-one"), make_product("stool")]
        lines = [{"uuid": uuid, "values": {"tagline": value(f"No. {number}")}} for number, uuid in enumerate(made)]
        assert [line["status_code"] for line in source.bulk(BULK, lines).lines] == [204, 204]
        for number, uuid in enumerate(made):
            (newest,) = events.history(f"product:{uuid}", limit=1)
            assert (newest.author, newest.author_name, newest.author_kind) == ("erp_1234", "ERP", "api")
            assert newest.connection_id == 7001
            assert changes_of(uuid) == [{"path": "values.tagline", "before": None, "after": f"No. {number}"}]

    def test_a_line_that_changes_nothing_or_is_refused_leaves_no_trace(self, pim: Api) -> None:
        uuid = make_product("desk-one", values={"tagline": "Flat"})
        lines = [
            {"uuid": uuid, "values": {"tagline": value("Flat")}},
            {"uuid": uuid, "values": {"lumens": value(-1)}},
        ]
        assert [line["status_code"] for line in pim.bulk(BULK, lines).lines] == [204, 422]
        assert [event.kind for event in events.history(f"product:{uuid}")] == ["product.created"]


@pytest.mark.usefixtures("lamps")
class TestCreations:
    """The event of a creation keeps no values; the history tells them all the same."""

    def test_a_creation_is_told_with_its_values_whatever_came_later(self) -> None:
        other = make_product("stool")
        uuid = make_product(
            "desk-one",
            "luminaires",
            {"tagline": "Flat", "title": [*value("Lamp", "en_GB"), *value("Lampe", "de_DE")], "materials": ["oak"]},
            categories=["lamps"],
            associations={"COMPATIBLE": {"products": ["stool"]}},
        )
        made = {
            "identifier": "desk-one",
            "family": "luminaires",
            "enabled": True,
            "categories": ["lamps"],
            "values.tagline": "Flat",
            "values.title.en_GB": "Lamp",
            "values.title.de_DE": "Lampe",
            "values.materials": ["oak"],
            "associations.COMPATIBLE": {"products": [other]},
        }
        assert created_with(f"product:{uuid}") == made
        for step in STEPS:
            change_product(uuid, **step)
            assert created_with(f"product:{uuid}") == made
        change_product(other, associations={"COMPATIBLE": {"products": []}})
        assert created_with(f"product:{uuid}") == made

    def test_each_life_of_a_product_has_its_own_beginning(self) -> None:
        uuid = make_product("desk-one", values={"tagline": "First"})
        change_product(uuid, values={"tagline": value("Last"), "lumens": value(5)})
        operations.delete_product(flavour="uuid", key=uuid, by=authenticate_as("everything"), now=NOW)
        first = {"identifier": "desk-one", "enabled": True, "values.tagline": "First"}
        assert created_with(f"product:{uuid}") == first
        line = Line({"uuid": uuid, "values": {"sku": value("desk-two"), "tagline": value("Second")}}, new=True)
        operations.upsert_products([line], flavour="uuid", by=authenticate_as("everything"), now=NOW)
        assert created_with(f"product:{uuid}") == first
        (newest, *_) = queries.history(f"product:{uuid}", structure_queries.snapshot())
        assert [one["after"] for one in orjson.loads(newest.data)["changes"]] == ["desk-two", True, "Second"]

    def test_of_variants_and_models_what_is_their_own_is_told(self) -> None:
        make_variants()
        uuid = make_tree()
        assert created_with(f"product:{uuid}") == {
            "identifier": "orbit-brass-s",
            "family": "luminaires",
            "enabled": True,
            "parent": "orbit_brass",
            "values.bulb_size": "s",
        }
        assert created_with("product_model:orbit_brass") == {
            "family_variant": "lum_finish_size",
            "parent": "orbit",
            "values.finish": "Brass",
        }
        assert created_with("product_model:orbit")["values.title.en_GB"] == "Orbit lamp"

    def test_a_code_that_another_model_had_before_tells_nothing_of_that_one(self) -> None:
        make_variants()
        make_model("beam", {"title": value("First", "en_GB")}, family_variant="lum_size")
        rename = Line({"code": "ray"}, "beam")
        operations.upsert_models([rename], by=authenticate_as("everything"), now=NOW)
        make_model("beam", {"title": value("Second", "en_GB")}, family_variant="lum_size")
        second, first = queries.history("product_model:beam", structure_queries.snapshot())
        assert [one["after"] for one in orjson.loads(second.data)["changes"]] == ["lum_size", "Second"]
        assert orjson.loads(first.data) == {"code": "beam"}

    def test_it_costs_a_query_for_each_thousand_changes_after_it(self, count_queries: Any) -> None:
        uuid = make_product("desk-one", values={"tagline": "First"})
        structure = structure_queries.snapshot()
        change_product(uuid, values={"tagline": value("Second")})
        # The events; the row, its document, what came later.
        with count_queries(4):
            queries.history(f"product:{uuid}", structure)
        with count_queries(1):
            queries.history(f"product:{uuid}", structure, limit=1)
