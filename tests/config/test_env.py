"""Settings: read from the environment, declared once, refused with their name."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.config.env import SETTINGS, BadSetting, read_settings
from limen.config.keys import secret_key


class TestReadSettings:
    def test_every_default_is_usable(self) -> None:
        values = read_settings({})
        assert set(values) == {one.name for one in SETTINGS}
        assert values["LIMEN_HOST"] == "127.0.0.1"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("LIMEN_PORT", "0"),
            ("LIMEN_PORT", "70000"),
            ("LIMEN_PORT", "eight"),
            ("LIMEN_PUBLIC_URL", "pim.example.com"),
            ("LIMEN_PUBLIC_URL", "https://pim.example.com/path"),
            ("LIMEN_DATABASE_URL", "mysql://localhost/limen"),
            ("LIMEN_DATABASE_URL", "postgresql://localhost/limen?prepare_threshold=some"),
            ("LIMEN_BEHIND_PROXY", "maybe"),
            ("LIMEN_PASSWORD_LENGTH", "8"),
            ("LIMEN_AUDIT_DAYS", "29"),
            ("LIMEN_AUDIT_DAYS", "-1"),
            ("LIMEN_SECRET_REVEAL", "twice"),
            ("LIMEN_API_TIME_ZONE", "Berlin"),
            ("LIMEN_API_TIME_ZONE", "../etc/passwd"),
            ("LIMEN_API_TIME_ZONE", ""),
            ("LIMEN_API_DOC_BASE_URL", "docs.example.com"),
            ("LIMEN_API_DOC_BASE_URL", "https://docs.example.com/pim#top"),
            ("LIMEN_TYPO", "1"),
        ],
    )
    def test_a_bad_value_is_refused_with_its_name(self, name: str, value: str) -> None:
        with pytest.raises(BadSetting, match=name):
            read_settings({name: value})

    def test_a_password_in_a_database_address_is_not_shown(self) -> None:
        with pytest.raises(BadSetting) as refused:
            read_settings({"LIMEN_DATABASE_URL": "mysql://limen:hidden@localhost/limen"})
        assert "hidden" not in str(refused.value)

    def test_a_secret_may_be_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "key"
        file.write_text("from a file\n")
        assert read_settings({"LIMEN_SECRET_KEY_FILE": str(file)})["LIMEN_SECRET_KEY"] == "from a file"

    def test_a_secret_file_that_is_missing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadSetting, match="LIMEN_SECRET_KEY_FILE"):
            read_settings({"LIMEN_SECRET_KEY_FILE": str(tmp_path / "none")})

    def test_a_public_address_loses_its_final_slash(self) -> None:
        assert read_settings({"LIMEN_PUBLIC_URL": "https://pim.example.com/"})["LIMEN_PUBLIC_URL"] == (
            "https://pim.example.com"
        )


class TestSecretKey:
    def test_the_given_one_wins_and_nothing_is_written(self, tmp_path: Path) -> None:
        assert secret_key("given", tmp_path) == "given"
        assert list(tmp_path.iterdir()) == []

    def test_one_is_made_once_for_its_owner_alone(self, tmp_path: Path) -> None:
        first = secret_key("", tmp_path / "data")
        assert len(first) >= 50
        assert secret_key("", tmp_path / "data") == first
        assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]
