"""What all forms of Settings share: saving under the lock, texts per locale, and choosing attributes."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client

from limen.kit.errors import Invalid, Misshaped, Violation
from limen.structure import queries
from limen.structure.forms.labels import LocaleTexts
from limen.structure.forms.version import VERSION, version_field, version_of
from limen.structure.rules import Structure
from limen.structure.views.saving import differences, save
from tests.factories.accounts import sign_in
from tests.factories.structure import make_attribute

pytestmark = pytest.mark.usefixtures("tea")


class NameForm(forms.Form):
    order = forms.IntegerField(label="Order")
    version = version_field()

    def __init__(self, data: Any, structure: Structure) -> None:
        name = structure.attributes["name"]
        super().__init__(data, initial={"order": name.sort_order, VERSION: version_of({"order": name.sort_order})})
        self.labels = LocaleTexts(self, structure, name.labels)


def form_of(structure: Structure, data: QueryDict) -> NameForm:
    return NameForm(data, structure)


def typed(**fields: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({VERSION: version_of({"order": 0}), "order": "3", **fields})
    return data


def test_what_is_valid_is_written_and_its_outcome_given() -> None:
    saved = save(typed(), form_of, lambda form: form.cleaned_data["order"])
    assert (saved.outcome, saved.in_conflict) == (3, False)


def test_a_violation_goes_to_the_field_of_its_path_and_a_wrong_shape_to_the_form() -> None:
    def invalid(form: NameForm) -> None:
        raise Invalid([Violation("sort_order", "x", "Too much."), Violation("elsewhere", "y", "Wrong.")])

    def misshaped(form: NameForm) -> None:
        raise Misshaped("Not like this.")

    saved = save(typed(), form_of, invalid, paths={"sort_order": "order"})
    assert (saved.outcome, saved.status) == (None, 422)
    assert saved.form.errors == {"order": ["Too much."], "__all__": ["Wrong."]}
    assert save(typed(), form_of, misshaped).form.non_field_errors() == ["Not like this."]


def test_over_somebody_elses_change_nothing_is_written_until_it_is_sent_once_more() -> None:
    saved = save(typed(version="stale"), form_of, lambda form: form.cleaned_data["order"])
    assert (saved.outcome, saved.in_conflict, saved.status) == (None, True, 409)
    assert differences(saved.form) == [("Order", "0"), ("German (DE)", "Name"), ("English (US)", "Name")]
    again = typed(version=str(saved.form[VERSION].value()))
    assert save(again, form_of, lambda form: form.cleaned_data["order"]).outcome == 3


def test_texts_have_a_field_for_each_activated_locale_and_for_what_is_stored_beside() -> None:
    form = forms.Form(QueryDict("labels[de_DE]=Tee&labels[af_ZA]="))
    texts = LocaleTexts(form, queries.snapshot(), {"af_ZA": "Tee", "en_US": "Tea"})
    assert [field.name for field in texts.active] == ["labels[de_DE]", "labels[en_US]", "labels[fr_FR]"]
    assert [field.name for field in texts.others] == ["labels[af_ZA]"]
    assert form.is_valid()
    assert texts.body() == {"de_DE": "Tee", "en_US": "", "fr_FR": "", "af_ZA": ""}


def test_a_text_that_is_too_long_is_said_at_its_locale() -> None:
    form = forms.Form(QueryDict(f"labels[de_DE]={'x' * 101}"))
    LocaleTexts(form, queries.snapshot(), {})
    assert not form.is_valid()
    assert list(form.errors) == ["labels[de_DE]"]


def chosen(client: Client, query: str) -> str:
    return client.get(f"/settings/choose-attributes?name=attributes&{query}").content.decode()


def test_attributes_are_chosen_by_search_and_what_is_ticked_stays(client: Client) -> None:
    sign_in(client, "pim_enrich_family_index")
    page = chosen(client, "attributes-search=brew&attributes=organic")
    assert 'value="organic" checked' in page
    assert "steeping_time" not in page
    assert 'value="steeping_time"' in chosen(client, "attributes-search=steep")
    assert 'value="organic"' not in chosen(client, "attributes-search=organic&type=pim_catalog_text")
    assert 'value="origin"' not in chosen(client, "without=family:loose_tea")
    assert 'type="radio"' in chosen(client, "one=1")


def test_a_choice_shows_twenty_and_says_how_many_more_match(client: Client, count_queries: Any) -> None:
    sign_in(client, "pim_enrich_family_index")
    for n in range(25):
        make_attribute(f"many_{n:02}")
    page = chosen(client, "attributes-search=many")
    assert page.count('type="checkbox"') == 20
    assert "5 more match" in page
