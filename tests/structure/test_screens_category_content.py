"""The screens of enriched categories: the template of a tree, and what its categories tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.kit.errors import Conflict
from limen.media.models import MediaFile
from limen.structure import operations, queries
from limen.structure.rules import CategoryTemplate, Written
from limen.structure.rules.enriched import harmless
from tests.factories.accounts import sign_in
from tests.factories.media import PNG, make_media_file
from tests.factories.structure import NOW, change_channel, make_category, make_channel

pytestmark = pytest.mark.usefixtures("storage")

PATH = "/settings/categories"
ATTRIBUTES, CONTENT = f"{PATH}/shop/attributes", f"{PATH}/chairs/content"


@pytest.fixture
def storage(installed: None, settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    make_category("shop", None, labels={"en_US": "Shop"})
    make_category("chairs", "shop", labels={"en_US": "Chairs"})


@pytest.fixture
def signed_in(client: Client) -> Client:
    sign_in(client)
    return client


@pytest.fixture
def template() -> dict[str, str]:
    """A template of the tree shop, told in two channels and two locales: code → uuid of its attributes."""
    change_channel("ecommerce", locales=["en_US", "fr_FR"], labels={"en_US": "Web"})
    make_channel("print", locales=["de_DE"])
    operations.create_template("shop", code="pages", labels={"en_US": "Pages"}, by=SYSTEM, now=NOW)
    return {
        "headline": add("headline", scopable=True, localizable=True),
        "story": add("story", "richtext", localizable=True),
        "banner": add("banner", "image"),
    }


def add(code: str, type: str = "text", *, scopable: bool = False, localizable: bool = False) -> str:
    labels = {"en_US": code.title()}
    return operations.add_category_attribute(
        "shop", code=code, type=type, scopable=scopable, localizable=localizable, labels=labels, by=SYSTEM, now=NOW
    )


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def stored() -> dict[str, Any]:
    """What chairs tell, by the name that history gives each value."""
    id = queries.snapshot().categories["chairs"].id
    return {slot.told(): data for slot, data in queries.category_values([id]).get(id, {}).items()}


def now() -> CategoryTemplate:
    structure = queries.snapshot()
    found = queries.template_of(structure.categories["shop"], structure)
    assert found is not None
    return found


def save(client: Client, data: dict[str, Any], query: str = "?channel=ecommerce&locale=en_US") -> Any:
    version = client.get(f"{CONTENT}{query}").context["form"].initial["version"]
    return client.post(f"{CONTENT}{query}", {"version": version, **data})


class TestTemplate:
    def test_one_is_made_and_filled(self, signed_in: Client) -> None:
        assert "Create the template" in text(signed_in.get(ATTRIBUTES))
        answer = signed_in.post(ATTRIBUTES, {"do": "create", "code": "pages", "labels[en_US]": "Pages"})
        assert (answer.status_code, answer["Location"]) == (303, ATTRIBUTES)
        data = {"do": "attribute", "code": "story", "type": "richtext", "localizable": "on", "labels[en_US]": "Story"}
        assert signed_in.post(ATTRIBUTES, data).status_code == 303
        (one,) = now().attributes
        assert (one.code, one.type, one.scopable, one.localizable, one.labels) == (
            "story",
            "richtext",
            False,
            True,
            {"en_US": "Story"},
        )
        page = signed_in.get(ATTRIBUTES)
        assert [(row.name, row.values, row.told) for row in page.context["rows"]] == [("Story", "for each locale", 0)]
        assert "attribute story" in text(page).lower()

    def test_what_is_wrong_is_said_at_its_field(self, signed_in: Client, template: dict[str, str]) -> None:
        answer = signed_in.post(ATTRIBUTES, {"do": "attribute", "code": "story", "type": "text"})
        assert answer.status_code == 422
        assert "already used" in str(answer.context["forms"]["attribute"].errors["code"])
        answer = signed_in.post(ATTRIBUTES, {"do": "create", "code": "other"})
        assert answer.status_code == 422 and "has a template already" in text(answer)

    @pytest.mark.parametrize(
        ("move", "expected"),
        [("up:story", ["story", "headline", "banner"]), ("down:story", ["headline", "banner", "story"])],
    )
    def test_attributes_are_put_in_order(
        self, signed_in: Client, template: dict[str, str], move: str, expected: list[str]
    ) -> None:
        verb, _colon, code = move.partition(":")
        assert signed_in.post(ATTRIBUTES, {"move": f"{verb}:{template[code]}"}).status_code == 303
        assert [one.code for one in now().attributes] == expected

    def test_by_dragging_too(self, signed_in: Client, template: dict[str, str]) -> None:
        data = {"code": template["banner"], "before": template["headline"]}
        answer = signed_in.post(ATTRIBUTES, data, headers={"HX-Request": "true"})
        assert [row.code for row in answer.context["rows"]] == ["banner", "headline", "story"]
        signed_in.post(ATTRIBUTES, {"code": template["banner"], "before": ""})
        assert [one.code for one in now().attributes] == ["headline", "story", "banner"]

    def test_labels_are_not_changed_over_anybodys_head(self, signed_in: Client, template: dict[str, str]) -> None:
        one = f"{ATTRIBUTES}/{template['story']}"
        version = signed_in.get(one).context["form"].initial["version"]
        data = {"version": version, "labels[en_US]": "Tale"}
        assert signed_in.post(one, data).status_code == 303
        assert signed_in.post(one, {**data, "labels[en_US]": "Saga"}).status_code == 409
        assert now().attributes[1].labels["en_US"] == "Tale"
        version = signed_in.get(ATTRIBUTES).context["forms"]["labels"].initial["version"]
        data = {"do": "labels", "version": version, "labels[en_US]": "Texts"}
        assert signed_in.post(ATTRIBUTES, data).status_code == 303
        assert signed_in.post(ATTRIBUTES, {**data, "labels[en_US]": "Words"}).status_code == 409
        assert now().labels == {"en_US": "Texts"}

    def test_it_and_each_attribute_can_be_switched_off_and_on(
        self, signed_in: Client, template: dict[str, str]
    ) -> None:
        one = f"{ATTRIBUTES}/{template['story']}"
        signed_in.post(one, {"active": "0"})
        assert [found.code for found in now().shown] == ["headline", "banner"]
        assert "switched off" in text(signed_in.get(one)) and "switched off" in text(signed_in.get(ATTRIBUTES))
        signed_in.post(one, {"active": "1"})
        signed_in.post(ATTRIBUTES, {"do": "active", "active": "0"})
        assert not now().shown and "There is nothing to tell" in text(signed_in.get(CONTENT))
        signed_in.post(ATTRIBUTES, {"do": "active", "active": "1"})
        assert len(now().shown) == 3

    def test_the_fiftieth_is_the_last(self, signed_in: Client, template: dict[str, str]) -> None:
        for number in range(47):
            add(f"more_{number}")
        page = text(signed_in.get(ATTRIBUTES))
        assert "There are 50 attributes" in page and "Add an attribute" not in page
        data = {"do": "attribute", "code": "one_more", "type": "text"}
        assert signed_in.post(ATTRIBUTES, data).status_code == 422

    def test_only_trees_have_one(self, signed_in: Client, template: dict[str, str]) -> None:
        assert signed_in.get(f"{PATH}/chairs/attributes").status_code == 404
        assert signed_in.get(f"{ATTRIBUTES}/nothing").status_code == 404
        assert signed_in.get(f"{PATH}/master/attributes/{template['story']}").status_code == 404


class TestContent:
    def test_texts_are_told_per_channel_and_locale(self, signed_in: Client, template: dict[str, str]) -> None:
        headline, story = template["headline"], template["story"]
        page = signed_in.get(CONTENT)
        assert [(one.name, one.within) for one in page.context["told"]] == [
            ("Headline", "For Web, English (United States)."),
            ("Story", "For English (United States)."),
            ("Banner", "The same in all channels and locales."),
        ]
        answer = save(signed_in, {headline: "Sit down", story: "<p>Once</p>"})
        assert (answer.status_code, answer["Location"]) == (303, f"{CONTENT}?channel=ecommerce&locale=en_US")
        save(signed_in, {headline: "Asseyez-vous"}, "?channel=ecommerce&locale=fr_FR")
        assert stored() == {
            "headline (ecommerce, en_US)": "Sit down",
            "headline (ecommerce, fr_FR)": "Asseyez-vous",
            "story (en_US)": "<p>Once</p>",
        }
        save(signed_in, {headline: "", story: "<p>Once</p>"})
        assert "headline (ecommerce, en_US)" not in stored()
        assert "Headline (ecommerce, en_US)" in text(signed_in.get(f"{PATH}/chairs/history"))

    def test_a_locale_that_the_channel_has_not_gives_way(self, signed_in: Client, template: dict[str, str]) -> None:
        context = signed_in.get(f"{CONTENT}?channel=print&locale=fr_FR").context
        assert (context["channel"], context["locale"]) == ("print", "de_DE")

    def test_an_image_is_sent_shown_and_taken_away(self, signed_in: Client, template: dict[str, str]) -> None:
        banner = template["banner"]
        assert save(signed_in, {banner: SimpleUploadedFile("banner.png", PNG)}).status_code == 303
        shown = next(one for one in signed_in.get(CONTENT).context["told"] if one.is_image)
        assert shown.image_name == "banner.png"
        image = signed_in.get(shown.image_url)
        assert (image["Content-Type"], image["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert b"".join(image) == PNG
        # Saving the rest keeps it.
        save(signed_in, {template["headline"]: "Sit"})
        assert stored()["banner"]["original_filename"] == "banner.png"
        save(signed_in, {f"remove-{banner}": "on"})
        assert "banner" not in stored()

    def test_what_is_no_image_is_refused_and_not_kept(self, signed_in: Client, template: dict[str, str]) -> None:
        banner = template["banner"]
        answer = save(signed_in, {banner: SimpleUploadedFile("banner.png", b"MZ no picture")})
        assert answer.status_code == 422 and "not an image" in str(answer.context["form"].errors[banner])
        assert not MediaFile.objects.exists() and stored() == {}

    def test_a_text_that_is_too_long_is_refused_at_its_field(self, signed_in: Client, template: dict[str, str]) -> None:
        answer = save(signed_in, {template["headline"]: "x" * 256})
        assert answer.status_code == 422 and "255" in str(answer.context["form"].errors[template["headline"]])

    def test_files_of_products_are_not_shown_here(self, signed_in: Client, template: dict[str, str]) -> None:
        assert signed_in.get(f"/settings/category-images/{make_media_file().code}").status_code == 404
        assert signed_in.get("/settings/category-images/nothing").status_code == 404

    def test_nobodys_texts_are_written_over(self, signed_in: Client, template: dict[str, str]) -> None:
        headline = template["headline"]
        version = signed_in.get(CONTENT).context["form"].initial["version"]
        told = Written("headline", "ecommerce", "en_US", "Theirs")
        operations.save_category_values("chairs", [told], by=SYSTEM, now=NOW)
        address = f"{CONTENT}?channel=ecommerce&locale=en_US"
        picture = SimpleUploadedFile("banner.png", PNG)
        answer = signed_in.post(address, {"version": version, headline: "Mine", template["banner"]: picture})
        assert answer.status_code == 409 and "<b>Theirs</b>" in text(answer)
        assert stored() == {"headline (ecommerce, en_US)": "Theirs"} and not MediaFile.objects.exists()
        # Saving once more is a decision; what is told elsewhere would have been no conflict.
        version = answer.context["form"]["version"].value()
        told = Written("headline", "ecommerce", "fr_FR", "Les leurs")
        operations.save_category_values("chairs", [told], by=SYSTEM, now=NOW)
        assert signed_in.post(address, {"version": version, headline: "Mine"}).status_code == 303
        assert stored()["headline (ecommerce, en_US)"] == "Mine"

    def test_the_operation_asks_under_the_lock(self, template: dict[str, str]) -> None:
        told = Written("headline", "ecommerce", "en_US", "Mine")
        with pytest.raises(Conflict):
            operations.save_category_values("chairs", [told], if_still=lambda before: False, by=SYSTEM, now=NOW)
        assert stored() == {}

    def test_rich_text_is_made_harmless_where_it_is_shown(self, signed_in: Client, template: dict[str, str]) -> None:
        save(signed_in, {template["story"]: '<p onclick="x()">Once<script>alert(1)</script></p>'})
        page = signed_in.get(CONTENT)
        assert '<div class="rich"><p>Once</p></div>' in text(page)
        # What was written is still what is edited.
        assert "&lt;script&gt;" in text(page) and "<script>alert" not in text(page)

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("<h2>Tea</h2><ul><li>one</li></ul>", "<h2>Tea</h2><ul><li>one</li></ul>"),
            ('<a href="javascript:x()">y</a>', '<a rel="noopener noreferrer">y</a>'),
            ('<p style="position:fixed" class="card">z</p>', "<p>z</p>"),
            ('<iframe src="https://example.org"></iframe><form><input></form>', ""),
            ("<img src=x onerror=alert(1)>", ""),
        ],
    )
    def test_what_is_harmless(self, written: str, shown: str) -> None:
        assert harmless(written) == shown

    def test_its_cost_does_not_grow_with_what_is_told(
        self, signed_in: Client, template: dict[str, str], count_queries: Callable[[int], Any]
    ) -> None:
        signed_in.get(CONTENT)
        with count_queries(8):
            signed_in.get(CONTENT)
        with count_queries(9):
            signed_in.get(ATTRIBUTES)
        save(signed_in, {template["headline"]: "Sit", template["story"]: "Once"})
        for number in range(20):
            add(f"more_{number}")
        signed_in.get(CONTENT)
        with count_queries(8):
            signed_in.get(CONTENT)
        with count_queries(9):
            signed_in.get(ATTRIBUTES)

    def test_who_only_sees_it_changes_nothing(self, client: Client, template: dict[str, str]) -> None:
        sign_in(client, "pim_enrich_category_index")
        page = client.get(CONTENT)
        assert all(field.disabled for field in page.context["form"].fields.values())
        assert ">Save</button>" not in text(page)
        assert client.post(CONTENT, {template["headline"]: "x"}).status_code == 403
        assert client.post(f"{ATTRIBUTES}/{template['story']}", {"active": "0"}).status_code == 403
