"""The whole tutorial, docs/tutorial/connect-an-erp.md, played as a stranger would: browser, clipboard, shell."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from limen import demo
from limen.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EXAMPLE = Path(__file__).parents[2] / "examples" / "erp_connector"
# Fewer articles than the tutorial has, and more of them broken, so that every kind of mistake occurs.
EXPORT = ("--articles", "320", "--seed", "7", "--broken", "0.05")
KINDS_OF_MISTAKES = 16


@dataclass(frozen=True)
class Article:
    """An article as the export has it: its number, its English name, and all of it."""

    number: str
    name: str
    whole: bytes


class Desk:
    """The shell of whoever follows the tutorial, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def export(self, *options: str) -> tuple[dict[str, int], list[Article]]:
        """Write the export of a night; give its facts, and its articles in order."""
        facts = json.loads(self._run(f"{self._script('make_export.py')} {' '.join((*EXPORT, *options))} --json"))
        found = ElementTree.parse(self.folder / "export.xml").iterfind("articles/article")
        return facts, [
            Article(one.findtext("number", ""), one.findtext("texts[@lang='EN']/name", ""), ElementTree.tostring(one))
            for one in found
        ]

    def push(self) -> dict[str, Any]:
        """Run the connector with the credentials in `.env`; give its closing table."""
        connector = self._script("connector.py")
        table: dict[str, Any] = json.loads(self._run(f"set -a; . ./.env; set +a; exec {connector} export.xml --json"))
        return table

    def _script(self, name: str) -> str:
        return f"'{sys.executable}' '{EXAMPLE / name}'"

    def _run(self, script: str) -> str:
        ran = subprocess.run(["/bin/sh", "-euc", script], cwd=self.folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


def test_the_tutorial_from_signing_in_to_the_second_night(
    page: Any, live_server: Any, installed: None, tmp_path: Path
) -> None:
    # As `make demo` does: the connector has to get along with what is there.
    shown = demo.load(clock.now())
    desk = Desk(tmp_path)
    sign_in(page, live_server.url, shown)

    make_the_door(page, tmp_path / ".env")
    facts, articles = desk.export()
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()
    first = desk.push()
    # By itself, within some seconds.
    expect(page.get_by_text("Connected")).to_be_visible(timeout=10_000)
    assert counts(first) == {
        "read": facts["articles"],
        "created": facts["articles"] - facts["broken"],
        "updated": 0,
        "unchanged": 0,
        "refused": facts["broken"],
    }
    assert facts["broken"] == len(refused(first)) == KINDS_OF_MISTAKES
    assert all(one["reason"] for one in first["refusals"])
    reasons = {(one["where"], one["reason"]) for one in first["refusals"]}
    assert ("colour", 'The value "MAUVE" is not in the option list of the attribute "colour".') in reasons
    assert ("number", "The export has this number already, at article 1.") in reasons

    open_products(page)
    expect(page.get_by_text(f"{shown.products + first['created']:,} products").first).to_be_visible()
    look_at_the_grid(page, articles, first)
    read_data_flows(page, created=first["created"], updated=0)

    facts, articles_later = desk.export("--run", "2", "--changed", "0.08")
    second = desk.push()
    assert counts(second) == {
        "read": facts["articles"],
        "created": facts["new"] + facts["mended"],
        "updated": facts["changed"],
        "unchanged": first["created"] - facts["changed"],
        "refused": facts["broken"],
    }
    assert facts["changed"] > 0
    read_data_flows(page, created=first["created"] + second["created"], updated=second["updated"])

    open_products(page)
    for position in refused(first) - refused(second):
        find(page, articles_later[position - 1].number)
    read_a_history(page, changed_one(articles, articles_later, refused(first)))


def sign_in(page: Any, url: str, person: demo.DemoResult) -> None:
    page.goto(url)
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").first.fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_role("link", name="Connection settings").first.click()


def make_the_door(page: Any, env: Path) -> None:
    """Create *My ERP*, keep its credentials in `env`, have it tracked, and let it do everything."""
    page.get_by_role("link", name="Create", exact=True).click()
    # Scripts run before the page counts as loaded; what is typed sooner, they do not see.
    page.wait_for_url("**/connect/connection-settings/create")
    page.get_by_label("Label").press_sequentially("My ERP")
    expect(page.get_by_label("Code")).to_have_value("myerp")
    expect(page.get_by_role("radio", name="Source")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/connect/connection-settings/myerp/edit")
    page.get_by_role("button", name="Copy as .env").click()
    expect(page.get_by_text("Variables copied")).to_be_visible()
    env.write_text(page.evaluate("navigator.clipboard.readText()"))
    for shown in ("client-id", "secret", "username", "password"):
        assert page.locator(f"#{shown}").inner_text() in env.read_text()
    page.get_by_label("Track this connection in Data flows").check()
    page.get_by_label("Role").select_option("Administrator")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The connection is saved.")).to_be_visible()
    expect(page.locator("#password")).to_have_text("••••••••")


def look_at_the_grid(page: Any, articles: list[Article], table: dict[str, Any]) -> None:
    """What was accepted is found by name and by number; what was refused is not there, and its neighbours are."""
    search(page, articles[0].name)
    expect(rows(page).filter(has_text=articles[0].number)).to_contain_text(articles[0].name)
    for position in sorted(refused(table))[:3]:
        number = articles[position - 1].number
        search(page, number)
        expect(page.get_by_text("No product matches")).to_be_visible()
        expect(page.get_by_text(f"an identifier contains “{number}”")).to_be_visible()
        for neighbour in (position - 1, position + 1):
            find(page, articles[neighbour - 1].number)


def read_data_flows(page: Any, *, created: int, updated: int) -> None:
    """Data flows says that *My ERP* has created and updated so many."""
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_role("link", name="Data flows").first.click()
    page.wait_for_url("**/connect/data-flows**")
    page.get_by_label("Source", exact=True).select_option("My ERP")
    page.wait_for_url("**source=myerp**")
    expect(page.locator("#chart-created .kpi")).to_have_text(f"{created:,}")
    expect(page.locator("#chart-updated .kpi")).to_have_text(f"{updated:,}")


def read_a_history(page: Any, number: str) -> None:
    """The history says that *My ERP* made the product in the first night and changed it in the second."""
    find(page, number)
    rows(page).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="History").click()
    happened = page.locator(".history > li")
    expect(happened).to_have_count(2)
    for one in happened.all():
        expect(one.locator(".who")).to_contain_text(re.compile(r"My ERP\s+connection"))
    expect(happened.last).to_contain_text("created the product")


def changed_one(before: list[Article], after: list[Article], broken: set[int]) -> str:
    """The number of an article that both nights have, and not alike."""
    pairs = enumerate(zip(before, after, strict=False), start=1)
    return next(new.number for position, (old, new) in pairs if position not in broken and old.whole != new.whole)


def open_products(page: Any) -> None:
    page.get_by_role("link", name="Products", exact=True).click()
    page.wait_for_url("**/products**")


def find(page: Any, number: str) -> None:
    """Search the grid for the one product of this number."""
    search(page, number)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(number)


def search(page: Any, text: str) -> None:
    page.get_by_role("searchbox").fill(text)


def rows(page: Any) -> Any:
    return page.locator("#products tbody tr")


def refused(table: dict[str, Any]) -> set[int]:
    """The places in the export of what was refused."""
    return {one["position"] for one in table["refusals"]}


def counts(table: dict[str, Any]) -> dict[str, int]:
    return {name: table[name] for name in ("read", "created", "updated", "unchanged", "refused")}
