"""How each type of value is shown, what stands in which group, and what a change reads like. No database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from limen.kit.web import language
from limen.media.rules import MediaRow
from limen.products.forms import Context, read_context, read_grid
from limen.products.queries import Completeness, ProductView
from limen.products.views import changes, names, values
from limen.products.views.markup import as_text
from limen.products.views.values import Looked
from limen.structure.rules import (
    Attribute,
    AttributeGroup,
    Category,
    Channel,
    Family,
    MeasurementFamily,
    Structure,
    Unit,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SHOP = Channel(1, "shop", ("de_DE", "en_US"), ("EUR",), "master", labels={"en_US": "Shop"})
PRINT = Channel(2, "print", ("en_US", "fr_FR"), ("EUR", "USD"), "master")
PICTURE = "3/b/9/0/" + "3b90" * 10 + "_orbit.png"


def attribute(code: str, type: str, **properties: Any) -> Attribute:
    return Attribute(len(code), code, f"pim_catalog_{type}", **{"labels": {"en_US": code.capitalize()}, **properties})


ATTRIBUTES = (
    attribute("sku", "identifier", group="general", is_main_identifier=True),
    attribute("title", "text", group="general", sort_order=1, localizable=True),
    attribute("blurb", "textarea", group="general", sort_order=2, localizable=True, scopable=True),
    attribute("story", "textarea", wysiwyg_enabled=True),
    attribute("lumens", "number"),
    attribute("weight", "metric", metric_family="Weight", default_metric_unit="KILOGRAM"),
    attribute("price", "price_collection", scopable=True),
    attribute("cost", "price_collection"),
    attribute("dimmable", "boolean"),
    attribute("finish", "simpleselect"),
    attribute("materials", "multiselect"),
    attribute("launch", "date"),
    attribute("photo", "image"),
    attribute("sheet", "file"),
    attribute("link", "text", validation_rule="url"),
    attribute("mail", "text", validation_rule="email"),
    attribute("warranty", "text", localizable=True, available_locales=frozenset(["de_DE"])),
    Attribute(99, "colour", "pim_reference_data_multiselect"),
)
STRUCTURE = Structure.of(
    attributes=ATTRIBUTES,
    attribute_groups=(
        AttributeGroup(1, "other", 2, {"en_US": "Other"}),
        AttributeGroup(2, "general", 1, {"en_US": "General"}),
        AttributeGroup(3, "unused", 0),
    ),
    families=(
        Family(
            1,
            "lamps",
            frozenset(["sku", "title", "blurb", "lumens", "warranty"]),
            "title",
            None,
            {"shop": frozenset(["sku", "title"])},
            {"en_US": "Lamps"},
        ),
    ),
    channels=(SHOP, PRINT),
    categories=(Category(1, "master", None, "master", labels={"en_US": "Master"}),),
    measurement_families=(
        MeasurementFamily(1, "Weight", "KILOGRAM", {"KILOGRAM": Unit("KILOGRAM", "kg", (), {"en_US": "Kilogram"})}),
    ),
    locales=("de_DE", "en_US", "fr_FR", "it_IT"),
    currencies={"EUR": True, "USD": True, "GBP": True},
)
HERE = Context(SHOP, "en_US")
LOOKED = Looked(
    STRUCTURE,
    HERE,
    options={
        ("finish", "Brass"): {"en_US": "Polished brass", "de_DE": "Messing"},
        ("materials", "oak"): {"en_US": "Oak"},
        ("materials", "glass"): {},
    },
    files={PICTURE: MediaRow(PICTURE, "orbit.png", "image/png", 48_211, "png", "")},
    products={"u1": "Orbit"},
)


def shown(code: str, data: object, scope: str | None = None) -> values.Shown | None:
    return values.show(STRUCTURE.attributes[code], data, LOOKED, scope)


def at(data: object, *, locale: str | None = None, scope: str | None = None) -> dict[str, Any]:
    return {"locale": locale, "scope": scope, "data": data}


def product(family: str | None = "lamps", missing: tuple[str, ...] = (), **of_product: Any) -> ProductView:
    facts = {
        "uuid": "0d7c9c5e-3f0a-4f0e-8f52-6a2d9a1f6b77",
        "identifier": "orbit",
        "family": family,
        "categories": [],
        "groups": [],
        "enabled": True,
        "created": NOW,
        "updated": NOW,
        "parent": None,
        "values": {},
        "completenesses": [Completeness("shop", "en_US", 50, list(missing))],
        **of_product,
    }
    return ProductView(**facts)


class TestShow:
    @pytest.mark.parametrize(
        ("code", "data", "kind", "text"),
        [
            ("sku", "orbit-brass-s", "code", "orbit-brass-s"),
            ("title", "Orbit\nlamp", "text", "Orbit lamp"),
            ("blurb", "Warm\nlight <b>", "long", "Warm\nlight <b>"),
            ("lumens", 1200, "amounts", "1,200"),
            ("lumens", "36.5000", "amounts", "36.5"),
            ("lumens", "12.507876", "amounts", "12.507876"),
            ("lumens", 0, "amounts", "0"),
            ("weight", {"amount": "1.2500", "unit": "KILOGRAM"}, "amounts", "1.25 kg"),
            ("weight", {"amount": 3, "unit": "STONE"}, "amounts", "3 STONE"),
            ("cost", [{"amount": "1079.90", "currency": "EUR"}], "prices", "€1,079.90"),
            ("cost", [{"amount": 5, "currency": "EUR"}, {"amount": "7", "currency": "USD"}], "prices", "€5.00, $7.00"),
            ("dimmable", True, "yes", "Yes"),
            ("dimmable", False, "no", "No"),
            ("finish", "Brass", "words", "Polished brass"),
            ("materials", ["glass", "oak"], "words", "[glass], Oak"),
            ("launch", "2025-09-01T00:00:00+00:00", "text", "Sep 1, 2025"),
            ("photo", PICTURE, "picture", "orbit.png"),
            ("sheet", PICTURE, "file", "orbit.png"),
            ("link", "https://limen.example/a", "link", "https://limen.example/a"),
            ("link", "javascript:alert(1)", "text", "javascript:alert(1)"),
            ("mail", "julia@limen.example", "link", "julia@limen.example"),
            ("colour", ["azure", "blue"], "words", "azure, blue"),
        ],
    )
    def test_every_type_reads_as_people_write_it(self, code: str, data: object, kind: str, text: str) -> None:
        found = shown(code, data)
        assert found is not None
        assert (found.kind, found.text) == (kind, text)

    @pytest.mark.parametrize(
        ("code", "data"),
        [
            ("title", None),
            ("title", ""),
            ("materials", []),
            ("finish", "deleted"),
            ("materials", ["deleted"]),
            ("photo", "3/b/9/0/gone.png"),
            ("weight", {"amount": None, "unit": "KILOGRAM"}),
            ("cost", [{"amount": "1.00", "currency": "GBP"}]),
            ("cost", [{"amount": None, "currency": "EUR"}]),
        ],
    )
    def test_what_is_empty_or_no_longer_there_is_not_shown(self, code: str, data: object) -> None:
        assert shown(code, data) is None

    def test_a_deleted_option_leaves_the_others_of_its_list(self) -> None:
        found = shown("materials", ["deleted", "oak"])
        assert found is not None
        assert found.words == ("Oak",)

    def test_prices_of_a_channel_are_those_of_its_currencies(self) -> None:
        found = shown("price", [{"amount": "1", "currency": "EUR"}, {"amount": "2", "currency": "USD"}], "shop")
        assert found is not None
        assert found.text == "€1.00"

    def test_a_unit_tells_its_name(self) -> None:
        found = shown("weight", {"amount": "1", "unit": "KILOGRAM"})
        assert found is not None
        assert (found.amounts[0].unit, found.amounts[0].unit_label) == ("kg", "Kilogram")

    def test_markup_is_read_as_text_and_its_source_kept(self) -> None:
        found = shown("story", "<p>Warm <b>light</b></p>")
        assert found is not None
        assert (found.text, found.detail) == ("Warm light", "<p>Warm <b>light</b></p>")

    @pytest.mark.parametrize("data", [{"a": 1}, [3], 7, "text", True])
    @pytest.mark.parametrize("code", [one.code for one in ATTRIBUTES])
    def test_data_of_another_shape_breaks_no_page(self, code: str, data: object) -> None:
        shown(code, data)


class TestMarkup:
    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("plain", "plain"),
            ("a &amp; b &lt;c&gt;", "a & b <c>"),
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("<ul><li>oak</li><li>glass</li></ul>", "• oak\n• glass"),
            ("<p>Warm\n   light</p>\n", "Warm light"),
            ("<script>alert(1)</script><style>p{}</style>seen", "seen"),
            ("<b>never closed", "never closed"),
            ("</script>3 < 4 <", "3 < 4 <"),
        ],
    )
    def test_is_read_as_text(self, source: str, text: str) -> None:
        assert as_text(source) == text


class TestAttributeGroups:
    def groups(self, one: ProductView, context: Context = HERE) -> list[values.GroupView]:
        return values.attribute_groups(one, Looked(STRUCTURE, context, LOOKED.options, LOOKED.files), "/products/u")

    def view(self, one: ProductView, code: str, context: Context = HERE) -> values.AttributeView:
        return next(view for group in self.groups(one, context) for view in group.attributes if view.code == code)

    def test_all_of_the_family_is_there_by_group_and_sort_order(self) -> None:
        found = self.groups(product())
        assert [(group.label, [one.code for one in group.attributes]) for group in found] == [
            ("General", ["sku", "title", "blurb"]),
            ("Other", ["lumens", "warranty"]),
        ]

    def test_a_value_besides_the_family_is_marked_optional(self) -> None:
        one = product(values={"finish": [at("Brass")]})
        assert self.view(one, "finish").optional
        assert not self.view(one, "sku").optional

    def test_without_family_every_value_is_optional(self) -> None:
        found = self.groups(product(family=None, values={"finish": [at("Brass")]}))
        assert [one.optional for group in found for one in group.attributes] == [True]

    def test_a_value_of_an_attribute_that_is_gone_is_left_out(self) -> None:
        found = self.groups(product(family=None, values={"gone": [at("x")]}))
        assert found == []

    def test_missing_is_what_completeness_says_for_this_channel_and_locale(self) -> None:
        one = product(missing=("title",))
        assert self.view(one, "title").missing
        assert [group.missing for group in self.groups(one)] == [1, 0]
        assert not self.view(one, "title", Context(SHOP, "de_DE")).missing

    def test_the_value_of_the_chosen_channel_and_locale_is_shown_with_its_scope(self) -> None:
        texts = [at("Shop text", locale="en_US", scope="shop"), at("Print text", locale="en_US", scope="print")]
        view = self.view(product(values={"blurb": texts}), "blurb")
        assert view.shown is not None
        assert (view.shown.text, view.scope) == ("Shop text", "Shop · English (US)")

    def test_an_empty_one_says_where_it_is_filled(self) -> None:
        texts = [at("Lampe", locale="de_DE"), at("Lampe", locale="fr_FR"), at("Lampada", locale="it_IT")]
        view = self.view(product(values={"title": texts}), "title")
        assert [(one.name, one.url) for one in view.elsewhere] == [
            ("German (DE)", "/products/u?channel=shop&locale=de_DE#attribute-title"),
            # The shop has no French, print has; Italian nobody has.
            ("French (FR)", "/products/u?channel=print&locale=fr_FR#attribute-title"),
        ]

    def test_a_locale_specific_attribute_is_not_used_elsewhere(self) -> None:
        assert self.view(product(), "warranty").unused
        assert not self.view(product(), "warranty", Context(SHOP, "de_DE")).unused


LINKS = {"products": ["u1", "other"], "product_models": ["beam"], "groups": ["sale"]}
COUNTED = {"products": [{"uuid": "u1", "quantity": 2}], "product_models": []}


@dataclass
class Event:
    data: str
    kind: str = "product.updated"
    author_kind: str = "api"
    author_name: str = "My ERP"
    id: int = 1
    at: datetime = NOW


class TestHistory:
    def change(self, path: str, before: object, after: object) -> changes.Change:
        data = json.dumps({"changes": [{"path": path, "before": before, "after": after}]})
        return changes.history([Event(data)], LOOKED)[0].changes[0]

    @pytest.mark.parametrize(
        ("path", "before", "after", "read"),
        [
            ("values.title.en_US", "Orb", "Orbit", ("Title", "English (US)", "Orb", "Orbit")),
            ("values.blurb.en_US.shop", None, "Warm", ("Blurb", "Shop · English (US)", "", "Warm")),
            ("values.price.shop", [], [{"amount": "2", "currency": "EUR"}], ("Price", "Shop", "", "€2.00")),
            ("values.finish", "deleted", "Brass", ("Finish", "", "deleted", "Polished brass")),
            ("values.gone", "a", None, ("[gone]", "", "a", "")),
            ("values.story", "<p>a</p>", "<b>a</b>", ("Story", "", "<p>a</p>", "<b>a</b>")),
            ("enabled", True, False, ("Enabled", "", "Yes", "No")),
            ("family", None, "lamps", ("Family", "", "", "Lamps")),
            ("categories", [], ["master", "gone"], ("Categories", "", "", "Master, [gone]")),
            ("associations.X_SELL", {}, LINKS, ("Associations · [X_SELL]", "", "", "Orbit\nother\nbeam\n[sale]")),
            ("quantified_associations", {}, {"SET": COUNTED}, ("Quantified associations", "", "", "[SET]: 2 × Orbit")),
            ("something_new", {"a": 1}, None, ("something_new", "", '{"a": 1}', "")),
        ],
    )
    def test_a_change_reads_in_words(self, path: str, before: object, after: object, read: tuple[str, ...]) -> None:
        change = self.change(path, before, after)
        assert (change.name, change.where, change.before.whole, change.after.whole) == read

    def test_the_products_that_associations_speak_of_are_looked_up(self) -> None:
        event = Event(
            json.dumps(
                {
                    "changes": [
                        {"path": "associations.X_SELL", "before": {}, "after": LINKS},
                        {"path": "quantified_associations", "before": {}, "after": {"SET": COUNTED}},
                    ]
                }
            )
        )
        assert changes.products_in([event]) == {"u1", "other"}

    def test_connections_people_and_limen_are_told_apart(self) -> None:
        kinds = [Event("{}", author_kind=kind) for kind in ("api", "user", "system")]
        told = [(one.by_connection, one.by_limen) for one in changes.history(kinds, LOOKED)]
        assert told == [(True, False), (False, False), (False, True)]

    def test_many_changes_show_their_first(self) -> None:
        many = [{"path": "values.lumens", "before": n, "after": n + 1} for n in range(30)]
        happened = changes.history([Event(json.dumps({"changes": many}))], LOOKED)[0]
        assert (len(happened.first_changes), len(happened.other_changes)) == (8, 22)

    def test_a_long_text_opens(self) -> None:
        text = self.change("values.blurb.en_US.shop", None, "warm " * 100).after
        assert text.start.endswith("…")
        assert len(text.start) < 240

    @pytest.mark.parametrize("data", ["", "[]", "{}", '{"changes": [1, {"path": 3}]}'])
    def test_data_of_another_shape_breaks_no_page(self, data: str) -> None:
        assert changes.history([Event(data)], LOOKED)[0].changes == ()


class TestNames:
    @pytest.mark.parametrize(
        ("code", "name"),
        [("en_US", "English (US)"), ("sr_Cyrl_RS", "Serbian (Cyrl, RS)"), ("fr", "French"), ("xx_YY", "xx_YY")],
    )
    def test_locales_are_called_by_language_and_country(self, code: str, name: str) -> None:
        assert names.locale_name(code) == name

    @pytest.mark.parametrize(("octets", "words"), [(7, "7 B"), (48_211, "48 kB"), (2_300_000, "2 MB")])
    def test_sizes_are_rounded(self, octets: int, words: str) -> None:
        assert language.size(octets) == words


class TestForms:
    @pytest.mark.parametrize(
        ("params", "usual", "found"),
        [
            ({}, ("", ""), ("print", "en_US")),
            ({"channel": "SHOP", "locale": "EN_us"}, ("", ""), ("shop", "en_US")),
            ({"channel": "shop"}, ("", ""), ("shop", "de_DE")),
            ({"channel": "shop"}, ("print", "en_US"), ("shop", "en_US")),
            ({"channel": "shop", "locale": "fr_FR"}, ("", ""), ("shop", "de_DE")),
            ({"channel": "gone", "locale": "gone"}, ("shop", "gone"), ("shop", "de_DE")),
        ],
    )
    def test_the_context_falls_back_to_what_there_is(
        self, params: dict[str, str], usual: tuple[str, str], found: tuple[str, str]
    ) -> None:
        context = read_context(params, STRUCTURE, usual=usual)
        assert (context.channel.code, context.locale) == found

    def test_the_grid_reads_what_it_knows_and_leaves_the_rest(self) -> None:
        query = read_grid({"search": " orb\x00it ", "family": "LAMPS", "after": "a", "before": "b"}, STRUCTURE)
        assert (query.search, query.family, query.after, query.before) == ("orbit", "lamps", "a", None)
        assert read_grid({"family": "gone", "before": "b"}, STRUCTURE).before == "b"
        assert not read_grid({"family": "gone"}, STRUCTURE).narrowed

    def test_a_pasted_page_is_cut(self) -> None:
        assert len(read_grid({"search": "x" * 10_000}, STRUCTURE).search) == 255
