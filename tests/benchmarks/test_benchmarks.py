"""Every benchmark, on ten products. What they measure here means nothing, so nothing is said about it."""

from __future__ import annotations

import json
import threading
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, connections
from psycopg.conninfo import make_conninfo

from benchmarks import __main__ as everything
from benchmarks import (
    bulk_patch,
    bulk_structure,
    categories,
    encoded_lists,
    follow,
    list_products,
    memory,
    read_product,
    recording,
    search,
    settings,
    structure_file,
    tokens,
    variants,
    wide,
)
from tests.conftest import Live
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.jobs import do_jobs

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])

LINE = {"name", "rows", "seconds", "rows_per_s", "floor_rows_per_s", "ratio", "memory_mb", "db", "commit", "machine"}


class Bench:
    """Runs a benchmark against the live server and gives its JSON lines by name."""

    def __init__(self, live: Live, capsys: pytest.CaptureFixture[str]) -> None:
        settings = connection.settings_dict
        dsn = make_conninfo(
            dbname=settings["NAME"],
            user=settings["USER"] or None,
            password=settings["PASSWORD"] or None,
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
        )
        self.capsys = capsys
        self.arguments = ["--rows", "10", "--url", live.url, "--dsn", dsn]

    def run(self, benchmark: ModuleType) -> dict[str, dict[str, Any]]:
        assert benchmark.main(self.arguments) == 0
        lines = [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]
        assert all(set(line) >= LINE for line in lines)
        return {line["name"]: line for line in lines}


@pytest.fixture
def bench(live: Live, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PIM_CLIENT_ID", live.client_id)
    monkeypatch.setenv("PIM_SECRET", live.secret)
    monkeypatch.setenv("PIM_USERNAME", live.username)
    monkeypatch.setenv("PIM_PASSWORD", live.password)
    return Bench(live, capsys)


class TestEveryBenchmark:
    def test_bulk_structure_creates_updates_and_leaves_unchanged(self, bench: Bench) -> None:
        lines = bench.run(bulk_structure)
        assert {name: line["rows"] for name, line in lines.items()} == {
            f"bulk_structure.{kind}.{verb}": rows
            for kind, rows in (("options", 10), ("attributes", 1))
            for verb in ("create", "update", "unchanged")
        }

    def test_encoded_lists_are_the_smaller_the_more_is_asked_for(self, bench: Bench) -> None:
        lines = bench.run(encoded_lists)
        plain, gzip, zstd = (lines[f"encoded_lists.{one}"]["bytes_per_call"] for one in ("plain", "gzip", "zstd"))
        assert 0 < zstd < gzip < plain

    def test_bulk_patch_creates_updates_and_leaves_unchanged(self, bench: Bench) -> None:
        lines = bench.run(bulk_patch)
        assert set(lines) == {"bulk_patch.create", "bulk_patch.update", "bulk_patch.unchanged"}
        assert all(line["rows"] == 10 for line in lines.values())
        assert lines["bulk_patch.create"]["ratio"] > 0

    def test_variants_are_written_and_handed_down_to(self, bench: Bench) -> None:
        lines = bench.run(variants)
        assert set(lines) == {"variants.create", "variants.update", "variants.hand_down"}

    def test_list_products_reads_both_lists_in_both_ways(self, bench: Bench) -> None:
        lines = bench.run(list_products)
        assert set(lines) == {
            f"list_products.{path}.{pagination}"
            for path in ("products", "products-uuid")
            for pagination in ("search_after", "page")
        } | {f"list_products.products-uuid.{cut}" for cut in ("attributes", "locales", "scope", "all_three")}
        assert all(line["rows"] == 10 * list_products.ROUNDS for line in lines.values())
        assert all(line["ratio"] > 0 and line["ratio_of_p50"] > 0 for line in lines.values())

    def test_search_asks_by_every_operator(self, bench: Bench) -> None:
        lines = bench.run(search)
        assert set(lines) == {f"search.{name}" for name, _ in search.operators(10)}
        assert all(line["of"] == 10 and line["p95_ms"] >= line["p50_ms"] > 0 for line in lines.values())
        assert lines["search.text.NOT EMPTY"]["items"] > 0

    def test_wide_writes_and_lists_products_of_a_usual_size(self, bench: Bench) -> None:
        lines = bench.run(wide)
        assert set(lines) == {"wide.create", "wide.update", "wide.list", "wide.list_cut"}
        assert lines["wide.list_cut"]["rows"] == lines["wide.list"]["rows"] == 10 * wide.ROUNDS

    def test_search_wants_a_catalogue_of_its_own(self, bench: Bench) -> None:
        bench.run(bulk_patch)
        bench.arguments[1] = "11"
        with pytest.raises(SystemExit, match="products already"):
            search.main(bench.arguments)

    def test_read_product_reads_by_both_keys(self, bench: Bench) -> None:
        lines = bench.run(read_product)
        assert set(lines) == {"read_product.identifier", "read_product.uuid"}
        assert all(line["p95_ms"] >= line["p50_ms"] > 0 for line in lines.values())

    def test_tokens_are_bought_refreshed_and_checked(self, bench: Bench) -> None:
        lines = bench.run(tokens)
        assert set(lines) == {"tokens.password", "tokens.refresh", "tokens.check"}
        assert all(line["rows"] == 10 for line in lines.values())
        assert lines["tokens.check"]["check_ms"] > 0

    def test_settings_looks_at_every_page(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        make_user("benchmark")
        monkeypatch.setenv("LIMEN_PERSON", "benchmark")
        monkeypatch.setenv("LIMEN_PERSON_PASSWORD", PASSWORD)
        lines = bench.run(settings)
        assert set(lines) == {"settings.paste_options", *(f"settings.{name}" for name in settings.PAGES)}
        assert all(line["options"] == 10 and line["median_ms"] > 0 for line in lines.values() if "options" in line)

    def test_categories_looks_at_every_page(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        make_user("benchmark")
        monkeypatch.setenv("LIMEN_PERSON", "benchmark")
        monkeypatch.setenv("LIMEN_PERSON_PASSWORD", PASSWORD)
        lines = bench.run(categories)
        assert set(lines) == {f"settings.categories.{name}" for name in categories.PAGES}
        assert all(line["categories"] == 20 and line["median_ms"] > 0 for line in lines.values())

    def test_settings_needs_somebody_who_signs_in(self, bench: Bench) -> None:
        with pytest.raises(SystemExit, match="LIMEN_PERSON"):
            settings.main(bench.arguments)

    def test_what_follows_from_the_structure_is_waited_for(self, bench: Bench) -> None:
        ended = threading.Event()

        def work() -> None:
            while not ended.wait(0.05):
                do_jobs()
            connections.close_all()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            lines = bench.run(follow)
        finally:
            ended.set()
            worker.join()
        assert lines.keys() == {"follow.completeness", "follow.rewriting", "follow.option", "follow.attribute"}
        assert lines["follow.completeness"]["rows"] == 10

    def test_the_structure_goes_through_a_file_into_another_installation(self, capsys: Any) -> None:
        assert structure_file.main(["--rows", "12"]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["name"] for line in lines] == [
            f"structure_file.{name}" for name in ("export", "plan", "apply", "apply_again")
        ]

    def test_all_of_them_run_on_one_server(self, bench: Bench) -> None:
        assert len(bench.run(everything)) == 28

    def test_a_server_without_its_database_has_no_floor(self, bench: Bench) -> None:
        bench.arguments = bench.arguments[:-2]
        line = bench.run(bulk_patch)["bulk_patch.create"]
        assert (line["floor_rows_per_s"], line["ratio"], line["db"]) == (None, None, None)


class TestOptions:
    def test_a_given_server_needs_its_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PIM_SECRET", raising=False)
        with pytest.raises(SystemExit, match="PIM_SECRET"):
            tokens.main(["--url", "http://127.0.0.1:9"])

    @pytest.mark.parametrize("rows", ["0", "-1", "many"])
    def test_rows_are_a_number_from_one_on(self, rows: str) -> None:
        with pytest.raises(SystemExit) as wrong:
            tokens.main(["--rows", rows])
        assert wrong.value.code == 2


class TestAServerOfItsOwn:
    def test_is_started_measured_and_stopped(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert read_product.main(["--rows", "2"]) == 0
        line = json.loads(capsys.readouterr().out.splitlines()[0])
        assert line["memory_mb"] is None or line["memory_mb"] > 20
        assert line["db"].startswith("PostgreSQL ")

    def test_memory_is_told_after_each_part_of_what_two_catalogues_get(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert memory.main(["--rows", "10"]) == 0
        lines = {line["name"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
        assert list(lines) == [f"memory.{name}.{part.__name__}" for name in ("few", "all") for part in memory.PARTS]
        for name in ("first_pages", "last_pages", "cut_pages", "numbered_pages", "stream", "bulk"):
            assert (lines[f"memory.few.{name}"]["rows"], lines[f"memory.all.{name}"]["rows"]) == (1, 10)

    def test_recording_is_compared_with_a_server_that_does_not_record(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert recording.main(["--rows", "10"]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["name"] for line in lines] == ["recording.create", "recording.update", "recording.unchanged"]
        assert all(line["rows_per_s_without"] > 0 for line in lines)
