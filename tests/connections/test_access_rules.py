"""Limits, judged without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.connections import rules
from limen.connections.rules import Limits, Rate
from limen.kit.errors import Forbidden, Invalid, TooMany

NOW = datetime(2026, 3, 2, 9, 30, 20, tzinfo=UTC)


def broken(limits: Limits) -> list[str]:
    return [violation.path for violation in rules.check_limits(limits)]


class TestNetworks:
    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("", ()),
            (" \n ", ()),
            ("10.0.0.0/8", ("10.0.0.0/8",)),
            ("10.1.2.3/8", ("10.0.0.0/8",)),
            ("192.0.2.7", ("192.0.2.7/32",)),
            ("2001:DB8::1, 10.0.0.0/8;10.0.0.0/8\r\n2001:db8::/32", ("2001:db8::1/128", "10.0.0.0/8", "2001:db8::/32")),
            ("office", ("office",)),
        ],
    )
    def test_each_is_read_once_in_its_usual_form(self, typed: str, read: tuple[str, ...]) -> None:
        assert rules.read_networks(typed) == read

    @pytest.mark.parametrize("typed", ["office", "10.0.0.0/33", "10.0.0", "fe80::1%eth0", "x" * 5000, "10.0.0.1:80"])
    def test_what_is_no_network_is_named(self, typed: str) -> None:
        (violation,) = rules.check_limits(Limits(rules.read_networks(f"10.0.0.0/8 {typed}")))
        assert violation.path == "allowed_addresses"
        assert typed[:60] in violation.message and "10.0.0.0/8:" in violation.message

    def test_there_are_at_most_50(self) -> None:
        assert not broken(Limits(tuple(f"10.0.{n}.0/24" for n in range(50))))
        assert broken(Limits(tuple(f"10.0.{n}.0/24" for n in range(51)))) == ["allowed_addresses"]

    @pytest.mark.parametrize(
        ("address", "networks"),
        [
            ("192.0.2.1", ()),
            ("", ()),
            ("10.1.2.3", ("192.0.2.1/32", "10.0.0.0/8")),
            ("::ffff:10.1.2.3", ("10.0.0.0/8",)),
            ("2001:db8::1", ("2001:db8::/32",)),
            ("fe80::1%eth0", ("fe80::/10",)),
        ],
    )
    def test_an_address_within_is_accepted(self, address: str, networks: tuple[str, ...]) -> None:
        rules.check_address(address, networks)

    @pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "", "unix:", "10.0.0.1, 10.0.0.2", "x" * 999])
    def test_case_129_any_other_is_refused_and_named(self, address: str) -> None:
        with pytest.raises(Forbidden) as refusal:
            rules.check_address(address, ("10.0.0.0/8",))
        assert (rules.known_address(address) or "cannot be told") in refusal.value.message

    @given(st.text(max_size=80))
    def test_whatever_a_header_brings_is_an_address_or_none(self, text: str) -> None:
        assert len(rules.known_address(text)) <= 45
        for violation in rules.check_limits(Limits(rules.read_networks(text))):
            assert violation.path == "allowed_addresses"


class TestRanges:
    @pytest.mark.parametrize(
        ("path", "good", "bad"),
        [
            ("calls_per_minute", [None, 1, 1_000_000], [0, -1, 1_000_001]),
            ("concurrent_calls", [None, 1, 1000], [0, -1, 1001]),
            ("access_token_lifetime", [None, 60, 86_400], [0, 59, 86_401]),
            ("refresh_token_lifetime", [None, 3600, 90 * 86_400], [0, 3599, 90 * 86_400 + 1]),
        ],
    )
    def test_numbers_have_a_range(self, path: str, good: list[int | None], bad: list[int]) -> None:
        for value in good:
            assert not rules.check_limits(Limits(**{path: value}))  # type: ignore[arg-type]
        for value in bad:
            assert broken(Limits(**{path: value})) == [path]  # type: ignore[arg-type]

    def test_all_violations_come_at_once(self) -> None:
        assert broken(Limits(("x",), 0, 1, 1, concurrent_calls=0)) == [
            "allowed_addresses",
            "calls_per_minute",
            "concurrent_calls",
            "access_token_lifetime",
            "refresh_token_lifetime",
        ]

    @pytest.mark.parametrize("hours", [-1, 169])
    def test_an_old_secret_is_kept_for_a_week_at_most(self, hours: int) -> None:
        rules.check_overlap(0)
        rules.check_overlap(168)
        with pytest.raises(Invalid) as refusal:
            rules.check_overlap(hours)
        assert refusal.value.violations[0].path == "keep_old"


class TestFailureKeys:
    def keys(self, client_id: str = "1_a", username: str = "erp", address: str = "192.0.2.1") -> list[bytes]:
        return rules.failure_keys(client_id=client_id, username=username, address=address)

    def test_client_and_username_count_each_for_itself(self) -> None:
        assert len(set(self.keys()) & set(self.keys(username="other"))) == 1
        assert len(set(self.keys()) & set(self.keys(client_id="2_b"))) == 1
        assert not set(self.keys()) & set(self.keys(address="192.0.2.2"))

    def test_a_username_has_no_case(self) -> None:
        assert self.keys() == self.keys(username=" ERP")

    def test_nothing_is_no_key(self) -> None:
        assert self.keys("", "") == []
        assert len(self.keys(username="")) == 1

    def test_an_ipv6_subscriber_is_one_address(self) -> None:
        assert self.keys(address="2001:db8::1") == self.keys(address="2001:db8::ffff")
        assert self.keys(address="2001:db8::1") != self.keys(address="2001:db8:0:1::1")
        assert self.keys(address="::ffff:192.0.2.1") == self.keys()

    def test_what_was_typed_cannot_be_read_back(self) -> None:
        assert all(len(key) == 32 for key in self.keys(username="a secret in the wrong field", address="\ud800"))


class TestRate:
    def test_the_headers_say_how_it_stands(self) -> None:
        assert Rate(10, 3, NOW).headers() == {
            "X-RateLimit-Limit": "10",
            "X-RateLimit-Remaining": "7",
            "X-RateLimit-Reset": str(int((NOW + timedelta(seconds=40)).timestamp())),
        }
        Rate(10, 10, NOW).check()

    def test_one_too_many_is_told_when_to_come_back(self) -> None:
        rate = Rate(10, None, NOW)
        assert rate.headers()["X-RateLimit-Remaining"] == "0"
        with pytest.raises(TooMany, match="10 times a minute") as refusal:
            rate.check()
        assert refusal.value.retry_after == 40
