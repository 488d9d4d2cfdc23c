"""The screens of attribute options: list, search, order, labels, pasting a list, and the end of one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.structure import operations, queries
from limen.structure.models import Option as OptionRow
from tests.factories.accounts import sign_in
from tests.factories.structure import NOW, make_attribute, make_option
from tests.structure.test_views_attributes import EDIT, INDEX, text_of, typed

pytestmark = pytest.mark.usefixtures("tea")

PATH = "/settings/attributes/origin/options"
PASTE = "/settings/attributes/origin/paste-options"


@pytest.fixture
def admin(client: Client) -> Client:
    sign_in(client)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 200
    return [row.code for row in answer.context["rows"]]


def labels_of(code: str) -> dict[str, str]:
    found = queries.option_of(queries.snapshot().attributes["origin"], code)
    assert found is not None
    return dict(found.labels)


def in_order() -> list[str]:
    return [one.code for one in queries.search_options(queries.snapshot().attributes["origin"]).rows]


class TestList:
    def test_is_in_its_order_or_by_code(self, admin: Client) -> None:
        make_option("origin", "zhejiang", sort_order=5)
        assert listed(admin) == ["zhejiang", "assam", "darjeeling"]
        assert listed(admin, "by=code") == ["assam", "darjeeling", "zhejiang"]

    @pytest.mark.parametrize(
        ("search", "codes"),
        [
            ("ASSA", ["assam"]),
            ("größe", ["large"]),
            ("GRÖẞE", ["large"]),
            ("Tasse groß", ["large"]),
            ("en_US", []),
            ("50 %", ["half"]),
            ("%", ["half"]),
            ('"half"', ["half"]),
            ("_", []),
            ("\0", ["assam", "darjeeling", "large", "half"]),
            ("nothing", []),
        ],
    )
    def test_is_searched_by_code_and_label(self, admin: Client, search: str, codes: list[str]) -> None:
        make_option("origin", "large", labels={"de_DE": "Große Tasse, Größe L", "en_US": "Large"})
        make_option("origin", "half", labels={"en_US": '50 % of "half"'})
        assert [one.code for one in admin.get(PATH, {"search": search}).context["rows"]] == codes

    @pytest.mark.parametrize("by", ["order", "code"])
    def test_is_walked_forth_and_back_page_by_page(self, admin: Client, by: str) -> None:
        # Every number twice: places are told apart by their codes.
        for n in range(120):
            make_option("origin", f"o{n:03}", sort_order=n // 2)
        pages, page = [], admin.get(PATH, {"by": by}).context["page"]
        assert page.previous is None
        while True:
            pages.append([one.code for one in page.rows])
            if page.next is None:
                break
            page = admin.get(PATH, {"by": by, "after": page.next}).context["page"]
        assert list(map(len, pages)) == [50, 50, 22]
        assert len({code for codes in pages for code in codes}) == 122
        for codes in reversed(pages[:-1]):
            page = admin.get(PATH, {"by": by, "before": page.previous}).context["page"]
            assert [one.code for one in page.rows] == codes
        assert page.previous is None

    @pytest.mark.parametrize("place", ["x", "1", "99999999999999999999:a", "-:a", "\0", "1:\0"])
    def test_a_place_that_is_none_is_the_start(self, admin: Client, place: str) -> None:
        assert admin.get(PATH, {"after": place}).status_code == 200

    def test_says_how_many_there_are_and_stops_counting_somewhere(self, admin: Client) -> None:
        assert admin.get(PATH).context["count"] == "2 options"
        attribute = queries.snapshot().attributes["origin"]
        OptionRow.objects.bulk_create(
            OptionRow(
                attribute_id=attribute.id, code=f"n{n}", folded=f"n{n}", sort_order=n, created_at=NOW, updated_at=NOW
            )
            for n in range(1001)
        )
        assert admin.get(PATH).context["count"] == "more than 1000 options"
        assert admin.get(PATH, {"search": "assam"}).context["count"] == "1 option"

    def test_takes_one_query_for_a_page_and_one_to_count(self, admin: Client, count_queries: Any) -> None:
        for n in range(60):
            make_option("origin", f"o{n:02}")
        admin.get(PATH)
        with count_queries(7):
            admin.get(PATH)

    def test_is_there_for_selects_only(self, admin: Client) -> None:
        assert admin.get("/settings/attributes/name/options").status_code == 404
        assert "/options" not in text_of(admin.get("/settings/attributes/name"))

    def test_of_who_may_only_look_has_no_buttons(self, client: Client) -> None:
        sign_in(client, INDEX)
        page = text_of(client.get(PATH))
        assert 'href="/settings/attributes/origin/options/assam"' in page
        assert "Add an option" not in page
        assert "/move" not in page
        assert client.post(PATH, {"code": "ceylon"}).status_code == 403


class TestOne:
    def test_is_added_behind_the_others_with_its_labels(self, admin: Client) -> None:
        answer = admin.post(PATH, {"code": "ceylon", "labels[en_US]": "Ceylon"})
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}#add")
        assert in_order() == ["assam", "darjeeling", "ceylon"]
        assert labels_of("ceylon") == {"en_US": "Ceylon"}

    def test_what_is_wrong_stands_at_its_field_over_the_list(self, admin: Client) -> None:
        answer = admin.post(PATH, {"code": "ASSAM", "labels[en_US]": "x" * 256})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["labels[en_US]"]
        answer = admin.post(PATH, {"code": "ASSAM"})
        assert list(answer.context["form"].errors) == ["code"]
        assert "darjeeling" in text_of(answer)

    def test_is_renamed_and_put_elsewhere(self, admin: Client) -> None:
        path = f"{PATH}/assam"
        answer = admin.post(path, typed(admin, path, sort_order="30", **{"labels[de_DE]": "Assam"}))
        assert answer["Location"] == PATH
        assert (labels_of("assam"), in_order()) == ({"de_DE": "Assam"}, ["darjeeling", "assam"])
        assert admin.post(path, typed(admin, path, sort_order="99999999999")).status_code == 422
        assert admin.get(f"{PATH}/nope").status_code == 404
        # Its page tells who did so.
        assert "julia" in text_of(admin.get(path))

    def test_over_somebody_elses_change_is_saved_at_the_second_time(self, admin: Client) -> None:
        path = f"{PATH}/assam"
        data = typed(admin, path, **{"labels[en_US]": "Mine"})
        operations.upsert_option("origin", "assam", {"labels": {"en_US": "Theirs"}}, by=SYSTEM, now=NOW)
        answer = admin.post(path, data)
        assert answer.status_code == 409
        assert ("English (US)", "Theirs") in answer.context["differences"]
        data["version"] = answer.context["form"]["version"].value()
        assert admin.post(path, data).status_code == 303
        assert labels_of("assam") == {"en_US": "Mine"}

    def test_is_deleted_after_a_question(self, admin: Client) -> None:
        path = f"{PATH}/assam/delete"
        assert "No product has it" in text_of(admin.get(path))
        assert admin.post(path)["Location"] == PATH
        assert in_order() == ["darjeeling"]


class TestOrder:
    def move(self, client: Client, code: str, direction: str) -> list[str]:
        answer = client.post(f"{PATH}/{code}/move", {"direction": direction})
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}#option-{code}")
        return in_order()

    def test_one_moves_up_and_down_and_stays_at_the_ends(self, admin: Client) -> None:
        make_option("origin", "ceylon")
        assert self.move(admin, "ceylon", "up") == ["assam", "ceylon", "darjeeling"]
        assert self.move(admin, "assam", "down") == ["ceylon", "assam", "darjeeling"]
        assert self.move(admin, "ceylon", "up") == ["ceylon", "assam", "darjeeling"]
        assert self.move(admin, "darjeeling", "down") == ["ceylon", "assam", "darjeeling"]

    def test_of_the_same_number_they_move_one_by_one_too(self, admin: Client) -> None:
        make_attribute("cup", "pim_catalog_simpleselect")
        for code in ("a", "b", "c", "d"):
            make_option("cup", code, sort_order=7)
        operations.move_option("cup", "c", up=True, by=SYSTEM, now=NOW)
        cup = queries.snapshot().attributes["cup"]
        assert [one.code for one in queries.search_options(cup).rows] == ["a", "c", "b", "d"]

    def test_history_tells_of_both(self, admin: Client) -> None:
        self.move(admin, "assam", "down")
        for code in ("assam", "darjeeling"):
            assert events.history(f"attribute_option:origin:{code}", limit=1)[0].kind == "attribute_option.updated"

    def test_is_moved_by_who_may_edit_and_leads_back_to_the_same_page(self, client: Client) -> None:
        sign_in(client, INDEX, EDIT)
        answer = client.post(f"{PATH}/assam/move", {"direction": "up", "after": "10:assam"})
        assert answer["Location"] == f"{PATH}?after=10%3Aassam#option-assam"
        assert client.post(f"{PATH}/nope/move").status_code == 404


class TestPaste:
    TEXT = 'ceylon;Ceylon;Ceylon\nassam\tAssam\n\nkenya;"Kenya; high"\n'

    def outcomes(self, client: Client, text: str, status: int = 200) -> dict[str, str]:
        answer = client.post(PASTE, {"text": text, "preview": "1"})
        assert answer.status_code == status
        return {line.code: line.outcome for line in answer.context["preview"]}

    def test_shows_first_what_would_become_of_it(self, admin: Client) -> None:
        assert self.outcomes(admin, self.TEXT) == {"ceylon": "created", "assam": "changed", "kenya": "created"}
        assert in_order() == ["assam", "darjeeling"]

    def test_then_saves_it_in_the_order_of_the_lines(self, admin: Client) -> None:
        assert admin.post(PASTE, {"text": self.TEXT, "save": "1"})["Location"] == PATH
        assert in_order() == ["assam", "darjeeling", "ceylon", "kenya"]
        assert labels_of("ceylon") == {"en_US": "Ceylon", "de_DE": "Ceylon"}
        assert (labels_of("assam"), labels_of("kenya")) == ({"en_US": "Assam"}, {"en_US": "Kenya; high"})
        assert events.history("attribute_option:origin:kenya", limit=1)[0].kind == "attribute_option.created"
        # Once more it changes nothing.
        assert set(self.outcomes(admin, self.TEXT).values()) == {"same"}

    def test_a_first_line_names_other_languages(self, admin: Client) -> None:
        admin.post(PASTE, {"text": "Code\tfr_FR\tde_de\nceylon\tCeylan\t\nkenya\t\tKenia", "save": "1"})
        assert (labels_of("ceylon"), labels_of("kenya")) == ({"fr_FR": "Ceylan"}, {"de_DE": "Kenia"})

    def test_with_a_wrong_line_nothing_is_saved_and_each_is_shown_with_its_number(self, admin: Client) -> None:
        text = f"ceylon;Ceylon\nbad code;x\n;no code\nkenya;a;b;c;d\nCEYLON;twice\ntoo_long;{'x' * 256}"
        answer = admin.post(PASTE, {"text": text, "save": "1"})
        assert answer.status_code == 422
        wrong = [(line.number, line.messages[0]) for line in answer.context["preview"] if line.outcome == "wrong"]
        assert [number for number, _ in wrong] == [2, 3, 4, 5, 6]
        assert [sentence[:20] for _, sentence in wrong] == [
            "The code may contain",
            "The code must not be",
            "There are more label",
            'The code "CEYLON" is',
            'The label for "en_US',
        ]
        assert in_order() == ["assam", "darjeeling"]
        assert "ceylon;Ceylon" in text_of(answer)

    def test_an_option_that_is_still_being_removed_is_said_at_its_line(self, admin: Client) -> None:
        operations.remove_option("origin", "assam", by=SYSTEM, now=NOW)
        assert self.outcomes(admin, "assam;Assam\nceylon") == {"assam": "wrong", "ceylon": "created"}

    def test_goes_up_to_a_thousand_lines_in_as_many_queries_as_two(self, admin: Client, count_queries: Any) -> None:
        def paste(count: int, prefix: str) -> None:
            bodies = [{"code": f"{prefix}{n}", "labels": {"en_US": "x"}} for n in range(count)]
            operations.upsert_options("origin", bodies, by=SYSTEM, now=NOW)

        paste(2, "warm")
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as few:
            paste(2, "few")
        with count_queries(len(few)):
            paste(1000, "many")
        answer = admin.post(PASTE, {"text": "\n".join(f"line{n}" for n in range(1001))})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["text"])

    @pytest.mark.parametrize("text", ["", "\n \n", "a\0b", "x" * 500_001, f"a;{'x' * 200_000}"])
    def test_what_is_no_list_is_refused(self, admin: Client, text: str) -> None:
        assert admin.post(PASTE, {"text": text, "save": "1"}).status_code == 422

    def test_is_for_who_may_edit(self, client: Client) -> None:
        sign_in(client, INDEX)
        assert client.get(PASTE).status_code == 403
