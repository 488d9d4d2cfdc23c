"""Tags of single resources, and writes bound to them (api-conventions D3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from limen.accounts.rules import SYSTEM
from limen.kit.conditions import Conditions
from limen.kit.errors import PreconditionFailed
from limen.structure import operations, queries, wire
from tests.conftest import Api
from tests.factories.structure import NOW, make_attribute
from tests.structure.answers import assert_plain
from tests.threads import at_once

PATHS = {
    "/attributes/name": {"labels": {"en_US": "A name"}},
    "/attributes/origin/options/assam": {"sort_order": 7},
    "/attribute-groups/brewing": {"sort_order": 7},
    "/families/loose_tea": {"labels": {"en_US": "Tea by the pound"}},
    "/families/loose_tea/variants/by_grade_size": {"labels": {"en_US": "By grade"}},
    "/association-types/X_SELL": {"labels": {"en_US": "Goes with"}},
    "/categories/green_tea": {"labels": {"en_US": "Green"}},
    "/channels/print": {"labels": {"en_US": "Paper"}},
}

ONLY_READ = ["/locales/en_US", "/currencies/EUR", "/measure-families/Weight"]


@pytest.mark.usefixtures("tea")
class TestReading:
    @pytest.mark.parametrize("path", [*PATHS, *ONLY_READ])
    def test_one_resource_has_a_strong_tag_and_is_not_sent_twice(self, api: Api, path: str) -> None:
        first = api.get(path)
        tag = first["ETag"]
        assert (first.status_code, tag[0], tag[-1]) == (200, '"', '"')
        again = api.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert again["Cache-Control"] == "no-cache, private"
        other = api.get(path, headers={"if-none-match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)

    @pytest.mark.parametrize("path", PATHS)
    def test_a_change_gives_another_tag_and_no_change_the_same(self, api: Api, path: str) -> None:
        before = api.get(path)["ETag"]
        assert api.patch(path, {}).status_code == 204
        assert api.get(path)["ETag"] == before
        assert api.patch(path, PATHS[path]).status_code == 204
        assert api.get(path)["ETag"] != before

    def test_what_others_contribute_to_the_print_counts_too(self, api: Api) -> None:
        make_attribute("taste", group="brewing", labels={"de_DE": "Geschmack"})
        before = api.get("/attributes/taste")["ETag"]
        api.patch("/channels/print", {"locales": ["fr_FR"]})
        assert api.get("/attributes/taste")["ETag"] != before

    def test_each_view_of_a_category_has_a_tag_of_its_own(self, api: Api) -> None:
        plain = api.get("/categories/green_tea")["ETag"]
        placed = api.get("/categories/green_tea", with_position="true")["ETag"]
        assert plain != placed
        assert (
            api.get("/categories/green_tea", with_position="true", headers={"if-none-match": plain}).status_code == 200
        )
        assert api.patch("/categories/green_tea", {}, **{"if-match": placed}).status_code == 204

    def test_a_compressed_answer_has_its_own_tag_which_writes_take(self, api: Api) -> None:
        api.patch("/categories/tea", {"labels": dict.fromkeys(LOCALES, "A long label " * 7)})
        answer = api.get("/categories/tea", headers={"accept-encoding": "gzip"})
        assert answer["ETag"].endswith('-gzip"')
        assert gzip.decompress(answer.content) == api.get("/categories/tea").content
        assert api.get("/categories/tea", headers={"if-none-match": answer["ETag"]}).status_code == 304
        assert (
            api.patch("/categories/tea", {"labels": {"en_US": "Tea"}}, **{"if-match": answer["ETag"]}).status_code
            == 204
        )

    def test_lists_have_none(self, api: Api) -> None:
        assert not api.get("/attributes").has_header("ETag")


LOCALES = ("en_US", "fr_FR", "de_DE", "es_ES", "it_IT", "nl_NL", "pl_PL", "pt_PT", "sv_SE", "da_DK", "fi_FI", "nb_NO")


@pytest.mark.usefixtures("tea")
class TestWriting:
    @pytest.mark.parametrize("path", PATHS)
    def test_case_175_a_stale_tag_is_412_and_nothing_is_changed(self, api: Api, path: str) -> None:
        stale = api.get(path)["ETag"]
        assert api.patch(path, PATHS[path]).status_code == 204
        kept = api.get(path).content
        assert_plain(api.patch(path, {"labels": {"en_US": "Late"}}, **{"if-match": stale}), 412)
        assert_plain(api.delete(path, **{"if-match": stale}), 412)
        assert api.get(path).content == kept
        fresh = api.get(path)["ETag"]
        assert api.patch(path, {"labels": {"en_US": "In time"}}, **{"if-match": f'"x", {fresh}'}).status_code == 204
        assert api.patch(path, {"labels": {"en_US": "Last writer wins"}}).status_code == 204

    @pytest.mark.parametrize(
        "path",
        ["/attributes/origin/options/assam", "/association-types/X_SELL", "/families/loose_tea/variants/by_grade_size"],
    )
    def test_a_fresh_tag_lets_it_go(self, api: Api, path: str) -> None:
        assert api.delete(path, **{"if-match": api.get(path)["ETag"]}).status_code == 204
        assert_plain(api.delete(path, **{"if-match": '"x"'}), 404)

    @pytest.mark.parametrize("path", PATHS)
    def test_what_is_not_there_has_no_state_to_change(self, api: Api, path: str) -> None:
        path = f"{path}_2"
        for header in ('"x"', "*"):
            assert_plain(api.patch(path, {}, **{"if-match": header}), 412)
        assert api.get(path).status_code == 404

    def test_if_none_match_star_creates_and_never_changes(self, api: Api) -> None:
        create = {"if-none-match": "*"}
        assert api.patch("/categories/white_tea", {"parent": "tea"}, **create).status_code == 201
        assert_plain(api.patch("/categories/white_tea", {"parent": None}, **create), 412)

    def test_a_condition_where_there_can_be_none_is_refused_and_not_passed_over(self, api: Api) -> None:
        assert_plain(api.bulk("/categories", [{"code": "white_tea"}], **{"if-match": '"x"'}), 412)
        assert_plain(api.post("/categories", {"code": "white_tea"}, **{"if-match": '"x"'}), 412)
        assert api.get("/categories/white_tea").status_code == 404

    def test_the_tag_comes_before_what_the_body_says(self, api: Api) -> None:
        assert_plain(api.patch("/categories/tea", {"nonsense": 1}, **{"if-match": '"x"'}), 412)

    def test_the_body_must_be_json_all_the_same(self, api: Api) -> None:
        assert_plain(api.patch("/categories/tea", b"{", **{"if-match": '"x"'}), 400)


@pytest.mark.django_db(transaction=True)
def test_of_writers_that_saw_the_same_state_one_wins_and_the_others_hear_of_it(installed: None) -> None:
    make_attribute("name")
    structure = queries.snapshot()
    seen = Conditions(if_match=frozenset({wire.tag(wire.attribute(structure.attributes["name"], structure))}))

    def write(number: int) -> Callable[[], Any]:
        body = {"sort_order": number}
        return lambda: operations.upsert("attribute", "name", body, by=SYSTEM, now=NOW, conditions=seen)

    results = at_once(*(write(number) for number in range(1, 6)))
    assert sorted(type(one).__name__ for one in results) == ["Outcome", *["PreconditionFailed"] * 4]
    assert all(isinstance(one, operations.Outcome | PreconditionFailed) for one in results)
