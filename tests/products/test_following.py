"""What follows from changes of the structure: completeness, values that go, values in another form."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.jobs import operations as jobs
from limen.jobs import queries as job_queries
from limen.jobs.models import DONE, FAILED, RUNNING, WAITING, Run
from limen.products import operations, queries
from limen.products.models import (
    FamilyPlan,
    ModelDocument,
    ModelTextIndex,
    ProductLink,
    ProductModel,
    TextIndex,
    UniqueValue,
)
from limen.products.operations import Line, following
from limen.products.queries.lists import product as find_product
from limen.products.queries.writing import hides_values
from limen.products.rules.rulebook import rulebook
from limen.structure import operations as structure_operations
from limen.structure import queries as structure_queries
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, make_product, value, values_of
from tests.factories.structure import change_channel, make_attribute, make_category, make_family_variant, make_option

Count = Callable[[int], AbstractContextManager[Any]]
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("lamps")


def change(resource: str, code: str, **properties: Any) -> None:
    structure_operations.upsert(resource, code, properties, by=SYSTEM, now=NOW)


def remove(resource: str, code: str) -> None:
    structure_operations.remove(resource, code, by=SYSTEM, now=NOW)


def document(uuid: str) -> dict[str, Any]:
    row = find_product(flavour="uuid", key=uuid)
    assert row is not None
    found: dict[str, Any] = orjson.loads(row.doc)
    for name in ("associations", "quantified"):
        text = getattr(row, name)
        found[name] = orjson.loads(text) if text else {}
    return found


def data(uuid: str, code: str) -> Any:
    return [one["data"] for one in document(uuid)["values"].get(code, ())]


def last_changes(uuid: str) -> list[dict[str, Any]]:
    event = events.history(f"product:{uuid}")[0]
    assert (event.kind, event.author, event.author_kind) == ("product.updated", "job", "system")
    found: list[dict[str, Any]] = orjson.loads(event.data)["changes"]
    return found


def run_of(subject: str, kind: str) -> Run:
    return Run.objects.filter(subject=subject, kind=kind).latest("id")


def ratio(uuid: str, channel: str = "webshop", locale: str = "en_GB") -> int | None:
    page = queries.grid(
        search="",
        family=None,
        channel=channel,
        locale=locale,
        after=None,
        before=None,
        limit=10,
        structure=structure_queries.snapshot(),
    )
    return next(row.completeness for row in page.rows if row.uuid == uuid)


class TestCompleteness:
    def test_it_follows_the_family_and_the_channel(self) -> None:
        uuid = make_product("a", "luminaires", {"title": value("Lamp", "en_GB")})
        plain = make_product("b")
        do_jobs()
        assert (ratio(uuid), ratio(plain)) == (50, None)
        change("family", "luminaires", attribute_requirements={"webshop": ["sku", "title"]})
        change_channel("print", locales=["en_GB", "en_US"])
        assert do_jobs() == 1
        assert (ratio(uuid), ratio(uuid, "print", "en_US"), ratio(plain)) == (100, 100, None)
        change_channel("print", locales=["en_GB"])
        assert do_jobs() == 1
        assert events.history(f"product:{uuid}")[0].kind == "product.created"

    def test_the_run_says_what_changed_who_asked_and_how_far_it_is(self) -> None:
        make_product("a", "luminaires")
        do_jobs()
        change("family", "luminaires", attribute_requirements={"webshop": ["sku", "title"]})
        (waiting,) = job_queries.unfinished("family:luminaires")
        assert (waiting.kind, waiting.state, waiting.percent, waiting.asked_by) == (
            "completeness",
            WAITING,
            0,
            SYSTEM.name,
        )
        do_jobs()
        assert job_queries.unfinished("family:luminaires") == []
        run = run_of("family:luminaires", "completeness")
        assert (run.state, run.total, run.done, run.finished_at) == (DONE, 1, 1, NOW)

    def test_a_change_of_something_else_asks_for_nothing(self) -> None:
        do_jobs()
        change("family", "luminaires", labels={"en_US": "Lamps"})
        change("attribute", "title", labels={"en_US": "Title"})
        change_channel("print", labels={"en_US": "Print"})
        assert not Run.objects.filter(state=WAITING)

    def test_what_is_asked_for_twice_is_done_once(self) -> None:
        do_jobs()
        before = Run.objects.count()
        for required in (["sku", "title"], ["sku"]):
            change("family", "luminaires", attribute_requirements={"webshop": required})
        assert Run.objects.count() == before + 1

    def test_a_change_that_is_taken_back_asks_for_nothing(self) -> None:
        do_jobs()
        before = Run.objects.count()
        with transaction.atomic():
            change("family", "luminaires", attribute_requirements={"webshop": ["sku"]})
            transaction.set_rollback(True)
        assert Run.objects.count() == before

    def test_what_nobody_asked_for_is_found_by_the_clock(self) -> None:
        uuid = make_product("a", "luminaires", {"title": value("Lamp", "en_GB")})
        do_jobs()
        change("family", "luminaires", attribute_requirements={"webshop": ["sku", "title"]})
        Run.objects.all().delete()
        operations.look_for_late(now=NOW)
        assert run_of("structure:families", "completeness").state == WAITING
        assert do_jobs() == 1
        assert ratio(uuid) == 100

    def test_nothing_to_look_for_costs_three_queries(self, count_queries: Count) -> None:
        make_product("a", "luminaires")
        do_jobs()
        operations.look_for_late(now=NOW)
        change("family", "luminaires", labels={"en_US": "Lamps"})
        structure_queries.snapshot()
        with count_queries(3):
            operations.look_for_late(now=NOW)

    def test_families_without_products_are_done_without_a_run(self) -> None:
        FamilyPlan.objects.all().delete()
        do_jobs()
        before = Run.objects.count()
        operations.look_for_late(now=NOW)
        assert (Run.objects.count(), FamilyPlan.objects.count()) == (before, 1)


class TestCleaning:
    def test_values_of_a_removed_attribute_go_with_history_and_search(self) -> None:
        uuid = make_product("a", values={"tagline": "Bright", "batch_code": "x1", "finish": "white"})
        other = make_product("b", values={"finish": "white"})
        attribute_id = structure_queries.snapshot().attributes["batch_code"].id
        remove("attribute", "tagline")
        remove("attribute", "batch_code")
        do_jobs(LATER)
        assert document(uuid)["values"].keys() == {"sku", "finish"}
        assert document(uuid)["updated"].startswith("2026-03-03")
        assert document(other)["updated"].startswith("2026-03-02")
        assert last_changes(uuid) == [{"path": "values.batch_code", "before": "x1", "after": None}]
        assert not UniqueValue.objects.filter(attribute_id=attribute_id)
        assert not TextIndex.objects.filter(value__in=["bright", "x1"])
        assert events.history(f"product:{other}")[0].kind == "product.created"

    def test_documents_are_passed_on_as_they_are_again_when_they_are_clean(self) -> None:
        make_product("a", values={"tagline": "Bright"})
        remove("attribute", "tagline")
        assert hides_values(rulebook(structure_queries.snapshot()))
        do_jobs()
        assert not hides_values(rulebook(structure_queries.snapshot()))

    def test_the_code_is_free_and_the_values_do_not_come_back(self) -> None:
        uuid = make_product("a", values={"tagline": "Bright"})
        remove("attribute", "tagline")
        do_jobs()
        make_attribute("tagline")
        assert data(uuid, "tagline") == []
        assert structure_queries.removals_under_way() == ()

    def test_a_removed_option_goes_from_selects_and_completeness_follows(self) -> None:
        change("family", "luminaires", attribute_requirements={"webshop": ["sku", "finish"]})
        one = make_product("a", "luminaires", {"finish": "Brass", "materials": ["steel", "oak"]})
        two = make_product("b", "luminaires", {"materials": ["oak"]})
        do_jobs()
        assert ratio(one) == 100
        for attribute, code in (("finish", "brass"), ("materials", "oak")):
            structure_operations.remove_option(attribute, code, by=SYSTEM, now=NOW)
        do_jobs(LATER)
        assert (data(one, "finish"), data(one, "materials"), data(two, "materials")) == ([], [["steel"]], [])
        assert ratio(one) == 50
        assert last_changes(two) == [{"path": "values.materials", "before": ["oak"], "after": None}]
        assert make_option("finish", "brass") == "brass"

    def test_a_removed_channel_takes_its_values_along_and_leaves_the_others(self) -> None:
        uuid = make_product(
            "a",
            "luminaires",
            {"blurb": [*value("Web", "en_GB", "webshop"), *value("Paper", "en_GB", "print")], "tagline": "print"},
        )
        remove("channel", "print")
        do_jobs(LATER)
        assert (data(uuid, "blurb"), data(uuid, "tagline")) == (["Web"], ["print"])
        assert [one["path"] for one in last_changes(uuid)] == ["values.blurb.en_GB.print"]

    def test_a_removed_branch_of_categories_goes_from_products(self) -> None:
        uuid = make_product("a", categories=["shop", "lamps", "floor_lamps"])
        remove("category", "lamps")
        do_jobs(LATER)
        assert document(uuid)["categories"] == ["shop"]
        assert last_changes(uuid)[0]["path"] == "categories"
        make_category("lamps", "shop")

    def test_removed_groups_and_association_types_go_with_their_links(self) -> None:
        target = make_product("target")
        uuid = make_product(
            "a",
            groups=["clearance", "spring_push"],
            associations={
                "COMPATIBLE": {"products": ["target"]},
                "UPSELL": {"groups": ["clearance", "spring_push"]},
            },
            quantified_associations={"BUNDLE": {"products": [{"identifier": "target", "quantity": 2}]}},
        )
        linking = make_product("b", associations={"UPSELL": {"groups": ["clearance"]}})
        for resource, code in (
            ("group", "clearance"),
            ("association_type", "COMPATIBLE"),
            ("association_type", "BUNDLE"),
        ):
            remove(resource, code)
        do_jobs(LATER)
        found = document(uuid)
        assert (found["groups"], found["associations"]) == (["spring_push"], {"UPSELL": {"groups": ["spring_push"]}})
        assert (found["quantified"], document(target)["associations"]) == ({}, {})
        assert document(linking)["associations"] == {}
        assert not ProductLink.objects.exists()

    def test_a_removal_of_an_earlier_version_is_found_by_the_clock(self) -> None:
        uuid = make_product("a", values={"tagline": "Bright"})
        remove("attribute", "tagline")
        Run.objects.all().delete()
        operations.look_for_late(now=NOW)
        do_jobs()
        assert data(uuid, "tagline") == []


class TestRewriting:
    def test_numbers_follow_the_decimals_of_their_attribute(self) -> None:
        uuid = make_product(
            "a",
            values={
                "lumens": 800,
                "beam_angle": "12.0",
                "temp_offset": "1.5",
                "list_price": [{"amount": "10", "currency": "EUR"}],
            },
        )
        change("attribute", "lumens", decimals_allowed=True)
        for code in ("beam_angle", "temp_offset", "list_price"):
            change("attribute", code, decimals_allowed=False)
        do_jobs(LATER)
        assert (data(uuid, "lumens"), data(uuid, "beam_angle")) == (["800.0000"], [12])
        # An amount is never lost: it stays as it was entered.
        assert data(uuid, "temp_offset") == ["1.5000"]
        assert data(uuid, "list_price") == [[{"amount": 10, "currency": "EUR"}]]
        assert document(uuid)["updated"].startswith("2026-03-02")
        assert events.history(f"product:{uuid}")[0].kind == "product.created"

    def test_amounts_follow_the_symbol_of_their_unit(self) -> None:
        uuid = make_product("a", values={"net_weight": {"amount": "2", "unit": "KILOGRAM"}})
        body = {"code": "Weight", "units": {"KILOGRAM": {"code": "KILOGRAM", "symbol": "kilo"}}}
        structure_operations.upsert_measurement_family(body, by=SYSTEM, now=NOW)
        do_jobs()
        assert data(uuid, "net_weight") == [{"amount": "2.0000", "unit": "KILOGRAM", "symbol": "kilo"}]


class TestAroundTheWork:
    def begin(self, monkeypatch: pytest.MonkeyPatch, number: int = 5) -> list[str]:
        """Products with a value of an attribute that is removed, two of them to a portion, a portion to a turn."""
        uuids = [make_product(f"p{place}", values={"tagline": f"t{place}"}) for place in range(number)]
        do_jobs()
        monkeypatch.setattr(following, "PORTION", 2)
        monkeypatch.setattr(following, "SLICE", 0.0)
        remove("attribute", "tagline")
        return uuids

    def go_on(self, run: Run, now: Any = NOW) -> None:
        operations.follow_structure(run=run.id, clock=lambda: now)
        run.refresh_from_db()

    def test_it_goes_portion_by_portion_and_lets_others_have_their_turn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        uuids = self.begin(monkeypatch)
        run = run_of("attribute:tagline", "cleaning")
        seen = []
        while run.state != DONE:
            self.go_on(run)
            seen.append((run.done, run.total, len([uuid for uuid in uuids if data(uuid, "tagline")])))
        assert seen == [(2, 5, 3), (4, 5, 1), (5, 5, 0), (5, 5, 0)]

    def test_it_goes_on_after_a_kill_and_nobody_takes_it_up_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begin(monkeypatch)
        run = run_of("attribute:tagline", "cleaning")
        self.go_on(run)
        # The worker took it up once more and was killed: its last sign of life stays.
        Run.objects.filter(id=run.id).update(touched_at=NOW)
        self.go_on(run, NOW + jobs.SILENCE / 2)
        assert run.done == 2
        Run.objects.exclude(id=run.id).delete()
        empty_queue()
        assert jobs.wake(now=NOW + jobs.SILENCE / 2) == 0
        assert jobs.wake(now=NOW + 2 * jobs.SILENCE) == 1
        self.go_on(run, NOW + 2 * jobs.SILENCE)
        assert run.done == 4

    def test_what_is_cut_off_within_a_portion_leaves_nothing_half_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        uuids = self.begin(monkeypatch)
        run = run_of("attribute:tagline", "cleaning")

        def cut(*args: Any, **rest: Any) -> None:
            raise OperationalError("the connection is lost")

        with monkeypatch.context() as patched:
            patched.setattr(following.events, "record_many", cut)
            with pytest.raises(OperationalError):
                self.go_on(run)
        run.refresh_from_db()
        assert (run.state, run.done, len([uuid for uuid in uuids if data(uuid, "tagline")])) == (RUNNING, 0, 5)
        do_jobs(NOW + 2 * jobs.SILENCE)
        assert not [uuid for uuid in uuids if data(uuid, "tagline")]

    def test_what_cannot_go_on_says_so_and_can_be_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        uuids = self.begin(monkeypatch)
        run = run_of("attribute:tagline", "cleaning")

        def break_down(*args: Any, **rest: Any) -> None:
            raise LookupError("a bug")

        with monkeypatch.context() as patched:
            patched.setattr(following.store, "rewrite_documents", break_down)
            self.go_on(run)
        assert (run.state, bool(run.error), run.finished_at) == (FAILED, True, NOW)
        operations.look_for_late(now=NOW)
        assert not Run.objects.filter(state=WAITING, kind="cleaning")
        assert jobs.try_again(run.id) and not jobs.try_again(run.id)
        do_jobs()
        assert not [uuid for uuid in uuids if data(uuid, "tagline")]

    def test_doing_it_twice_changes_nothing_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (uuid,) = self.begin(monkeypatch, 1)
        run = run_of("attribute:tagline", "cleaning")
        self.go_on(run)
        Run.objects.filter(id=run.id).update(state=WAITING, position=0, done=0, touched_at=None)
        do_jobs()
        assert len(events.history(f"product:{uuid}")) == 2

    def test_a_portion_costs_as_many_statements_whatever_is_in_it(self) -> None:
        counts = []
        for code in ("first", "second", "third"):
            make_attribute(code)
        # The first one reads what later ones remember.
        for number, code in ((1, "first"), (2, "second"), (20, "third")):
            for place in range(number):
                make_product(f"n{number}-{place}", values={code: f"{number}-{place}"})
            do_jobs()
            remove("attribute", code)
            run = run_of(f"attribute:{code}", "cleaning")
            with CaptureQueriesContext(connection) as captured:
                self.go_on(run)
            counts.append(len(captured))
        assert counts[1] == counts[2]

    def test_old_runs_are_forgotten(self) -> None:
        make_product("a", "luminaires")
        do_jobs()
        assert jobs.forget(before=NOW) == 0
        assert jobs.forget(before=NOW + timedelta(days=1)) > 0


def empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


class TestModels:
    """A lamp in two finishes: title, prices and blurb on the model, the finish and the tagline on its variants."""

    @pytest.fixture
    def variant(self) -> str:
        change(
            "family", "luminaires", attribute_requirements={"webshop": ["sku", "title", "tagline"], "print": ["sku"]}
        )
        make_family_variant("luminaires", "by_finish", (["finish"], ["tagline", "sku"]))
        body = {
            "code": "arc",
            "family_variant": "by_finish",
            "categories": ["shop", "lamps"],
            "values": values_of({"title": value("Arc", "en_GB"), "blurb": value("Paper", "en_GB", "print")}),
            "associations": {"UPSELL": {"groups": ["clearance"]}},
        }
        (result,) = operations.upsert_models([Line(body, "arc")], by=SYSTEM, now=NOW)
        assert result.outcome == 201
        uuid = make_product(
            "arc_brass",
            "luminaires",
            {"finish": "Brass", "tagline": "Warm"},
            parent="arc",
            categories=["floor_lamps"],
            associations={"UPSELL": {"groups": ["spring_push"]}},
        )
        do_jobs()
        return uuid

    def model(self) -> dict[str, Any]:
        row = ModelDocument.objects.get(model__code="arc")
        found: dict[str, Any] = orjson.loads(row.doc)
        return {**found, "associations": orjson.loads(row.associations) if row.associations else {}}

    def test_what_a_model_has_goes_from_it_and_from_its_variants(self, variant: str) -> None:
        assert data(variant, "title") == ["Arc"]
        assert ratio(variant) == 100
        remove("channel", "print")
        do_jobs(LATER)
        assert "blurb" not in self.model()["values"] and data(variant, "blurb") == []
        assert not ModelTextIndex.objects.filter(value__contains="paper")
        event = events.history("product_model:arc")[0]
        assert (event.kind, event.author) == ("product_model.updated", "job")
        assert last_changes(variant)[0]["path"] == "values.blurb.en_GB.print"
        assert ProductModel.objects.get(code="arc").updated == LATER

    def test_categories_and_groups_go_from_what_is_own_and_what_is_inherited(self, variant: str) -> None:
        remove("category", "lamps")
        remove("group", "clearance")
        remove("group", "spring_push")
        do_jobs(LATER)
        assert (self.model()["categories"], self.model()["associations"]) == (["shop"], {})
        found = document(variant)
        assert (found["categories"], found["associations"]) == (["shop"], {})
        # A change of the model afterwards brings nothing of it back.
        body = {"code": "arc", "categories": ["shop"]}
        operations.upsert_models([Line(body, "arc")], by=SYSTEM, now=LATER)
        assert document(variant)["categories"] == ["shop"]

    def test_an_attribute_of_the_variants_level_goes_and_completeness_follows(self, variant: str) -> None:
        remove("attribute", "tagline")
        do_jobs(LATER)
        assert data(variant, "tagline") == []
        assert structure_queries.snapshot().families["luminaires"].requirements["webshop"] == {"sku", "title"}
        assert ratio(variant) == 100
