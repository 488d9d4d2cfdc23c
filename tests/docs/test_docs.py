"""The documentation is true: made pages are current, links lead somewhere, every setting is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen import reference
from limen.config.env import SETTINGS
from limen.kit.http.root import api_endpoints

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_made_page_is_what_the_code_gives(name: str) -> None:
    path = ROOT / "docs" / "reference" / f"{name}.md"
    assert path.read_text() == reference.PAGES[name](), "run `make docs`"


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if not re.match(r"https?:|#|mailto:", target):
                yield page, target


@pytest.mark.parametrize(("page", "target"), list(links()), ids=lambda value: str(value).removeprefix(str(ROOT)))
def test_a_link_leads_to_a_file(page: Path, target: str) -> None:
    assert (page.parent / target.split("#")[0]).exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_setting_that_is_named_exists(page: Path) -> None:
    known = {one.name for one in SETTINGS} | {f"{one.name}_FILE" for one in SETTINGS}
    assert set(re.findall(r"LIMEN_[A-Z_]+[A-Z]", page.read_text())) <= known


def test_every_endpoint_is_described() -> None:
    for path, method, endpoint in api_endpoints():
        assert endpoint.view.__doc__, f"{method} {path} has no docstring for the reference"


def test_every_event_kind_is_described() -> None:
    text = (ROOT / "docs" / "reference" / "events.md").read_text()
    for source in (ROOT / "src" / "limen").glob("**/operations/**/*.py"):
        for kind in re.findall(r'"((?:product|connection|user)\.[a-z_]+)"', source.read_text()):
            assert f"`{kind}`" in text, f"{kind} of {source.name}"
