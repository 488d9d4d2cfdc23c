"""Removing parts of the structure: what stands in the way, what goes along, and what is seen of it at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.kit.errors import Invalid, NotFound, Unprocessable
from limen.structure import models, operations, queries
from limen.structure.rules import Use
from tests.conftest import Api
from tests.factories.structure import (
    NOW,
    change_channel,
    make_association_type,
    make_attribute,
    make_attribute_group,
    make_category,
    make_channel,
    make_family,
    make_group,
    make_option,
)
from tests.structure.answers import assert_plain, violations

# The module: the package has a function of the same name.
reading: Any = sys.modules["limen.structure.queries.snapshot"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installed")]


def remove(resource: str, code: str, **rest: Any) -> Any:
    return operations.remove(resource, code, by=SYSTEM, now=NOW, **rest)


def clean() -> None:
    """What the products' job does in the end; here there are no products."""
    operations.finish_cleaning([one.id for one in queries.removals_under_way()])


def refused(resource: str, code: str) -> str:
    with pytest.raises(Unprocessable) as caught:
        remove(resource, code)
    assert type(caught.value) is Unprocessable
    return caught.value.message


class TestGuards:
    def test_the_main_identifier_stays(self) -> None:
        assert "main identifier" in refused("attribute", "sku")

    def test_the_label_of_a_family_stays_and_the_family_is_named(self) -> None:
        make_attribute("name")
        make_family("chairs", ["name"], attribute_as_label="name")
        assert "1 families as their label (chairs)" in refused("attribute", "name")

    def test_an_attribute_that_a_channel_converts_stays(self) -> None:
        make_attribute("net_weight", "pim_catalog_metric")
        change_channel(conversion_units={"net_weight": "GRAM"})
        assert "ecommerce" in refused("attribute", "net_weight")
        change_channel(conversion_units={"net_weight": None})
        assert remove("attribute", "net_weight").code == "net_weight"

    def test_the_group_of_the_rest_and_a_group_with_attributes_stay(self) -> None:
        make_attribute_group("legal")
        make_attribute("organic", group="legal")
        assert "without another group" in refused("attribute_group", "other")
        assert "1 attributes (organic)" in refused("attribute_group", "legal")

    def test_a_tree_that_a_channel_is_linked_to_stays_and_its_branches_go(self) -> None:
        make_category("seating")
        assert "1 channels as their tree (ecommerce)" in refused("category", "master")
        assert remove("category", "seating").uses == ()

    def test_the_last_channel_stays(self) -> None:
        assert "last channel" in refused("channel", "ecommerce")
        make_channel("print")
        assert remove("channel", "ecommerce").code == "ecommerce"

    def test_a_measurement_family_that_an_attribute_uses_stays(self) -> None:
        make_attribute("net_weight", "pim_catalog_metric")
        assert "1 attributes (net_weight)" in refused("measurement_family", "weight")
        assert remove("measurement_family", "duration").code == "Duration"

    def test_what_there_is_not_cannot_be_removed(self) -> None:
        for resource in operations.removal.REMOVABLES:
            with pytest.raises(NotFound):
                remove(resource, "nope")

    def test_a_dry_run_tells_the_uses_and_removes_nothing(self) -> None:
        make_attribute("name")
        make_family("chairs", ["name"])
        found = remove("attribute", "NAME", dry_run=True)
        assert (found.code, found.uses) == ("name", (Use("families", 1, ("chairs",), blocks=False),))
        assert queries.uses_of("attribute", "name") == found.uses
        assert queries.snapshot().attribute("name")
        assert not queries.removals_under_way()


class TestWhatIsSeen:
    def test_a_removed_attribute_is_gone_at_once_from_everything_that_had_it(self) -> None:
        make_attribute("photo", "pim_catalog_image", group="other")
        make_family("chairs", ["photo"], attribute_as_image="photo", requirements={"ecommerce": ["sku", "photo"]})
        before = queries.snapshot()
        remove("attribute", "photo")
        after = queries.snapshot()
        assert before.attribute("photo") and after.attribute("photo") is None
        chairs = after.families["chairs"]
        assert (chairs.attributes, chairs.attribute_as_image) == (frozenset({"sku"}), None)
        assert chairs.requirements == {"ecommerce": frozenset({"sku"})}
        assert after.attributes_by_group["other"] == (after.attributes["sku"],)
        assert self._is_read_anew_alike()

    def test_a_removed_channel_is_gone_at_once_with_its_locales_and_requirements(self) -> None:
        make_channel("print", locales=["de_DE"])
        make_family("chairs")
        assert queries.snapshot().families["chairs"].requirements.keys() == {"ecommerce", "print"}
        remove("channel", "print")
        after = queries.snapshot()
        assert "de_DE" not in after.active_locales
        assert after.families["chairs"].requirements.keys() == {"ecommerce"}
        assert self._is_read_anew_alike()

    def test_a_category_goes_with_all_below_it(self) -> None:
        make_category("seating")
        make_category("chairs", "seating")
        make_category("stools", "chairs")
        assert remove("category", "seating").uses == (
            Use("categories below it", 2, ("chairs", "stools"), blocks=False),
        )
        assert list(queries.snapshot().categories) == ["master"]
        clean()
        assert models.Category.objects.count() == 1
        assert self._is_read_anew_alike()

    @pytest.mark.parametrize("resource", ["attribute_group", "family", "measurement_family"])
    def test_what_no_product_names_goes_at_once_and_its_code_is_free(self, resource: str) -> None:
        make = {"attribute_group": make_attribute_group, "family": make_family}.get(resource)
        code = "Duration"
        if make:
            code = make("something").code
        queries.snapshot()
        remove(resource, code)
        assert self._is_read_anew_alike()
        assert not queries.removals_under_way()
        if make:
            make(code)

    def test_a_snapshot_from_before_hears_of_it_when_the_row_is_gone_already(self) -> None:
        make_attribute("name")
        old = queries.snapshot()
        remove("attribute", "name")
        clean()
        reading._cached = old
        assert queries.snapshot().attribute("name") is None

    def test_a_removal_is_in_the_history(self) -> None:
        make_group("sale")
        make_attribute("origin", "pim_catalog_simpleselect")
        make_option("origin", "assam")
        remove("group", "sale")
        operations.remove_option("origin", "assam", by=SYSTEM, now=NOW)
        assert events.history("group:sale")[0].kind == "group.deleted"
        assert events.history("attribute_option:origin:assam")[0].kind == "attribute_option.deleted"

    @staticmethod
    def _is_read_anew_alike() -> bool:
        """What this process holds is what a new one would read."""
        kept = queries.snapshot()
        reading.forget()
        return kept == queries.snapshot()


class TestUntilProductsAreClean:
    @pytest.mark.parametrize(
        ("resource", "make"),
        [("attribute", make_attribute), ("association_type", make_association_type), ("group", make_group)],
    )
    def test_the_code_stays_taken(self, resource: str, make: Callable[[str], Any]) -> None:
        make("Thing")
        remove(resource, "thing")
        body = BODY if resource == "attribute" else {}
        for write in (lambda: make("thing"), lambda: operations.upsert(resource, "THING", body, by=SYSTEM, now=NOW)):
            with pytest.raises(Invalid) as caught:
                write()
            assert [(one.path, one.code) for one in caught.value.violations] == [("code", "code.being_removed")]
        (cleaning,) = queries.removals_under_way()
        assert (cleaning.resource, cleaning.code, cleaning.subject) == (resource, "Thing", f"{resource}:Thing")
        clean()
        assert make("thing").code == "thing"

    def test_an_option_is_found_no_more_and_its_code_stays_taken(self) -> None:
        colour = make_attribute("colour", "pim_catalog_simpleselect")
        make_option("colour", "Red")
        make_option("colour", "blue")
        assert queries.options({("colour", "red")}, queries.snapshot())
        operations.remove_option("COLOUR", "red", by=SYSTEM, now=NOW)
        assert not queries.options({("colour", "red")}, queries.snapshot())
        assert not queries.option_labels({("colour", "red")})
        assert queries.option_of(colour, "red") is None
        assert [one.code for one in queries.options_of(colour, offset=0, limit=10)] == ["blue"]
        assert queries.count_options(colour) == 1
        with pytest.raises(Invalid) as caught:
            make_option("colour", "red")
        assert caught.value.violations[0].code == "code.being_removed"
        clean()
        assert make_option("colour", "red") == "red"

    def test_a_select_can_go_while_one_of_its_options_still_goes(self) -> None:
        make_attribute("colour", "pim_catalog_simpleselect")
        make_option("colour", "red")
        operations.remove_option("colour", "red", by=SYSTEM, now=NOW)
        remove("attribute", "colour")
        clean()
        assert not models.Option.objects.exists()
        assert not models.Attribute.objects.filter(code="colour").exists()


BODY = {"type": "pim_catalog_text", "group": "other"}


class TestOverTheApi:
    PATHS = {
        "/attributes/name": "attribute",
        "/attributes/origin/options/assam": "attribute_option",
        "/attribute-groups/empty": "attribute_group",
        "/families/teapot": "family",
        "/families/loose_tea/variants/by_grade_size": "family_variant",
        "/association-types/PACK": "association_type",
        "/categories/black_tea": "category",
        "/channels/print": "channel",
        "/measurement-families/Area": "measurement_family",
    }

    @pytest.fixture(autouse=True)
    def _tea(self, tea: None) -> None:
        make_attribute_group("empty")
        make_family("teapot")
        operations.upsert("family", "loose_tea", {"attribute_as_label": "sku"}, by=SYSTEM, now=NOW)

    @pytest.mark.parametrize("path", PATHS)
    def test_delete_answers_204_and_then_404(self, api: Api, path: str) -> None:
        answer = api.delete(path)
        assert (answer.status_code, answer.content, answer.get("Location")) == (204, b"", None)
        assert_plain(api.delete(path), 404)

    @pytest.mark.parametrize(("path", "entity"), PATHS.items())
    def test_delete_needs_a_permission_of_its_own(self, api_of: Callable[..., Api], path: str, entity: str) -> None:
        assert_plain(api_of(f"pim_api_{entity}_list", f"pim_api_{entity}_edit").delete(path), 403)
        assert api_of(f"pim_api_{entity}_remove").delete(path).status_code == 204

    @pytest.mark.parametrize("path", ["/attributes/sku", "/channels/ecommerce", "/categories/tea"])
    def test_what_stands_in_the_way_is_a_plain_422(self, api: Api, path: str) -> None:
        if path == "/channels/ecommerce":
            api.delete("/channels/print")
        assert_plain(api.delete(path), 422)

    def test_a_dry_run_shows_the_uses(self, api: Api) -> None:
        answer = api.delete("/attributes/origin?dry_run=1")
        assert (answer.status_code, answer["Limen-Dry-Run"]) == (200, "true")
        assert answer.json() == {
            "code": "origin",
            "uses": [{"what": "families", "count": 1, "more": False, "examples": ["loose_tea"]}],
        }
        assert api.get("/attributes/origin").status_code == 200

    def test_the_root_document_names_them(self, api: Api) -> None:
        routes = api.get("").json()["routes"]
        for entity in self.PATHS.values():
            assert routes[f"pim_api_{entity}_delete"]["methods"] == ["DELETE"]

    def test_a_code_that_is_still_being_removed_is_refused_at_code(self, api: Api) -> None:
        api.delete("/attributes/name")
        answer = api.patch("/attributes/name", BODY)
        assert violations(answer) == ["code"]
        assert "still being removed" in answer.json()["errors"][0]["message"]
