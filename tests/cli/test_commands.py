"""Commands: what they print, and their exit codes."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import Installation


@pytest.fixture(scope="module", autouse=True)
def migrated(installation: Installation) -> None:
    answer = installation.run("migrate")
    assert answer.returncode == 0, answer.stderr


class TestUsage:
    def test_every_command_has_help(self, installation: Installation) -> None:
        from limen.cli import limen
        from limen.reference import _command

        for text in _command(limen, ["limen"]):
            assert "Usage: limen" in text

    @pytest.mark.parametrize("arguments", [["nonsense"], ["connections", "create"], ["serve", "--nonsense"]])
    def test_bad_usage_is_exit_code_2(self, installation: Installation, arguments: list[str]) -> None:
        assert installation.run(*arguments).returncode == 2

    @pytest.mark.parametrize(
        ("name", "value"), [("LIMEN_PORT", "abc"), ("LIMEN_PUBLIC_URL", "pim"), ("LIMEN_NONSENSE", "1")]
    )
    def test_a_bad_setting_stops_the_start_with_its_name(
        self, installation: Installation, name: str, value: str
    ) -> None:
        answer = installation.run("check", **{name: value})
        assert answer.returncode == 1
        assert name in answer.stderr
        assert "Traceback" not in answer.stderr


class TestCheck:
    def test_without_a_worker_it_says_so(self, installation: Installation) -> None:
        answer = installation.run("check", "--json")
        findings = {one["name"]: one["ok"] for one in json.loads(answer.stdout)}
        assert findings == {
            "settings": True,
            "database": True,
            "migrations": True,
            "data folder": True,
            "worker": False,
        }
        assert answer.returncode == 1


class TestUsers:
    def test_create_and_change_the_password(self, installation: Installation) -> None:
        made = installation.run(
            "users", "create", "grace", "--role", "administrator", "--password-stdin", stdin="a long pass phrase\n"
        )
        assert (made.returncode, made.stderr) == (0, "")
        changed = installation.run("users", "set-password", "grace", "--password-stdin", stdin="another pass phrase\n")
        assert changed.returncode == 0

    def test_a_refusal_is_a_sentence_and_exit_code_1(self, installation: Installation) -> None:
        answer = installation.run("users", "create", "ada", "--password-stdin", stdin="short\n")
        assert answer.returncode == 1
        assert answer.stderr.startswith("limen: ")
        assert "Traceback" not in answer.stderr


class TestConnections:
    def test_the_env_format_can_be_sourced(self, installation: Installation) -> None:
        made = installation.run(
            *["connections", "create", "My ERP", "--flow-type", "data_source"],
            *["--role", "administrator", "--format", "env"],
        )
        assert made.returncode == 0, made.stderr
        shown = subprocess.run(
            [
                "sh",
                "-c",
                made.stdout + 'printf "%s|" "$PIM_URL" "$PIM_CLIENT_ID" "$PIM_SECRET" "$PIM_USERNAME" "$PIM_PASSWORD"',
            ],
            capture_output=True,
            text=True,
        ).stdout.split("|")
        assert shown[0] == installation.url
        assert all(shown[:5])
        assert shown[3].startswith("myerp_")

    def test_list_show_regenerate_delete(self, installation: Installation) -> None:
        made = json.loads(installation.run("connections", "create", "Web shop", "--json").stdout)
        assert made["code"] == "webshop"
        listed = json.loads(installation.run("connections", "list", "--json").stdout)
        assert {"code": "webshop", "label": "Web shop", "flow_type": "other", "auditable": False} in listed
        shown = installation.run("connections", "show", "webshop", "--json").stdout
        assert json.loads(shown)["client_id"] == made["client_id"]
        assert made["secret"] not in shown
        assert json.loads(shown)["enabled"] is True
        assert installation.run("connections", "pause", "webshop").returncode == 0
        assert json.loads(installation.run("connections", "show", "webshop", "--json").stdout)["enabled"] is False
        assert installation.run("connections", "resume", "webshop").returncode == 0
        assert installation.run("connections", "pause", "nope").returncode == 1
        secret = json.loads(installation.run("connections", "regenerate-secret", "webshop", "--json").stdout)["secret"]
        assert secret != made["secret"]
        assert installation.run("connections", "regenerate-password", "webshop").returncode == 0
        assert installation.run("connections", "regenerate-secret", "webshop", "--keep-old", "24").returncode == 0
        refused = installation.run("connections", "regenerate-password", "webshop", "--keep-old", "169")
        assert refused.returncode == 1 and "168" in refused.stderr
        assert installation.run("connections", "delete", "webshop", "--yes").returncode == 0
        assert installation.run("connections", "show", "webshop").returncode == 1

    def test_case_34_an_unknown_group_is_refused(self, installation: Installation) -> None:
        answer = installation.run("connections", "create", "Magento", "--user-group", "nope")
        assert answer.returncode == 1
        assert "nope" in answer.stderr

    @pytest.mark.parametrize(
        ("said", "tracked"), [("--auditable", True), ("--auditable=true", True), ("--auditable=false", False)]
    )
    def test_a_script_gives_code_and_label_and_whether_it_is_tracked(
        self, installation: Installation, said: str, tracked: bool
    ) -> None:
        code = "Shop_" + said.strip("-").replace("=", "_")
        made = installation.run(
            *["connections", "create", said, code, "--label", "Web shop", "--flow-type", "data_destination", "--json"]
        )
        assert made.returncode == 0, made.stderr
        facts = json.loads(made.stdout)
        assert (facts["code"], facts["auditable"]) == (code, tracked)
        shown = json.loads(installation.run("connections", "show", code, "--json").stdout)
        assert (shown["label"], shown["auditable"]) == ("Web shop", tracked)

    def test_case_33_flow_type_is_other_by_default(self, installation: Installation) -> None:
        answer = installation.run("connections", "create", "magento")
        assert answer.returncode == 0
        assert len(answer.stdout.strip().splitlines()) == 6
        shown = json.loads(installation.run("connections", "show", "magento", "--json").stdout)
        assert (shown["label"], shown["flow_type"], shown["auditable"]) == ("magento", "other", False)


class TestKeys:
    def create(self, installation: Installation, label: str, **settings: str) -> str:
        made = installation.run("connections", "create", label, "--json", **settings)
        assert made.returncode == 0, made.stderr
        code: str = json.loads(made.stdout)["code"]
        return code

    def test_rotate_moves_every_secret_and_the_former_key_can_go(self, installation: Installation) -> None:
        self.create(installation, "Under the first", LIMEN_SECRET_KEY="first")
        both = {"LIMEN_SECRET_KEY": "second", "LIMEN_SECRET_KEY_OLD": "first"}
        moved = installation.run("keys", "rotate", "--json", **both)
        assert json.loads(moved.stdout)["encrypted"] == 1
        again = installation.run("keys", "rotate", **both)
        assert again.stdout == "0 secrets are under the present key now; the former one can go.\n"

    def test_digest_secrets_asks_first_and_names_what_no_key_opens(self, installation: Installation) -> None:
        code = self.create(installation, "Under another", LIMEN_SECRET_KEY="another")
        refused = installation.run("connections", "digest-secrets", stdin="n\n")
        assert (refused.returncode, "digests alone" in refused.stdout) == (1, False)
        done = installation.run("connections", "digest-secrets", "--yes", "--json")
        assert done.returncode == 1
        assert code in json.loads(done.stdout)["unreadable"]
        assert code in done.stderr
