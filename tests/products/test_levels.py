"""What happens to values when an attribute moves to another level of a family variant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.jobs import queries as job_queries
from limen.jobs.models import DONE, RUNNING, WAITING, Run
from limen.jobs.operations import SILENCE
from limen.kit import db
from limen.products import operations, queries
from limen.products.operations import following
from limen.structure import operations as structure
from limen.structure import queries as structure_queries
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, change_product, make_product
from tests.factories.structure import make_option
from tests.products.catalogue import FAMILY
from tests.products.trees import TWO_LEVELS, make_model, make_tree, make_variants, put, set_levels

LATER = NOW + timedelta(days=1)
VARIANT = "family_variant:lum_finish_size"


@pytest.fixture
def u2(lamps: None) -> str:
    make_variants()
    return make_tree()


def document(key: str) -> dict[str, Any]:
    row = queries.product(flavour="model", key=key) or queries.product(flavour="identifier", key=key)
    assert row is not None
    found: dict[str, Any] = orjson.loads(row.doc)
    return found


def values(key: str) -> dict[str, Any]:
    return {code: entries[0]["data"] for code, entries in document(key)["values"].items()}


def test_to_a_lower_level_what_is_below_keeps_the_value_as_its_own(u2: str) -> None:
    first, second = TWO_LEVELS
    set_levels(first, {**second, "attributes": [*second["attributes"], "title"]})
    title = [{"locale": "en_GB", "scope": None, "data": "New"}]
    # It is no longer the root's to change.
    make_model("orbit", {"title": title, "dimmable": True})
    assert (values("orbit-brass-s")["title"], values("orbit-brass-s")["dimmable"]) == ("Orbit lamp", True)
    change_product(u2, values={"title": title})
    assert values("orbit-brass-s")["title"] == "New"


def test_to_a_higher_level_the_values_below_count_no_more(u2: str) -> None:
    change_product(u2, values={"lumens": 7})
    first, second = TWO_LEVELS
    set_levels({**first, "attributes": [*first["attributes"], "lumens"]},
               {**second, "attributes": [code for code in second["attributes"] if code != "lumens"]})  # fmt: skip
    make_model("orbit_brass", {"lumens": 9})
    assert values("orbit-brass-s")["lumens"] == 9


TREE = ("orbit", "orbit_brass", "orbit-brass-s")


def values_in_tree(attribute: str) -> list[Any]:
    """Of the root, the sub model and the variant, None for no value."""
    return [values(key).get(attribute) for key in TREE]


def indexed(attribute: str) -> list[str]:
    """Whom the index has for an attribute, in the order of the tree."""
    id = structure_queries.snapshot().attributes[attribute].id
    found = db.fetch(
        "SELECT m.code FROM product_model_idx_num x JOIN product_model m ON m.id = x.model_id"
        " JOIN product_search_key k ON k.id = x.key WHERE k.attribute_id = %b"
        " UNION ALL SELECT p.identifier FROM product_idx_num x JOIN product p ON p.id = x.product_id"
        " JOIN product_search_key k ON k.id = x.key WHERE k.attribute_id = %b",
        [id, id],
    )
    return sorted((name for (name,) in found), key=TREE.index)


def ratio(uuid: str) -> int | None:
    page = queries.grid(
        search="",
        family=None,
        channel="webshop",
        locale="en_GB",
        after=None,
        before=None,
        limit=10,
        structure=structure_queries.snapshot(),
    )
    return next(row.completeness for row in page.rows if row.uuid == uuid)


class TestTheRunAfterAMove:
    @pytest.mark.parametrize(
        ("source", "target", "left"),
        [
            # What is below keeps the value of its model as its own.
            (0, 1, [None, 5, 5]),
            (0, 2, [None, None, 5]),
            (1, 2, [None, None, 5]),
            # What is below loses its own, and the model has none.
            (1, 0, [None, None, None]),
            (2, 0, [None, None, None]),
            (2, 1, [None, None, None]),
        ],
    )
    def test_values_stand_where_their_attribute_does(
        self, u2: str, source: int, target: int, left: list[int | None]
    ) -> None:
        put("lumens", source)
        do_jobs()
        for level, key in enumerate(TREE):
            if level == source:
                change_product(u2, values={"lumens": 5}) if level == 2 else make_model(key, {"lumens": 5})
        before = values_in_tree("lumens")
        put("lumens", target)
        # Until the run has come to them, all show what they had.
        assert values_in_tree("lumens") == before
        do_jobs(LATER)
        assert values_in_tree("lumens") == left
        assert indexed("lumens") == [key for key, value in zip(TREE, left, strict=True) if value is not None]
        # What lost its value has changed, and nothing else.
        for key, was, held in zip(TREE, before, left, strict=True):
            subject = f"product:{u2}" if key == TREE[2] else f"product_model:{key}"
            last = events.history(subject)[0]
            if was == held:
                assert last.author != "job" and document(key)["updated"].startswith("2026-03-02")
                continue
            assert (last.author, last.author_kind, last.kind) == ("job", "system", f"{subject.split(':')[0]}.updated")
            assert orjson.loads(last.data)["changes"] == [{"path": "values.lumens", "before": 5, "after": None}]
            assert document(key)["updated"].startswith("2026-03-03")
        # Nothing is stored that a later change of a model could bring back, or take away.
        make_model("orbit", {"dimmable": True})
        make_model("orbit_brass", {"tagline": "Bright"})
        assert values_in_tree("lumens") == left

    def test_a_value_that_the_model_got_meanwhile_is_what_all_below_have(self, u2: str) -> None:
        change_product(u2, values={"lumens": 7})
        put("lumens", 0)
        make_model("orbit", {"lumens": 9})
        do_jobs()
        assert values_in_tree("lumens") == [9, 9, 9]

    def test_what_is_made_meanwhile_has_nothing_from_the_old_level(self, u2: str) -> None:
        put("lumens", 0)
        do_jobs()
        make_model("orbit", {"lumens": 5})
        put("lumens", 1)
        make_model("orbit_white", {"finish": "white"}, parent="orbit")
        make_product("orbit-white-s", "luminaires", {"bulb_size": "s"}, parent="orbit_white")
        assert "lumens" not in values("orbit_white")
        do_jobs()
        assert values_in_tree("lumens") == [None, 5, 5]
        assert "lumens" not in values("orbit-white-s")

    def test_taken_back_before_it_began_nothing_is_lost(self, u2: str) -> None:
        change_product(u2, values={"lumens": 7})
        put("lumens", 0)
        put("lumens", 2)
        do_jobs()
        assert values_in_tree("lumens") == [None, None, 7]
        assert events.history(f"product:{u2}")[0].author != "job"

    def test_completeness_and_quality_follow(self, u2: str) -> None:
        requirements = {"attribute_requirements": {"webshop": ["sku", "lumens"]}}
        structure.upsert("family", "luminaires", requirements, by=SYSTEM, now=NOW)
        change_product(u2, values={"lumens": 7})
        do_jobs()
        assert ratio(u2) == 100
        put("lumens", 0)
        do_jobs()
        assert ratio(u2) == 50

    def test_a_file_that_a_model_has_is_passed_on_and_found(self, u2: str) -> None:
        put("title", 1)
        do_jobs()
        title = [{"locale": "en_GB", "scope": None, "data": "Brass lamp"}]
        make_model("orbit_brass", {"title": title})
        put("title", 0)
        do_jobs()
        assert values_in_tree("title") == [None, None, None]
        make_model("orbit", {"title": title})
        assert values_in_tree("title") == ["Brass lamp"] * 3

    def test_a_change_that_moves_nothing_asks_for_nothing(self, u2: str) -> None:
        do_jobs()
        first, second = TWO_LEVELS
        set_levels({**first, "attributes": first["attributes"][::-1]}, second)
        body = {"labels": {"en_US": "By finish and size"}}
        structure.upsert_family_variant("luminaires", "lum_finish_size", body, by=SYSTEM, now=NOW)
        assert not Run.objects.filter(state=WAITING)

    def test_an_attribute_that_leaves_the_family_comes_back_as_common(self, u2: str) -> None:
        change_product(u2, values={"lumens": 7})
        members = [*FAMILY["attributes"], "bulb_size"]
        less = {"attributes": [code for code in members if code != "lumens"]}
        structure.upsert("family", "luminaires", less, by=SYSTEM, now=NOW)
        do_jobs()
        make_model("orbit", {"dimmable": True})
        # The value is kept: it is only no part of the family.
        assert values_in_tree("lumens") == [None, None, 7]
        structure.upsert("family", "luminaires", {"attributes": members}, by=SYSTEM, now=NOW)
        do_jobs()
        assert values_in_tree("lumens") == [None, None, None]

    def test_it_is_seen_while_it_lasts(self, u2: str) -> None:
        put("lumens", 0)
        (run,) = job_queries.unfinished(VARIANT)
        assert (run.kind, run.state, run.asked_by) == ("settling", WAITING, SYSTEM.name)
        do_jobs()
        assert job_queries.unfinished(VARIANT) == []
        # Two models and one product of the family variant; the other tree has its own.
        assert Run.objects.get(id=run.id).done == 3


class TestARunThatIsKilled:
    def begin(self, monkeypatch: pytest.MonkeyPatch, attribute_at: int) -> None:
        """Five variants below two sub models, two of them to a portion, a portion to a turn."""
        make_option("bulb_size", "xl")
        make_model("orbit_white", {"finish": "white"}, parent="orbit")
        for parent in ("orbit_brass", "orbit_white"):
            for size in ("m", "xl"):
                make_product(f"{parent}-{size}", "luminaires", {"bulb_size": size}, parent=parent)
        put("lumens", attribute_at)
        do_jobs()
        monkeypatch.setattr(following, "PORTION", 2)
        monkeypatch.setattr(following, "SLICE", 0.0)

    def go_on(self, now: Any) -> Run:
        run = Run.objects.filter(subject=VARIANT).latest("id")
        operations.follow_structure(run=run.id, clock=lambda: now)
        run.refresh_from_db()
        return run

    @pytest.mark.parametrize(("source", "target", "left"), [(0, 2, 5), (2, 0, None)])
    def test_it_goes_on_where_it_stopped(
        self, u2: str, monkeypatch: pytest.MonkeyPatch, source: int, target: int, left: int | None
    ) -> None:
        self.begin(monkeypatch, source)
        children = ["orbit-brass-s", "orbit_brass-m", "orbit_brass-xl", "orbit_white-m", "orbit_white-xl"]
        if source == 0:
            make_model("orbit", {"lumens": 5})
        else:
            for child in children:
                operations.upsert_products(
                    [operations.Line({"values": {"lumens": [{"locale": None, "scope": None, "data": 5}]}}, child)],
                    flavour="identifier",
                    by=SYSTEM,
                    now=NOW,
                )
        put("lumens", target)
        moments = [NOW]
        run = self.go_on(NOW)
        assert (run.state, run.done) == (RUNNING, 2)
        while run.state != DONE:
            # Its worker was killed: the last sign of life stays, and nobody takes it up for a while.
            Run.objects.filter(id=run.id).update(touched_at=moments[-1])
            assert self.go_on(moments[-1]).done == run.done
            moments.append(moments[-1] + 2 * SILENCE)
            # Somebody writes in between.
            make_model("orbit", {"dimmable": len(moments) % 2 == 0})
            run = self.go_on(moments[-1])
        assert (run.done, run.total) == (8, 8)
        assert [values(child).get("lumens") for child in children] == [left] * 5
        assert [values(model).get("lumens") for model in ("orbit", "orbit_brass", "orbit_white")] == [None] * 3
        # Each of those that lost it says so once.
        for child in children:
            row = queries.product(flavour="identifier", key=child)
            assert row is not None
            told = [one for one in events.history(f"product:{row.uuid}") if one.author == "job"]
            assert len(told) == (0 if left else 1)
