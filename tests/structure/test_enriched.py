"""Enriched categories: templates, what categories tell, their images, and their place among siblings."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from limen.accounts.rules import SYSTEM
from limen.events.models import Event
from limen.kit.errors import Conflict, Invalid, NotFound, Unprocessable
from limen.media.models import MediaFile
from limen.structure import operations, queries
from limen.structure.models import CategoryValue
from limen.structure.operations import Upload
from limen.structure.rules import Written
from tests.factories.media import PNG, make_media_file
from tests.factories.structure import NOW, change_channel, make_category
from tests.structure.answers import assert_documented, assert_plain, violations

pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture
def storage(tea: None, settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }


@pytest.fixture
def template() -> dict[str, str]:
    """A template of the tree tea: code → uuid of its attributes."""
    operations.create_template("tea", code="tea_pages", labels={"en_US": "Tea pages"}, by=SYSTEM, now=NOW)
    return {
        "headline": add("headline", "text", scopable=True, localizable=True),
        "story": add("story", "richtext", localizable=True),
        "banner": add("banner", "image"),
        "note": add("note", "textarea"),
    }


def add(code: str, type: str = "text", *, scopable: bool = False, localizable: bool = False) -> str:
    return operations.add_category_attribute(
        "tea", code=code, type=type, scopable=scopable, localizable=localizable, labels={}, by=SYSTEM, now=NOW
    )


def tell(code: str, *written: Written, image: bytes | None = None) -> None:
    uploads = [Upload(Written("banner", None, None, None), BytesIO(image), "banner.png")] if image else []
    operations.save_category_values(code, written, uploads, by=SYSTEM, now=NOW)


def told(api: Any, code: str) -> Any:
    return api.get(f"/categories/{code}", with_enriched_attributes="true").json()["values"]


def upload(api: Any, target: Any, name: str = "banner.png", content: bytes = PNG) -> Any:
    form = {"category": json.dumps(target), "file": SimpleUploadedFile(name, content)}
    return api.client.post("/api/rest/v1/category-media-files", form)


BANNER = {"code": "green_tea", "attribute_code": "banner", "channel": None, "locale": None}


class TestPrintedValues:
    def test_case_137_without_content_values_are_an_empty_map(self, api: Any, template: dict[str, str]) -> None:
        items = api.get("/categories", with_enriched_attributes="true").json()["_embedded"]["items"]
        assert [item["values"] for item in items] == [{}] * len(items)

    def test_keys_name_attribute_uuid_channel_and_locale(self, api: Any, template: dict[str, str]) -> None:
        tell("green_tea", Written("headline", "ecommerce", "en_US", "Fresh and grassy"), image=PNG)
        headline, banner = f"headline|{template['headline']}", f"banner|{template['banner']}"
        values = told(api, "green_tea")
        assert list(values) == [f"{headline}|ecommerce|en_US", banner]
        assert values[f"{headline}|ecommerce|en_US"] == {
            "data": "Fresh and grassy",
            "type": "text",
            "channel": "ecommerce",
            "locale": "en_US",
            "attribute_code": headline,
        }
        image = values[banner]
        path = image["data"].pop("file_path")
        assert path.endswith("_banner.png")
        assert image == {
            "data": {"size": 64, "extension": "png", "mime_type": "image/png", "original_filename": "banner.png"},
            "type": "image",
            "channel": None,
            "locale": None,
            "attribute_code": banner,
        }

    def test_values_are_printed_only_when_asked_for(self, api: Any, template: dict[str, str]) -> None:
        tell("green_tea", Written("note", None, None, "x"))
        assert "values" not in api.get("/categories/green_tea").json()

    def test_a_page_costs_one_query_more_however_many_categories_tell(
        self, api: Any, template: dict[str, str], count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        for code in ("tea", "green_tea", "black_tea", "earl_grey"):
            tell(code, Written("note", None, None, code), Written("story", None, "en_US", code))
        api.get("/categories")
        with count_queries(2):
            api.get("/categories", with_enriched_attributes="true")

    def test_what_is_not_active_is_left_out_and_comes_back(self, api: Any, template: dict[str, str]) -> None:
        tell("green_tea", Written("note", None, None, "kept"), Written("story", None, "en_US", "<p>x</p>"))
        operations.set_category_attribute_active("tea", template["note"], active=False, by=SYSTEM, now=NOW)
        assert [key.split("|")[0] for key in told(api, "green_tea")] == ["story"]
        operations.set_template_active("tea", active=False, by=SYSTEM, now=NOW)
        assert told(api, "green_tea") == {}
        operations.set_template_active("tea", active=True, by=SYSTEM, now=NOW)
        operations.set_category_attribute_active("tea", template["note"], active=True, by=SYSTEM, now=NOW)
        assert [key.split("|")[0] for key in told(api, "green_tea")] == ["story", "note"]

    def test_another_tree_asks_for_other_things(self, api: Any, template: dict[str, str]) -> None:
        tell("green_tea", Written("note", None, None, "x"))
        operations.move_category("green_tea", parent="master", by=SYSTEM, now=NOW)
        assert told(api, "green_tea") == {}
        operations.move_category("green_tea", parent="tea", by=SYSTEM, now=NOW)
        assert len(told(api, "green_tea")) == 1

    def test_case_145_what_was_printed_can_be_sent_back(self, api: Any, template: dict[str, str]) -> None:
        tell("green_tea", Written("note", None, None, "x"), image=PNG)
        printed = api.get("/categories/green_tea", with_enriched_attributes="true", with_position="true").json()
        assert api.patch("/categories/green_tea", printed).status_code == 204
        assert told(api, "green_tea") == printed["values"]

    def test_the_list_form_cannot_be_written(self, api: Any, template: dict[str, str]) -> None:
        entry = {"attribute_code": "note", "channel": None, "locale": None, "data": "x"}
        assert_documented(api.patch("/categories/green_tea", {"values": [entry]}), "patch_categories__code_")


class TestSavingValues:
    @pytest.mark.parametrize(
        ("written", "code"),
        [
            (Written("nope", None, None, "x"), "attribute.unknown"),
            (Written("headline", None, "en_US", "x"), "value.channel"),
            (Written("headline", "nope", "en_US", "x"), "value.channel"),
            (Written("headline", "ecommerce", None, "x"), "value.locale"),
            (Written("headline", "ecommerce", "de_DE", "x"), "value.locale"),
            (Written("headline", "ecommerce", "af_ZA", "x"), "value.locale"),
            (Written("headline", "ecommerce", "en_US", "two\nlines"), "value.lines"),
            (Written("headline", "ecommerce", "en_US", "x" * 256), "value.length"),
            (Written("note", "ecommerce", None, "x"), "value.channel"),
            (Written("note", None, "en_US", "x"), "value.locale"),
            (Written("note", None, None, "x" * 65_536), "value.length"),
            (Written("note", None, None, "\0"), "value.character"),
            (Written("note", None, None, {"size": 1}), "value.type"),
            (Written("banner", None, None, "banner.png"), "value.type"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, template: dict[str, str], written: Written, code: str) -> None:
        with pytest.raises(Invalid) as refusal:
            tell("green_tea", written)
        assert [one.code for one in refusal.value.violations] == [code]
        assert not CategoryValue.objects.exists()

    def test_a_tree_without_a_template_has_nothing_to_tell(self) -> None:
        with pytest.raises(Invalid):
            tell("green_tea", Written("note", None, None, "x"))
        with pytest.raises(NotFound):
            tell("nope", Written("note", None, None, "x"))

    def test_an_empty_text_removes_and_the_same_again_changes_nothing(self, template: dict[str, str]) -> None:
        tell("green_tea", Written("note", None, None, "x"))
        recorded = Event.objects.count()
        tell("green_tea", Written("note", None, None, "x"), Written("story", None, "en_US", " "))
        assert Event.objects.count() == recorded
        tell("green_tea", Written("note", None, None, ""))
        assert not CategoryValue.objects.exists()

    def test_it_makes_the_category_newer_and_is_in_its_history(self, api: Any, template: dict[str, str]) -> None:
        version = queries.snapshot().version
        later = NOW.replace(year=2027)
        written = [Written("headline", "ecommerce", "en_US", "Fresh")]
        operations.save_category_values("GREEN_TEA", written, by=SYSTEM, now=later)
        assert queries.snapshot().version > version
        since = json.dumps({"updated": [{"operator": ">", "value": "2026-12-31T00:00:00Z"}]})
        assert [one["code"] for one in api.get("/categories", search=since).json()["_embedded"]["items"]] == [
            "green_tea"
        ]
        event = Event.objects.filter(subject="category:green_tea").latest("id")
        assert json.loads(event.data)["changes"] == [
            {"path": "headline (ecommerce, en_US)", "before": None, "after": "Fresh"}
        ]

    def test_a_removed_category_takes_its_values_along(self, template: dict[str, str]) -> None:
        tell("green_tea", Written("note", None, None, "x"), image=PNG)
        removed = queries.snapshot().categories["green_tea"].id
        operations.remove("category", "green_tea", by=SYSTEM, now=NOW)
        from limen.structure.models import Category, Removal
        from limen.structure.operations.removal import finish_cleaning

        finish_cleaning(list(Removal.objects.values_list("id", flat=True)))
        assert not Category.objects.filter(id=removed).exists()
        assert not CategoryValue.objects.exists()


class TestImages:
    def test_an_image_is_sent_with_its_target_and_downloaded(self, api: Any, template: dict[str, str]) -> None:
        answer = upload(api, BANNER)
        assert (answer.status_code, answer.content) == (201, b"")
        path = told(api, "green_tea")[f"banner|{template['banner']}"]["data"]["file_path"]
        assert answer["Location"].endswith(f"/api/rest/v1/category-media-files/{path}/download")
        got = api.get(f"/category-media-files/{path}/download")
        assert (got.status_code, got["Content-Type"], b"".join(got)) == (200, "image/png", PNG)
        assert got["Content-Disposition"] == 'attachment; filename="banner.png"'
        assert b"".join(api.get(f"/category-media-files/{path.replace('/', '%252F')}/download")) == PNG

    def test_unknown_files_and_those_of_products_are_not_found(self, api: Any, template: dict[str, str]) -> None:
        assert_plain(api.get("/category-media-files/8/8/3/d/nope/download"), 404)
        assert_plain(api.get("/category-media-files/..%2f..%2fetc%2fpasswd/download"), 404)
        assert_plain(api.get(f"/category-media-files/{make_media_file().code}/download"), 404)

    def test_images_of_categories_are_no_product_files(self, api: Any, template: dict[str, str]) -> None:
        upload(api, BANNER)
        path = MediaFile.objects.get().code
        assert api.get("/media-files").json()["_embedded"]["items"] == []
        assert_plain(api.get(f"/media-files/{path}"), 404)
        assert_plain(api.get(f"/media-files/{path}/download"), 404)

    def test_the_download_asks_for_the_list_permission(self, api_of: Any, template: dict[str, str]) -> None:
        assert_plain(api_of("pim_api_category_edit").get("/category-media-files/x/download"), 403)
        assert_plain(upload(api_of("pim_api_category_list"), BANNER), 403)

    @pytest.mark.parametrize(
        ("target", "status"),
        [
            ({**BANNER, "code": "nope"}, 404),
            ({"code": "green_tea"}, 422),
            ({**BANNER, "code": 1}, 422),
            ({**BANNER, "channel": 1}, 422),
            ("text", 422),
        ],
    )
    def test_a_wrong_target_is_refused_and_leaves_no_file(
        self, api: Any, template: dict[str, str], target: Any, status: int
    ) -> None:
        assert_plain(upload(api, target), status)
        assert not MediaFile.objects.exists()

    def test_what_is_no_image_is_refused_and_leaves_no_file(self, api: Any, template: dict[str, str]) -> None:
        answer = upload(api, BANNER, "banner.pdf", b"%PDF-1.7")
        assert violations(answer) == [template["banner"]]
        assert violations(upload(api, {**BANNER, "attribute_code": "note"})) == [template["note"]]
        assert not MediaFile.objects.exists()

    def test_both_parts_are_needed(self, api: Any) -> None:
        assert_plain(api.client.post("/api/rest/v1/category-media-files", {"category": json.dumps(BANNER)}), 422)
        form = {"file": SimpleUploadedFile("a.png", PNG)}
        assert_plain(api.client.post("/api/rest/v1/category-media-files", form), 400)
        assert_plain(api.post("/category-media-files", BANNER), 415)


class TestTemplates:
    def test_a_tree_has_one_template(self, template: dict[str, str]) -> None:
        with pytest.raises(Conflict):
            operations.create_template("tea", code="other", labels={}, by=SYSTEM, now=NOW)
        with pytest.raises(NotFound):
            operations.create_template("green_tea", code="other", labels={}, by=SYSTEM, now=NOW)
        with pytest.raises(Invalid):
            operations.create_template("master", code="TEA_pages", labels={}, by=SYSTEM, now=NOW)
        with pytest.raises(Invalid):
            operations.create_template("master", code="a b", labels={"xx": "y"}, by=SYSTEM, now=NOW)

    def test_wrong_attributes_are_refused(self, template: dict[str, str]) -> None:
        for code, type in (("headline", "text"), ("Headline", "text"), ("x y", "text"), ("fresh", "boolean")):
            with pytest.raises(Invalid):
                add(code, type)

    def test_the_fifty_first_active_attribute_is_refused(self, template: dict[str, str]) -> None:
        for number in range(46):
            add(f"more_{number}")
        with pytest.raises(Invalid, match=r"Validation failed"):
            add("one_too_many")
        operations.set_category_attribute_active("tea", template["note"], active=False, by=SYSTEM, now=NOW)
        add("instead")
        with pytest.raises(Invalid):
            operations.set_category_attribute_active("tea", template["note"], active=True, by=SYSTEM, now=NOW)

    def test_attributes_are_ordered_and_labelled_and_history_tells(self, template: dict[str, str]) -> None:
        operations.order_category_attributes("tea", [template["note"], template["banner"]], by=SYSTEM, now=NOW)
        operations.update_category_attribute(
            "tea", template["note"], labels={"en_US": "Note", "fr_FR": None}, by=SYSTEM, now=NOW
        )
        operations.update_template("tea", labels={"en_US": "Pages"}, by=SYSTEM, now=NOW)
        structure = queries.snapshot()
        found = queries.template_of(structure.categories["earl_grey"], structure)
        assert found is not None
        assert [one.code for one in found.attributes] == ["note", "banner", "headline", "story"]
        assert found.attributes[0].labels == {"en_US": "Note"}
        assert found.labels == {"en_US": "Pages"}
        kinds = Event.objects.filter(subject="category_template:tea").values_list("kind", flat=True)
        assert set(kinds) == {"category_template.created", "category_template.updated"}

    def test_who_tells_what_is_counted(self, template: dict[str, str]) -> None:
        tell("green_tea", Written("story", None, "en_US", "x"), Written("story", None, "fr_FR", "y"))
        tell("black_tea", Written("story", None, "en_US", "x"))
        structure = queries.snapshot()
        found = queries.template_of(structure.categories["tea"], structure)
        assert found is not None
        assert queries.count_told(found) == {template["story"]: 2}


class TestMoving:
    @pytest.fixture(autouse=True)
    def siblings(self, tea: None) -> None:
        make_category("oolong", "tea")
        make_category("white_tea", "tea")

    def order(self, parent: str | None = "tea") -> list[str]:
        return [one.code for one in queries.snapshot().category_section.children.get(parent, ())]

    def move(self, code: str, parent: str | None = "tea", **place: Any) -> bool:
        return operations.move_category(code, parent=parent, **place, by=SYSTEM, now=NOW).changed

    def test_in_front_of_and_behind_a_sibling(self) -> None:
        assert self.move("white_tea", before="green_tea")
        assert self.order() == ["white_tea", "green_tea", "black_tea", "oolong"]
        assert self.move("white_tea", after="black_tea")
        assert self.order() == ["green_tea", "black_tea", "white_tea", "oolong"]
        assert self.move("green_tea", after="oolong")
        assert self.order() == ["black_tea", "white_tea", "oolong", "green_tea"]

    def test_to_the_place_it_has_changes_nothing(self) -> None:
        recorded = Event.objects.count()
        assert not self.move("black_tea", after="green_tea")
        assert not self.move("white_tea")
        assert Event.objects.count() == recorded

    def test_below_another_parent_the_branch_comes_along(self) -> None:
        assert self.move("black_tea", "master", position=1)
        assert self.order("master") == ["black_tea"]
        assert queries.snapshot().categories["earl_grey"].root == "master"
        assert self.move("earl_grey", None, before="master")
        assert self.order(None)[0] == "earl_grey"
        assert queries.snapshot().categories["earl_grey"].root == "earl_grey"

    def test_many_moves_to_one_place_find_room(self) -> None:
        for number in range(12):
            make_category(f"new_{number}", "tea")
            assert self.move(f"new_{number}", position=2)
        assert self.order() == [
            "green_tea",
            *(f"new_{number}" for number in reversed(range(12))),
            "black_tea",
            "oolong",
            "white_tea",
        ]

    def test_a_move_costs_a_constant_number_of_queries(
        self, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        for number in range(20):
            make_category(f"many_{number}", "tea")
        self.move("many_1", position=2)
        queries.snapshot()
        with count_queries(6):  # savepoint twice, lock, number, row, event
            self.move("many_2", position=1)
        # Those that come last stand close together.
        self.move("many_4")
        self.move("many_5")
        queries.snapshot()
        with count_queries(7):  # and all its siblings
            self.move("many_3", after="many_4")

    def test_history_tells_the_ranks(self) -> None:
        self.move("white_tea", position=1)
        event = Event.objects.filter(subject="category:white_tea").latest("id")
        assert event.kind == "category.updated"
        assert json.loads(event.data)["changes"] == [{"path": "position", "before": 4, "after": 1}]

    def test_impossible_moves_are_refused(self) -> None:
        from limen.kit.errors import Misshaped

        with pytest.raises(Unprocessable):
            self.move("black_tea", "earl_grey")
        with pytest.raises(Unprocessable):
            self.move("black_tea", before="nope")
        with pytest.raises(Misshaped):
            self.move("black_tea", "nope")
        with pytest.raises(Misshaped):
            self.move("tea", "master")
        with pytest.raises(NotFound):
            self.move("nope")

    def test_the_api_moves_only_where_the_setting_allows(self, api: Any, settings: Any) -> None:
        assert api.patch("/categories/white_tea", {"position": 1}).status_code == 204
        assert self.order()[0] == "green_tea"
        settings.LIMEN_WRITABLE_POSITION = True
        assert api.patch("/categories/white_tea", {"position": 1}).status_code == 204
        assert self.order()[0] == "white_tea"
        assert api.patch("/categories/white_tea", {"parent": "black_tea", "position": 1}).status_code == 204
        assert self.order("black_tea") == ["white_tea", "earl_grey"]
        assert api.patch("/categories/matcha", {"parent": "tea", "position": 2}).status_code == 201
        assert self.order() == ["green_tea", "matcha", "black_tea", "oolong"]
        assert api.patch("/categories/matcha", {"position": 99}).status_code == 204
        assert self.order()[-1] == "matcha"
        assert_documented(api.patch("/categories/matcha", {"position": "2"}), "patch_categories__code_")
        # Beside anything else it is what GET printed, and read-only (D5).
        printed = api.get("/categories/matcha", with_position="true").json()
        assert api.patch("/categories/matcha", {**printed, "position": 1}).status_code == 204
        assert self.order()[-1] == "matcha"

    def test_a_channel_tree_can_still_be_ordered_among_the_trees(self) -> None:
        change_channel("ecommerce", category_tree="tea")
        assert self.move("tea", None, position=1)
        assert self.order(None) == ["tea", "master"]
