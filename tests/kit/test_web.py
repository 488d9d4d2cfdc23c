"""The components, each rendered as a page does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.urls import path

from limen.kit import clock
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Violation
from limen.kit.web import views
from limen.kit.web.components import SCRIPTS, STYLESHEETS
from limen.kit.web.forms import ChoiceCards, show_violations
from limen.kit.web.shell import Entry


def stub(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", stub, name="home"),
    path("things", stub, name="things"),
    path("things/<int:id>", stub, name="thing"),
]

pytestmark = pytest.mark.urls(__name__)


def render(source: str, at: str = "/", **context: Any) -> str:
    request = RequestFactory().get(at)
    return Template(source).render(Context({"request": request, **context})).strip()


class ThingForm(forms.Form):
    label = forms.CharField(help_text="What people call it.")
    kind = forms.ChoiceField(
        choices=[("in", "Source"), ("out", "Destination")],
        widget=ChoiceCards(sentences={"in": "Pushes data."}, tones={"in": "flow-source"}),
    )
    tracked = forms.BooleanField(label="Track it", required=False)


class TestField:
    def test_ties_label_hint_and_control_together(self) -> None:
        page = render("{% field form.label %}", form=ThingForm())
        assert '<label for="id_label">Label</label>' in page
        assert 'class="input"' in page
        assert 'aria-describedby="id_label_helptext"' in page
        assert '<span class="hint" id="id_label_helptext">What people call it.</span>' in page
        assert "aria-invalid" not in page

    def test_shows_its_error_and_says_so_to_screen_readers(self) -> None:
        page = render("{% field form.label %}", form=ThingForm({"label": ""}))
        assert 'aria-invalid="true"' in page
        assert 'aria-describedby="id_label_helptext id_label_error"' in page
        assert '<div class="error" id="id_label_error"><p>This field is required.</p></div>' in page

    def test_takes_another_hint_and_label(self) -> None:
        page = render("{% field form.label hint='Never changes.' label='Name' mono=True %}", form=ThingForm())
        assert ">Name</label>" in page
        assert "Never changes." in page
        assert 'class="input mono"' in page

    def test_escapes_what_was_typed(self) -> None:
        assert "<b>" not in render("{% field form.label %}", form=ThingForm({"label": '"><b>'}))

    def test_has_the_label_of_a_checkbox_beside_it(self) -> None:
        page = render("{% field form.tracked %}", form=ThingForm())
        assert '<label class="check" for="id_tracked"><input type="checkbox"' in page
        assert "<span>Track it</span>" in page

    def test_shows_choices_as_cards_with_their_sentences(self) -> None:
        page = render("{% field form.kind %}", form=ThingForm({"kind": "in"}))
        assert "<fieldset" in page
        assert "<legend>Kind</legend>" in page
        assert '<label class="flow-source" for="id_kind_0">' in page
        assert "<b>Source</b></span><small>Pushes data.</small>" in page
        assert page.count("checked") == 1


class TestShowViolations:
    def test_puts_each_at_its_field_or_at_the_form(self) -> None:
        form = ThingForm({"label": "x", "kind": "in"})
        assert form.is_valid()
        show_violations(
            form,
            Invalid(
                [
                    Violation("label", "label.short", "Too short."),
                    Violation("", "limit", "Too many."),
                    Violation("elsewhere", "lost", "No such field."),
                ]
            ),
        )
        assert form.errors["label"] == ["Too short."]
        assert form.non_field_errors() == ["Too many.", "No such field."]
        assert render("{% form_errors form %}", form=form).count("<p>") == 2

    def test_a_form_without_errors_shows_nothing(self) -> None:
        assert "notice" not in render("{% form_errors form %}", form=ThingForm())


class TestLeaves:
    @pytest.mark.parametrize(
        ("percent", "tone", "width"),
        [(0, "none", 0), (39, "none", 39), (40, "low", 40), (99, "low", 99), (100, "", 100)],
    )
    def test_a_meter_is_drawn_without_a_style(self, percent: int, tone: str, width: int) -> None:
        page = render("{% meter percent %}", percent=percent)
        assert f'<span class="meter {tone}">' in page
        assert f'<rect class="fill" width="{width}"' in page
        assert f"{percent} %" in page
        assert "style=" not in page

    def test_a_meter_of_nothing_is_a_dash(self) -> None:
        assert ">–</span>" in render("{% meter None %}")

    def test_a_badge_escapes_its_word(self) -> None:
        assert render("{% badge '<i>' tone='ok' dot=True %}") == (
            '<span class="badge ok"><span class="dot ok"></span><i></span>'
        )
        assert "&lt;i&gt;" in render("{% badge word %}", word="<i>")

    def test_a_copy_button_names_what_it_copies(self) -> None:
        page = render("{% copy_button '#secret' name='Secret' %}")
        assert 'data-copy="#secret"' in page
        assert 'data-copied="Secret copied"' in page
        assert 'aria-label="Copy Secret"' in page

    def test_a_pager_keeps_the_filters(self) -> None:
        page = render("{% pager next='n&1' previous='p' %}", at="/things?search=a+b&after=old")
        assert 'href="?search=a+b&amp;after=n%261"' in page
        assert 'href="?search=a+b&amp;before=p"' in page

    def test_a_pager_at_the_ends_has_no_dead_buttons(self) -> None:
        assert "<a" not in render("{% pager next=None previous=None note='3 products' %}")

    @pytest.mark.parametrize(
        ("age", "words"),
        [
            (timedelta(seconds=5), "just now"),
            (timedelta(seconds=-5), "just now"),
            (timedelta(minutes=1), "1 minute ago"),
            (timedelta(minutes=59), "59 minutes ago"),
            (timedelta(hours=2), "2 hours ago"),
        ],
    )
    def test_a_time_in_words(self, age: timedelta, words: str) -> None:
        page = render("{% ago moment %}", moment=clock.now() - age)
        assert f">{words}</time>" in page
        assert "title=" in page

    def test_a_time_long_ago_is_a_date_and_none_is_never(self) -> None:
        assert "ago<" not in render("{% ago moment %}", moment=clock.now() - timedelta(days=3))
        assert render("{% ago None %}") == "never"
        assert render("{% ago None never='not yet' %}") == "not yet"


class TestWrappers:
    def test_a_card_has_its_title_and_what_is_inside(self) -> None:
        page = render("{% card title=title id='x' %}<p>{{ inside }}</p>{% endcard %}", title="A & B", inside="<i>")
        assert '<section class="card " id="x">' in page
        assert '<h2 class="grow">A &amp; B</h2>' in page
        assert "<p>&lt;i&gt;</p>" in page

    def test_a_notice_an_empty_state_and_a_dialog(self) -> None:
        assert '<div class="notice warn"><svg' in render("{% notice tone='warn' %}Careful{% endnotice %}")
        assert "<h2>Nothing yet</h2>" in render("{% empty title='Nothing yet' %}<p>…</p>{% endempty %}")
        page = render("{% dialog id='ask' title='Sure?' %}…{% enddialog %}")
        assert '<dialog class="dialog" id="ask" aria-labelledby="ask-title">' in page

    def test_crumbs_are_a_list_of_links(self) -> None:
        page = render("{% crumbs %}{% crumb 'System' %}{% crumb 'Thing' 'thing' 7 %}{% endcrumbs %}")
        assert page.endswith('<ol><li>System</li><li><a href="/things/7">Thing</a></li></ol></nav>')


class TestPanelAndRail:
    @pytest.mark.parametrize(("at", "current"), [("/things", "page"), ("/things/7", "true"), ("/thingsandmore", "")])
    def test_a_panel_link_knows_whether_the_page_is_its_own(self, at: str, current: str) -> None:
        page = render("{% panel_link 'Things' 'things' count=3 %}", at=at)
        assert (f'aria-current="{current}"' in page) == bool(current)
        assert "<small>3</small>" in page

    def test_a_panel_link_can_leave_what_lies_below_to_others(self) -> None:
        assert "aria-current" not in render("{% panel_link 'Things' 'things' alone=True %}", at="/things/7")
        assert 'aria-current="page"' in render("{% panel_link 'Things' 'things' alone=True %}", at="/things")

    def test_a_panel_link_is_absent_without_the_permission(self) -> None:
        class Caller:
            def may(self, permission: str) -> bool:
                return permission == "yes"

        assert render("{% panel_link 'T' 'things' permission='no' %}", caller=Caller()) == ""
        assert "<a" in render("{% panel_link 'T' 'things' permission='yes' %}", caller=Caller())

    def test_the_rail_marks_the_section_of_the_page(self) -> None:
        entries = [Entry("a", "Products", "/a", "package"), Entry("b", "Connect", "/b", "door-open")]
        page = render("{% rail %}", rail=entries, section="b")
        assert '<a href="/a"><svg' in page
        assert '<a href="/b" aria-current="true"><svg' in page
        assert "Sign out" not in page


class TestPagesThatSayNo:
    @pytest.fixture
    def request_(self) -> HttpRequest:
        return RequestFactory().get("/")

    @pytest.mark.parametrize(
        ("refusal", "status"),
        [
            (NotFound("There is no such connection."), 404),
            (Forbidden("You are not allowed to see it."), 403),
            (Conflict("Somebody was quicker."), 409),
        ],
    )
    def test_a_refusal_becomes_a_page_with_its_status_and_sentence(
        self, refusal: Any, status: int, request_: HttpRequest
    ) -> None:
        answer = views.refused(request_, refusal)
        assert answer.status_code == status
        assert refusal.message in answer.content.decode()
        assert 'href="/"' in answer.content.decode()

    def test_too_many_says_when_to_come_back(self, request_: HttpRequest) -> None:
        assert views.refused(request_, TooMany("Slower.", 7))["Retry-After"] == "7"

    def test_an_error_page_carries_no_detail(self, request_: HttpRequest) -> None:
        answer = views.server_error(request_)
        assert answer.status_code == 500
        assert "Traceback" not in answer.content.decode()


def test_every_page_names_each_stylesheet_and_script_once() -> None:
    page = views.not_found(RequestFactory().get("/")).content.decode()
    assert [page.count(f"kit/css/{name}.css") for name in STYLESHEETS] == [1] * len(STYLESHEETS)
    assert [page.count(f"kit/js/{name}.js") for name in SCRIPTS] == [1] * len(SCRIPTS)
    assert '"allowEval":false' in page
    assert '"includeIndicatorStyles":false' in page


@override_settings(DEBUG=True)
def test_what_a_developer_writes_into_a_404_is_not_shown() -> None:
    from django.http import Http404

    answer = views.not_found(RequestFactory().get("/"), Http404("secret route list"))
    assert "secret" not in answer.content.decode()
