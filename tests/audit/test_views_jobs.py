"""The list of jobs, and what pages of Settings say of those about them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import EDIT_JOBS, SEE_JOBS, SYSTEM
from limen.jobs import operations as jobs
from limen.jobs.models import FAILED, RUNNING, Run
from limen.structure import operations as structure
from tests.factories.accounts import sign_in
from tests.factories.products import NOW
from tests.factories.structure import make_attribute, make_family, make_option

pytestmark = pytest.mark.usefixtures("installed")


def asked(subject: str, kind: str = "completeness", **fields: Any) -> Run:
    jobs.ask(kind, [subject], task="structure.follow", by=SYSTEM, now=NOW)
    run = Run.objects.latest("id")
    Run.objects.filter(id=run.id).update(**fields)
    return run


def text(answer: Any) -> str:
    return " ".join(re.sub("<[^>]*>", " ", answer.content.decode()).split())


class TestList:
    def test_it_tells_what_is_done_about_what_and_how_far_it_is(self, client: Client) -> None:
        sign_in(client)
        make_family("chairs")
        asked("family:chairs", state=RUNNING, total=12340, done=4936, started_at=NOW)
        page = client.get("/system/jobs")
        shown = text(page)
        assert "Completeness family chairs running" in shown and "40" in shown and "4936 of 12340" in shown
        assert 'href="/settings/families/chairs"' in page.content.decode()
        assert 'hx-trigger="every 3s"' in page.content.decode()

    def test_it_is_searched_and_narrowed_to_a_state(self, client: Client) -> None:
        sign_in(client, SEE_JOBS)
        asked("family:chairs")
        asked("attribute_option:colour:red", "cleaning", state=FAILED, error="Something broke.", finished_at=NOW)
        assert [one.subject for one in client.get("/system/jobs", {"search": "CHAIR"}).context["rows"]] == [
            "family chairs"
        ]
        (row,) = client.get("/system/jobs", {"state": "failed"}).context["rows"]
        assert (row.subject, row.kind, row.run.error) == (
            "option colour › red",
            "Removal from products",
            "Something broke.",
        )
        assert "Nothing found" in text(client.get("/system/jobs", {"search": "zzz"}))
        assert "Nothing found" in text(client.get("/system/jobs", {"search": "\0zzz"}))

    def test_it_goes_on_beyond_a_page(self, client: Client) -> None:
        sign_in(client, SEE_JOBS)
        jobs.ask("completeness", [f"family:f{n}" for n in range(60)], task="structure.follow", by=SYSTEM, now=NOW)
        page = client.get("/system/jobs")
        assert len(page.context["rows"]) == 50
        older = client.get("/system/jobs", {"after": page.context["next"]})
        assert [one.subject for one in older.context["rows"]] == [f"family f{n}" for n in range(9, -1, -1)]

    def test_without_a_worker_it_says_how_to_start_one(self, client: Client) -> None:
        sign_in(client, SEE_JOBS)
        assert "No worker is running" in text(client.get("/system/jobs"))

    def test_a_failed_one_goes_on_when_it_is_asked_to(self, client: Client) -> None:
        sign_in(client, SEE_JOBS, EDIT_JOBS)
        run = asked("family:chairs", state=FAILED, error="Something broke.", finished_at=NOW)
        assert client.post(f"/system/jobs/{run.id}/again").status_code == 303
        run.refresh_from_db()
        assert (run.state, run.error, run.finished_at) == (RUNNING, "", None)
        assert "has not failed" in text(client.post(f"/system/jobs/{run.id}/again", follow=True))

    def test_who_may_only_see_them_starts_none(self, client: Client) -> None:
        sign_in(client, SEE_JOBS)
        run = asked("family:chairs", state=FAILED, finished_at=NOW)
        assert "Go on" not in text(client.get("/system/jobs"))
        assert client.post(f"/system/jobs/{run.id}/again").status_code == 403

    def test_a_page_costs_four_queries_more(self, client: Client, count_queries: Any) -> None:
        sign_in(client, SEE_JOBS)
        for n in range(3):
            asked(f"family:f{n}")
        with count_queries(7):
            client.get("/system/jobs")


class TestOnThePageOfWhatChanged:
    def test_a_family_says_how_far_the_completeness_of_its_products_is(self, client: Client) -> None:
        sign_in(client)
        make_attribute("name")
        make_family("chairs", ["name"])
        path = "/settings/families/chairs/attributes"
        assert "being computed" not in text(client.get(path))
        structure.upsert(
            "family", "chairs", {"attribute_requirements": {"ecommerce": ["sku", "name"]}}, by=SYSTEM, now=NOW
        )
        page = client.get(path)
        assert "about to be computed" in text(page) and 'hx-select="#runs"' in page.content.decode()
        Run.objects.filter(subject="family:chairs").update(state=RUNNING, total=12340, done=4936)
        assert "Completeness of 12,340 products is being computed." in text(client.get(path))
        Run.objects.filter(subject="family:chairs").update(state=FAILED, error="It broke.")
        assert "It stopped with an error. It broke." in text(client.get(path))

    def test_a_list_says_what_is_being_removed_and_an_attribute_which_of_its_options(self, client: Client) -> None:
        sign_in(client)
        make_attribute("colour", "pim_catalog_simpleselect")
        make_option("colour", "red")
        make_attribute("name")
        structure.remove("attribute", "name", by=SYSTEM, now=NOW)
        structure.remove_option("colour", "red", by=SYSTEM, now=NOW)
        assert "“name” is about to be removed from products." in text(client.get("/settings/attributes"))
        assert "“red” is about to be removed from products." in text(client.get("/settings/attributes/colour/options"))
