"""The connector as it is run: night after night, against a small PIM on the loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import connector
import make_export
import pytest
from kontor import report

from tests.examples.conftest import EXAMPLE
from tests.examples.fake_pim import FakePim

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

# Kinds that the connector itself must refuse, and those that the small PIM of these tests refuses.
LOCAL = {"empty_number", "duplicate_number"}
JUDGED = {"price_in_words", "number_with_comma", "number_with_blank"}


@pytest.fixture(autouse=True)
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "pim" in request.fixturenames:
        for name, value in request.getfixturevalue("pim").environment().items():
            monkeypatch.setenv(name, value)


class Nights:
    """Writes the export of a night and runs the connector on it; gives its exit code and its JSON table."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.plan = make_export.plan(articles=2, seed=0)

    def run(self, run: int = 1, *arguments: str, articles: int = 220, broken: float = 0.1) -> tuple[int, Any]:
        export = self.folder / "export.xml"
        self.plan = make_export.write(export, articles=articles, seed=7, run=run, broken=broken)
        code = connector.main([str(export), "--state", str(self.folder / "state"), "--json", *arguments])
        return code, json.loads(self.capsys.readouterr().out)

    def refused(self) -> int:
        return sum(kind in LOCAL | JUDGED for kind in self.plan.broken.values())


@pytest.fixture
def nights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Nights:
    return Nights(tmp_path, capsys)


class TestTheFirstNight:
    def test_brings_everything_but_the_broken_lines(self, pim: FakePim, nights: Nights) -> None:
        code, table = nights.run()
        assert code == 0
        assert (table["read"], table["updated"], table["unchanged"]) == (220, 0, 0)
        assert table["refused"] == nights.refused() > 0
        assert table["created"] == len(pim.products) == 220 - nights.refused()

    def test_sends_a_hundred_at_a_time(self, pim: FakePim, nights: Nights) -> None:
        nights.run(broken=0.0)
        assert [len(batch) for batch in pim.batches] == [100, 100, 20]

    def test_gives_the_reason_of_each_refusal_and_its_place(self, pim: FakePim, nights: Nights) -> None:
        _, table = nights.run()
        reasons = {row["position"]: (row["where"], row["reason"]) for row in table["refusals"]}
        found = {kind: reasons[at] for at, kind in nights.plan.broken.items() if kind in LOCAL | JUDGED}
        assert found == {
            "empty_number": ("number", "The article has no number."),
            "duplicate_number": ("number", "The export has this number already, at article 1."),
            "price_in_words": ("price EUR", "must be a number"),
            "number_with_comma": ("identifier", "must not contain a comma or end with a blank"),
            "number_with_blank": ("identifier", "must not contain a comma or end with a blank"),
        }

    def test_makes_the_structure_first(self, pim: FakePim, nights: Nights) -> None:
        _, table = nights.run()
        assert pim.channel["locales"] == ["en_US", "de_DE"]
        kinds = list(dict.fromkeys(path.split("/")[0] for path in pim.writes))
        assert kinds == ["channels", "attribute-groups", "attributes", "categories", "families", "products"]
        assert table["structure"]["families"] == 7
        assert pim.stored["categories"]["bikes"]["parent"] == "master"
        assert pim.stored["attributes/colour/options"]["RED"]["labels"] == {"en_US": "Signal red", "de_DE": "Signalrot"}
        requirements = pim.stored["families"]["lights"]["attribute_requirements"]["ecommerce"]
        assert {"name", "price", "lumens"} <= set(requirements)


class TestTheSecondNight:
    def test_sends_changed_new_and_mended_articles_only(self, pim: FakePim, nights: Nights) -> None:
        nights.run()
        broken = nights.plan.broken
        pim.batches.clear()
        code, table = nights.run(2)
        mended = [broken[position] for position in nights.plan.mended]
        # Broken articles of a kind that this small PIM lets through are in already; mending updates them.
        was_in = [kind for kind in mended if kind not in LOCAL | JUDGED]
        assert code == 0
        assert len(nights.plan.changed) > 0
        assert table["updated"] == len(nights.plan.changed) + len(was_in)
        assert table["created"] == len(nights.plan.new) + len(mended) - len(was_in)
        assert table["refused"] == nights.refused()
        assert sum(len(batch) for batch in pim.batches) < len(pim.products) / 2

    def test_of_the_same_export_sends_nothing_that_was_accepted(self, pim: FakePim, nights: Nights) -> None:
        _, first = nights.run()
        writes = len(pim.writes)
        code, table = nights.run()
        assert code == 0
        assert (table["created"], table["updated"], table["unchanged"]) == (0, 0, first["created"])
        assert table["refused"] == first["refused"]
        # Refused articles are offered again, so that they stay in the table until they are mended.
        assert set(pim.writes[writes:]) <= {"products"}
        assert not any(table["structure"].values())

    def test_with_all_sends_everything(self, pim: FakePim, nights: Nights) -> None:
        _, first = nights.run()
        _, table = nights.run(1, "--all")
        assert (table["created"], table["updated"], table["unchanged"]) == (0, first["created"], 0)

    def test_of_another_pim_starts_from_nothing(
        self, pim: FakePim, nights: Nights, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nights.run(broken=0.0)
        other = FakePim()
        with other.running():
            monkeypatch.setenv("PIM_URL", other.url)
            _, table = nights.run(broken=0.0)
        assert table["created"] == len(other.products) == 220

    def test_an_article_that_was_accepted_and_is_refused_now_is_offered_again(
        self, pim: FakePim, nights: Nights
    ) -> None:
        nights.run(articles=20, broken=0.0)
        export = nights.folder / "export.xml"
        whole = export.read_text(encoding="utf-8")
        export.write_text(whole.replace('<price currency="EUR">', '<price currency="EUR">ca. ', 1), encoding="utf-8")
        for _ in range(2):
            connector.main([str(export), "--state", str(nights.folder / "state"), "--json"])
            assert json.loads(nights.capsys.readouterr().out)["refused"] == 1


class TestTheStructure:
    def test_keeps_what_people_have_added(self, pim: FakePim, nights: Nights) -> None:
        nights.run(articles=20)
        family = pim.stored["families"]["lights"]
        family["attributes"].append("photo")
        family["attribute_requirements"]["ecommerce"].append("photo")
        pim.stored["attributes"]["name"]["labels"]["fr_FR"] = "Nom"
        pim.channel["locales"] = ["fr_FR", "en_US"]
        del pim.stored["attributes"]["weight"]
        _, table = nights.run(articles=20)
        assert pim.channel["locales"] == ["fr_FR", "en_US", "de_DE"]
        assert "photo" in pim.stored["families"]["lights"]["attributes"]
        assert pim.stored["attributes"]["name"]["labels"]["fr_FR"] == "Nom"
        assert (table["structure"]["attributes"], table["structure"]["families"]) == (1, 0)


class TestTheRun:
    def test_that_is_interrupted_goes_on_where_it_was(self, pim: FakePim, nights: Nights) -> None:
        pim.most_batches = 1
        code, table = nights.run(broken=0.0)
        assert code == 1
        assert table["created"] == len(pim.products) == 100
        pim.most_batches = None
        code, table = nights.run(broken=0.0)
        assert code == 0
        assert (table["created"], table["unchanged"]) == (120, 100)

    def test_without_credentials_ends_with_2(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("PIM_URL", "PIM_CLIENT_ID", "PIM_SECRET", "PIM_USERNAME", "PIM_PASSWORD"):
            monkeypatch.delenv(name, raising=False)
        assert connector.main(["export.xml", "--state", str(tmp_path / "state")]) == 2
        assert "PIM_URL, PIM_CLIENT_ID" in capsys.readouterr().err

    def test_without_an_export_ends_with_1(
        self, pim: FakePim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert connector.main([str(tmp_path / "none.xml"), "--state", str(tmp_path / "state")]) == 1
        assert "cannot be read" in capsys.readouterr().err

    def test_with_a_wrong_password_ends_with_1(self, pim: FakePim, nights: Nights) -> None:
        pim.password_works = False
        code, table = nights.run(articles=5)
        assert code == 1
        assert table["read"] == 0

    def test_with_a_state_file_that_is_something_else_ends_with_1(
        self, pim: FakePim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        state = tmp_path / "state"
        state.write_text("these are notes, and no database" * 100)
        assert connector.main([str(tmp_path / "none.xml"), "--state", str(state)]) == 1
        assert "cannot be used" in capsys.readouterr().err

    def test_as_a_command_says_how_it_is_used(self) -> None:
        done = subprocess.run(
            [sys.executable, str(EXAMPLE / "connector.py")], capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 2
        assert "usage" in done.stderr


class TestTheTable:
    def test_lists_counts_and_refusals_in_columns(self) -> None:
        tally = report.Tally(read=3, created=2, structure={"families": 1, "options": 0})
        tally.refuse(3, "LG-3", [("weight", "must be a number"), ("", "the family does not exist")])
        text = report.as_text(tally)
        assert "read              3" in text
        assert "structure  1 families" in text
        assert "3     LG-3     weight  must be a number" in text
        assert tally.refused == 1

    def test_names_where_a_value_stands(self) -> None:
        error = {"property": "values", "message": "no", "attribute": "price", "locale": None, "currency": "GBP"}
        assert report.reasons_of({"status_code": 422, "errors": [error]}) == [("price GBP", "no")]
        assert report.reasons_of({"status_code": 422, "message": "gone"}) == [("", "gone")]
        assert report.reasons_of({"status_code": 500}) == [("", "status 500")]
