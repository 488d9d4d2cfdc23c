"""The screens of families and their variants."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from limen.structure.forms.version import version_of
from limen.structure.rules import Family, FamilyVariant
from limen.structure.wire import family as printed
from tests.factories.accounts import sign_in
from tests.factories.structure import (
    NOW,
    change_channel,
    make_attribute,
    make_attribute_group,
    make_channel,
    make_family,
    make_family_variant,
)

pytestmark = pytest.mark.usefixtures("tea")

LIST = "/settings/families"
PAGE = f"{LIST}/loose_tea"
ATTRIBUTES = f"{PAGE}/attributes"
VARIANTS = f"{PAGE}/variants"
VARIANT = f"{VARIANTS}/by_grade_size"
SEE, EDIT = "pim_enrich_family_index", "pim_enrich_family_edit"
SEE_VARIANTS, EDIT_VARIANTS = "pim_enrich_family_variant_index", "pim_enrich_family_variant_edit"

# Session, who it is and what they may, and the structure's version.
PAGE_COST = 4


@pytest.fixture
def admin(client: Client) -> Client:
    sign_in(client)
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def family(code: str = "loose_tea") -> Family:
    return queries.snapshot().families[code]


def variant(code: str = "by_grade_size") -> FamilyVariant:
    return queries.snapshot().family_variants[code]


def fields(answer: Any) -> dict[str, Any]:
    """What a browser would send back, untouched."""
    form = answer.context["form"]
    sent = {}
    for name in form.fields:
        value = form[name].value()
        if value is not None:
            sent[name] = value
    return sent


class TestList:
    def test_it_shows_how_many_attributes_and_variants_there_are(self, admin: Client) -> None:
        operations.upsert("family", "loose_tea", {"labels": {"en_US": "Loose tea"}}, by=SYSTEM, now=NOW)
        page = text(admin.get(LIST))
        assert ">Loose tea</a>" in page
        assert '<td class="num">8</td><td class="num">1</td>' in page

    def test_it_is_searched_by_label_and_code(self, admin: Client) -> None:
        make_family("teapot", labels={"en_US": "Pots"})
        found = text(admin.get(LIST, {"search": "pots"}))
        assert "teapot" in found and "loose_tea" not in found
        assert "No family matches" in text(admin.get(LIST, {"search": "nothing like this"}))

    def test_it_has_fifty_to_a_page(self, admin: Client) -> None:
        for number in range(60):
            make_family(f"f{number:02}")
        first = text(admin.get(LIST))
        assert "61 families" in first and "f49" in first and "f50" not in first
        assert "f50" in text(admin.get(LIST, {"after": "f49"}))

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_costs_the_same_whatever_its_length(self, admin: Client, number: int, count_queries: Any) -> None:
        for place in range(number):
            make_family(f"f{place}")
        admin.get(LIST)
        with count_queries(PAGE_COST):
            admin.get(LIST)


class TestCreation:
    def test_a_new_family_leads_to_its_attributes(self, admin: Client) -> None:
        answer = admin.post(f"{LIST}/create-family", {"code": "teapot", "labels[en_US]": "Teapots"})
        assert (answer.status_code, answer["Location"]) == (303, f"{LIST}/teapot/attributes")
        assert family("teapot").labels == {"en_US": "Teapots"}

    def test_what_is_wrong_stands_at_its_field(self, admin: Client) -> None:
        page = text(admin.post(f"{LIST}/create-family", {"code": "LOOSE_tea", "labels[en_US]": "Kept"}), 422)
        assert "already used" in page and 'value="Kept"' in page


class TestProperties:
    def test_label_and_image_are_chosen_among_the_familys_fitting_attributes(self, admin: Client) -> None:
        make_attribute("banner", "pim_catalog_image", localizable=True)
        members = [*family().attributes, "banner"]
        operations.upsert("family", "loose_tea", {"attributes": members}, by=SYSTEM, now=NOW)
        form = admin.get(PAGE).context["form"]
        assert {code for code, _ in form.fields["attribute_as_label"].choices} == {"sku", "name", "ean"}
        assert [code for code, _ in form.fields["attribute_as_image"].choices] == ["", "pack_shot"]

    def test_saving_changes_what_the_form_shows_and_no_more(self, admin: Client) -> None:
        before = family()
        sent = {**fields(admin.get(PAGE)), "attribute_as_image": "pack_shot", "labels[en_US]": "Loose tea"}
        answer = admin.post(PAGE, sent)
        assert (answer.status_code, answer["Location"]) == (303, PAGE)
        after = family()
        assert (after.attribute_as_image, after.labels) == ("pack_shot", {"en_US": "Loose tea"})
        assert (after.attributes, after.requirements) == (before.attributes, before.requirements)

    def test_what_somebody_else_saved_meanwhile_is_not_lost(self, admin: Client) -> None:
        sent = {**fields(admin.get(PAGE)), "labels[en_US]": "Mine"}
        operations.upsert("family", "loose_tea", {"labels": {"en_US": "Theirs"}}, by=SYSTEM, now=NOW)
        page = text(admin.post(PAGE, sent), 409)
        assert "Somebody else saved this family" in page and "Theirs" in page and 'value="Mine"' in page
        assert family().labels == {"en_US": "Theirs"}
        again = {**sent, "version": version_of(printed(family(), queries.snapshot()))}
        assert admin.post(PAGE, again).status_code == 303
        assert family().labels == {"en_US": "Mine"}

    def test_without_the_right_to_edit_the_page_can_be_read(self, client: Client) -> None:
        sign_in(client, SEE)
        page = text(client.get(PAGE))
        assert "<fieldset" in page and "disabled" in page and ">Save<" not in page
        assert client.post(PAGE, {}).status_code == 403
        assert client.post(ATTRIBUTES, {}).status_code == 403
        assert client.get(VARIANTS).status_code == 403

    def test_an_unknown_family_is_a_page_that_says_so(self, admin: Client) -> None:
        for path in ("", "/attributes", "/history", "/delete", "/variants", "/variants/create-variant", "/variants/x"):
            assert admin.get(f"{LIST}/nope{path}").status_code == 404


class TestAttributes:
    def test_they_stand_by_group_with_a_dot_for_each_channel(self, admin: Client) -> None:
        make_attribute_group("first", sort_order=0)
        operations.upsert("attribute", "name", {"group": "first"}, by=SYSTEM, now=NOW)
        sections = admin.get(ATTRIBUTES).context["sections"]
        assert [(one.code, [row.code for row in one.rows]) for one in sections] == [
            ("first", ["name"]),
            ("other", ["ean", "leaf_grade", "organic", "origin", "pack_shot", "pack_size", "sku"]),
        ]
        (sku,) = (row for one in sections for row in one.rows if row.code == "sku")
        assert [cell.checked for cell in sku.cells] == [True, True]
        assert [cell.field for cell in sku.cells] == ["required[ecommerce]", "required[print]"]

    def test_what_cannot_leave_is_not_offered_for_removal(self, admin: Client) -> None:
        rows = [row for one in admin.get(ATTRIBUTES).context["sections"] for row in one.rows]
        assert {row.code: row.stays for row in rows if row.stays} == {
            "sku": "Identifier",
            "name": "Label",
            "leaf_grade": "Axis",
            "pack_size": "Axis",
        }

    def test_requirements_come_and_go(self, admin: Client) -> None:
        sent = {**fields(admin.get(ATTRIBUTES)), "required[ecommerce]": ["name", "origin"], "required[print]": []}
        assert admin.post(ATTRIBUTES, sent).status_code == 303
        assert family().requirements == {"ecommerce": frozenset({"name", "origin"})}

    def test_attributes_are_added_and_removed_in_one_save(self, admin: Client) -> None:
        sent = {
            **fields(admin.get(ATTRIBUTES)),
            "required[print]": ["sku", "origin"],
            "remove": ["origin"],
            "attributes": ["net_weight"],
        }
        assert admin.post(ATTRIBUTES, sent).status_code == 303
        assert "net_weight" in family().attributes and "origin" not in family().attributes
        assert family().requirements["print"] == {"sku"}
        assert "origin" not in variant().levels[0].attributes

    def test_all_of_a_group_are_added_at_once(self, admin: Client) -> None:
        make_attribute("water", group="brewing")
        assert "Brewing (2)" in text(admin.get(ATTRIBUTES))
        assert admin.post(ATTRIBUTES, {**fields(admin.get(ATTRIBUTES)), "group": "brewing"}).status_code == 303
        assert {"water", "steeping_time"} <= family().attributes
        assert "Brewing (" not in text(admin.get(ATTRIBUTES))

    def test_searching_without_a_script_saves_nothing_and_keeps_what_was_done(self, admin: Client) -> None:
        sent = {
            **fields(admin.get(ATTRIBUTES)),
            "attributes-look": "1",
            "attributes-search": "net",
            "remove": ["origin"],
            "required[print]": ["name"],
        }
        answer = admin.post(ATTRIBUTES, sent)
        page = text(answer)
        assert 'value="net_weight"' in page
        rows = {row.code: row for one in answer.context["sections"] for row in one.rows}
        assert rows["origin"].removed and rows["name"].cells[1].checked
        assert "origin" in family().attributes

    def test_a_refusal_is_shown_and_nothing_is_saved(self, admin: Client) -> None:
        page = text(admin.post(ATTRIBUTES, {**fields(admin.get(ATTRIBUTES)), "remove": ["leaf_grade"]}), 422)
        assert "by_grade_size" in page
        assert "leaf_grade" in family().attributes

    def test_a_conflict_says_what_differs(self, admin: Client) -> None:
        sent = {**fields(admin.get(ATTRIBUTES)), "required[ecommerce]": ["sku", "name"]}
        body = {"attribute_requirements": {"ecommerce": ["sku", "origin"]}}
        operations.upsert("family", "loose_tea", body, by=SYSTEM, now=NOW)
        page = text(admin.post(ATTRIBUTES, sent), 409)
        assert "Required for E-commerce" in page and "[origin]" in page

    def test_500_attributes_and_their_boxes_are_sent_at_once(self, admin: Client, count_queries: Any) -> None:
        codes = many_attributes(500)
        make_channel("mobile", category_tree="tea")
        operations.upsert("family", "loose_tea", {"attributes": [*family().attributes, *codes]}, by=SYSTEM, now=NOW)
        sent = fields(admin.get(ATTRIBUTES))
        for channel in ("ecommerce", "print", "mobile"):
            sent[f"required[{channel}]"] = codes
        assert admin.post(ATTRIBUTES, sent).status_code == 303
        assert len(family().requirements["mobile"]) == 500
        admin.get(ATTRIBUTES)
        # And the jobs about the family.
        with count_queries(PAGE_COST + 1):
            admin.get(ATTRIBUTES)


def many_attributes(number: int) -> list[str]:
    from limen.structure.models import Attribute, AttributeGroup
    from limen.structure.operations.changes import new_version

    group, revision = AttributeGroup.objects.get(code="other"), new_version()
    codes = [f"a{place:03}" for place in range(number)]
    always = {"type": "pim_catalog_text", "group": group, "created_at": NOW, "updated_at": NOW, "revision": revision}
    Attribute.objects.bulk_create([Attribute(code=code, **always) for code in codes])
    return codes


class TestVariants:
    def test_the_list_names_the_axes_of_each_level(self, admin: Client) -> None:
        page = text(admin.get(VARIANTS))
        assert "<td>[leaf_grade]</td><td>[pack_size]</td>" in page

    def test_only_fitting_attributes_are_offered_as_axes(self, admin: Client) -> None:
        form = admin.get(f"{VARIANTS}/create-variant").context["form"]
        assert {code for code, _ in form.axes} == {"organic", "origin", "leaf_grade", "pack_size"}

    def test_a_family_without_any_says_what_to_do(self, admin: Client) -> None:
        make_family("teapot")
        assert "Nothing to vary by" in text(admin.get(f"{LIST}/teapot/variants/create-variant"))

    def test_a_new_variant_leads_to_its_editor(self, admin: Client) -> None:
        sent = {"code": "fresh", "levels": "2", "axes_1": ["origin"], "axes_2": ["organic"], "labels[en_US]": "Fresh"}
        answer = admin.post(f"{VARIANTS}/create-variant", sent)
        assert (answer.status_code, answer["Location"]) == (303, f"{VARIANTS}/fresh")
        assert [level.axes for level in variant("fresh").levels] == [("origin",), ("organic",)]

    def test_with_one_level_axes_of_a_second_one_are_not_looked_at(self, admin: Client) -> None:
        sent = {"code": "fresh", "levels": "1", "axes_1": ["origin"], "axes_2": ["organic"]}
        assert admin.post(f"{VARIANTS}/create-variant", sent).status_code == 303
        assert len(variant("fresh").levels) == 1

    def test_a_level_without_axes_is_told_at_the_level(self, admin: Client) -> None:
        answer = admin.post(f"{VARIANTS}/create-variant", {"code": "fresh", "levels": "2", "axes_1": ["origin"]})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["axes_2"]

    def test_a_broken_rule_is_told(self, admin: Client) -> None:
        sent = {"code": "fresh", "levels": "2", "axes_1": ["origin"], "axes_2": ["origin"]}
        assert "stands on two levels" in text(admin.post(f"{VARIANTS}/create-variant", sent), 422)


class TestEditor:
    def test_attributes_stand_where_they_are_and_some_stay(self, admin: Client) -> None:
        places = admin.get(VARIANT).context["places"]
        assert [(one.name, one.axes, [(piece.code, piece.fixed) for piece in one.pieces]) for one in places] == [
            ("Common", "", [("organic", ""), ("pack_shot", ""), ("name", "")]),
            ("Level 1", "[leaf_grade]", [("leaf_grade", "Axis"), ("origin", "")]),
            ("Level 2", "[pack_size]", [("ean", "Unique"), ("pack_size", "Axis"), ("sku", "Unique")]),
        ]

    def test_what_would_move_is_told_before_it_is_saved(self, admin: Client) -> None:
        sent = {**fields(admin.get(VARIANT)), "level[organic]": "2", "level[origin]": "0", "preview": "1"}
        page = text(admin.post(VARIANT, sent))
        assert "1 attribute moves from Common to Level 2: [organic]. What is below keeps the values it has." in page
        assert "1 attribute moves from Level 1 to Common: [origin]. The values on Level 1 are dropped." in page
        part = text(admin.post(VARIANT, sent, headers={"hx-request": "true"}))
        assert "1 attribute moves from Common to Level 2" in part and "<html" not in part
        assert variant().levels[0].attributes == ("origin", "leaf_grade")

    def test_saving_moves_them_and_keeps_the_order_of_the_others(self, admin: Client) -> None:
        sent = {
            **fields(admin.get(VARIANT)),
            "level[name]": "1",
            "level[organic]": "2",
            "level[origin]": "0",
            "labels[en_US]": "By grade and size",
        }
        assert admin.post(VARIANT, sent).status_code == 303
        assert [level.attributes for level in variant().levels] == [
            ("leaf_grade", "name"),
            ("pack_size", "ean", "sku", "organic"),
        ]
        assert variant().labels == {"en_US": "By grade and size"}
        # What products go through after it is seen.
        assert "Values of “by_grade_size” are about to move to their new levels." in text(admin.get(VARIANT))
        assert "are about to move" not in text(admin.get(f"{VARIANTS}/create-variant"))

    def test_fixed_attributes_are_not_moved_whatever_is_sent(self, admin: Client) -> None:
        sent = {**fields(admin.get(VARIANT)), "level[ean]": "1", "level[leaf_grade]": "0", "level[name]": "9"}
        assert admin.post(VARIANT, sent).status_code == 422
        del sent["level[name]"]
        assert admin.post(VARIANT, sent).status_code == 303
        assert variant().levels[1].attributes == ("pack_size", "ean", "sku")

    def test_another_family_with_more_attributes_is_a_conflict(self, admin: Client) -> None:
        sent = {**fields(admin.get(VARIANT)), "level[name]": "1"}
        members = [*family().attributes, "net_weight"]
        operations.upsert("family", "loose_tea", {"attributes": members}, by=SYSTEM, now=NOW)
        answer = admin.post(VARIANT, sent)
        assert "Somebody else saved this variant" in text(answer, 409)
        assert "name" in [piece.code for piece in answer.context["places"][1].pieces]

    def test_it_costs_the_same_whatever_the_number_of_attributes(self, admin: Client, count_queries: Any) -> None:
        codes = many_attributes(200)
        operations.upsert("family", "loose_tea", {"attributes": [*family().attributes, *codes]}, by=SYSTEM, now=NOW)
        admin.get(VARIANT)
        # One more for runs under way.
        with count_queries(PAGE_COST + 1):
            assert len(admin.get(VARIANT).context["places"][0].pieces) == 203

    def test_without_the_right_to_edit_it_can_be_read(self, client: Client) -> None:
        sign_in(client, SEE_VARIANTS)
        assert ">Save<" not in text(client.get(VARIANT))
        assert client.post(VARIANT, {}).status_code == 403

    def test_a_variant_of_another_family_is_unknown(self, admin: Client) -> None:
        make_family("teapot")
        assert admin.get(f"{LIST}/teapot/variants/by_grade_size").status_code == 404


class TestHistoryAndDeletion:
    def test_changes_are_told(self, admin: Client) -> None:
        sent = {**fields(admin.get(PAGE)), "attribute_as_image": "pack_shot"}
        admin.post(PAGE, sent)
        assert "Attribute as image" in text(admin.get(f"{PAGE}/history"))
        sent = {**fields(admin.get(VARIANT)), "level[name]": "1"}
        admin.post(VARIANT, sent)
        (change,) = admin.get(f"{VARIANT}/history").context["happened"][0].changes
        assert (change.name, change.before, change.after) == (
            "Variant attribute sets",
            "level: 1",
            "level: 1; attributes: name",
        )

    def test_of_a_long_list_only_what_came_and_went_is_told(self, admin: Client) -> None:
        required = {"ecommerce": ["sku", "name"], "print": ["sku"]}
        body = {"attributes": [*family().attributes - {"origin"}, "net_weight"], "attribute_requirements": required}
        operations.upsert("family", "loose_tea", body, by=SYSTEM, now=NOW)
        changes = admin.get(f"{PAGE}/history").context["happened"][0].changes
        assert [(one.name, one.before, one.after) for one in changes] == [
            ("Attributes", "origin", "net_weight"),
            ("Attribute requirements", "", "ecommerce: name"),
        ]

    def test_a_family_with_variants_stays_and_says_why(self, admin: Client) -> None:
        page = text(admin.get(f"{PAGE}/delete"))
        assert "by_grade_size" in page and "Delete</button>" not in page
        assert admin.post(f"{PAGE}/delete").status_code == 422

    def test_a_variant_and_then_its_family_are_deleted(self, admin: Client) -> None:
        assert "Delete</button>" in text(admin.get(f"{VARIANT}/delete"))
        answer = admin.post(f"{VARIANT}/delete")
        assert (answer.status_code, answer["Location"]) == (303, VARIANTS)
        answer = admin.post(f"{PAGE}/delete")
        assert (answer.status_code, answer["Location"]) == (303, LIST)
        assert "loose_tea" not in queries.snapshot().families


def test_whoever_sees_families_is_led_there(client: Client) -> None:
    sign_in(client, SEE)
    page = text(client.get("/settings"))
    assert page.count(f'href="{LIST}"') == 2


def test_labels_of_languages_that_no_channel_has_are_kept(admin: Client) -> None:
    make_family_variant("loose_tea", "de", (["origin"], []), labels={"de_DE": "Nach Herkunft"})
    change_channel("print", locales=["en_US"])
    page = text(admin.get(f"{VARIANTS}/de"))
    assert "Nach Herkunft" in page and "More languages" in page
