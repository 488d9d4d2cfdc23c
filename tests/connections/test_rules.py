from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.connections import rules
from limen.connections.rules import ClientConnection, Holder, Period, Sealed, TokenRequest
from limen.kit.errors import Unprocessable

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class TestCodeFromLabel:
    @pytest.mark.parametrize(
        ("label", "code"),
        [
            ("My ERP", "myerp"),
            ("Magento", "magento"),
            ("Translations.com", "translations_com"),
            ("SAP S/4-HANA", "saps_4_hana"),
            ("Ünïx", "_n_x"),
            ("A B", "ab"),
            ("___", "___"),
            ("INFO", "info"),
            ("İstanbul", "_stanbul"),
            ("tab\there", "tab_here"),
            ("a\u00a0b", "a_b"),
            ("🚪 door", "_door"),
        ],
    )
    def test_cases_1_and_4_to_6_and_9(self, label: str, code: str) -> None:
        assert rules.code_from_label(label) == code

    def test_a_code_is_cut_at_100_characters(self) -> None:
        assert rules.code_from_label("x" * 101) == "x" * 100

    @given(st.text(max_size=100))
    def test_whatever_the_label_only_the_length_of_the_code_can_be_wrong(self, label: str) -> None:
        assert re.fullmatch(r"[0-9a-z_]*", rules.code_from_label(label))


def broken(*, code: str | None = "erp", label: str | None = "ERP", flow_type: str | None = "other") -> list[str]:
    return [one.code for one in rules.check_connection(code=code, label=label, flow_type=flow_type)]


class TestCheckConnection:
    @pytest.mark.parametrize(
        ("label", "expected"),
        [
            (None, ["label.required"]),
            ("", ["label.required"]),
            ("   ", ["label.required"]),
            ("0", ["label.too_short"]),
            ("ab", ["label.too_short"]),
            (" ab ", ["label.too_short"]),
            ("abc", []),
            ("é" * 100, []),
            ("x" * 101, ["label.too_long"]),
            ('<a> & "b"', []),
            ("a\0bc", ["label.invalid"]),
            ("a\ud800bc", ["label.invalid"]),
        ],
    )
    def test_cases_10_to_14_and_25_the_label(self, label: str | None, expected: list[str]) -> None:
        assert broken(label=label) == expected

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (None, ["code.required"]),
            (" ", ["code.required"]),
            ("0", ["code.too_short"]),
            ("ab", ["code.too_short"]),
            ("-", ["code.too_short"]),
            ("x" * 100, []),
            ("x" * 101, ["code.too_long"]),
            ("-" * 101, ["code.too_long"]),
            ("my-erp", ["code.invalid"]),
            ("my erp", ["code.invalid"]),
            ("méla", ["code.invalid"]),
            ("erp\u0661", ["code.invalid"]),
            ("er\np", ["code.invalid"]),
            (" erp\n", []),
            ("My_ERP_2", []),
        ],
    )
    def test_cases_15_to_18_the_code(self, code: str | None, expected: list[str]) -> None:
        assert broken(code=code) == expected

    @pytest.mark.parametrize("flow_type", ["wrong", "", None, "DATA_SOURCE"])
    def test_case_22_the_flow_type(self, flow_type: str | None) -> None:
        assert broken(flow_type=flow_type) == ["flow_type.invalid"]

    @pytest.mark.parametrize("flow_type", ["data_source", "data_destination", "other"])
    def test_the_three_flow_types(self, flow_type: str) -> None:
        assert broken(flow_type=flow_type) == []

    def test_case_23_one_violation_for_each_field_in_order(self) -> None:
        found = rules.check_connection(code="a", label="", flow_type="x")
        assert [one.path for one in found] == ["code", "label", "flow_type"]


class TestTracked:
    @pytest.mark.parametrize(
        ("auditable", "flow_type", "expected"),
        [
            (True, "data_source", True),
            (True, "data_destination", True),
            (True, "other", False),
            (False, "data_source", False),
        ],
    )
    def test_what_has_no_direction_is_never_tracked(self, auditable: bool, flow_type: str, expected: bool) -> None:
        assert rules.tracked(auditable, flow_type) is expected


class TestCredentials:
    def test_a_secret_has_the_shape_of_the_contract(self) -> None:
        assert re.fullmatch(r"[0-9a-z]{50}", rules.new_random())

    def test_case_35_secrets_differ_and_use_the_whole_alphabet_to_the_end(self) -> None:
        secrets = [rules.new_random() for _ in range(200)]
        assert len(set(secrets)) == 200
        assert len({secret[-1] for secret in secrets}) > 20

    def test_a_token_has_86_url_safe_characters(self) -> None:
        assert re.fullmatch(r"[0-9A-Za-z_-]{86}", rules.new_token())

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("12_abc", (12, "abc")),
            ("12_a_b", (12, "a_b")),
            ("12_3c8.IMPORTED", (12, "3c8.IMPORTED")),
            ("michel_id", None),
            ("12", None),
            ("12_", None),
            ("_abc", None),
            ("0_abc", None),
            ("012_abc", None),
            ("-1_abc", None),
            ("1.5_abc", None),
            ("\u0661_abc", None),
            ("9" * 19 + "_abc", None),
            ("1_a\0c", None),
            ("1_" + "a" * 300, None),
            ("", None),
        ],
    )
    def test_a_client_id_is_cut_at_its_first_underscore(self, text: str, expected: tuple[int, str] | None) -> None:
        assert rules.parse_client_id(text) == expected

    def test_a_public_client_id_can_be_read_again(self) -> None:
        assert rules.parse_client_id(rules.public_client_id(7, "abc")) == (7, "abc")

    @pytest.mark.parametrize(
        ("expected", "given", "same"),
        [("abc", "abc", True), ("abc", "abd", False), ("abc", "", False), ("", "", True), ("abc", "é\ud800", False)],
    )
    def test_secrets_are_compared(self, expected: str, given: str, same: bool) -> None:
        assert rules.same_secret(rules.digest(expected), given) is same


class TestSeal:
    def test_what_is_sealed_can_be_opened(self) -> None:
        sealed = rules.seal("secret", keys=["key"], client=1)
        assert b"secret" not in sealed.ciphertext
        assert rules.open_sealed(sealed, keys=["key"], client=1) == "secret"

    def test_the_same_secret_never_looks_the_same(self) -> None:
        assert rules.seal("secret", keys=["key"], client=1) != rules.seal("secret", keys=["key"], client=1)

    def test_a_former_key_still_opens(self) -> None:
        sealed = rules.seal("secret", keys=["old"], client=1)
        assert rules.open_sealed(sealed, keys=["new", "old"], client=1) == "secret"

    @pytest.mark.parametrize(("keys", "client"), [(["other"], 1), (["key"], 2)])
    def test_another_key_or_another_clients_row_does_not_open(self, keys: list[str], client: int) -> None:
        with pytest.raises(rules.SealedWithUnknownKey):
            rules.open_sealed(rules.seal("secret", keys=["key"], client=1), keys=keys, client=client)

    def test_a_changed_ciphertext_does_not_open(self) -> None:
        sealed = rules.seal("secret", keys=["key"], client=1)
        changed = Sealed(sealed.key_id, sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1]))
        with pytest.raises(rules.SealedWithUnknownKey):
            rules.open_sealed(changed, keys=["key"], client=1)


class TestDigested:
    def test_it_is_compared_as_a_sealed_one_is_and_needs_no_key(self) -> None:
        sealed = rules.seal("secret", keys=["key"], client=1)
        assert rules.digest_of(rules.digested("secret"), keys=[], client=1) == rules.digest_of(
            sealed, keys=["key"], client=1
        )

    def test_nobody_can_show_it_again(self) -> None:
        kept = rules.digested("secret")
        assert b"secret" not in kept.ciphertext
        with pytest.raises(rules.SecretShownOnce, match="regenerate it"):
            rules.open_sealed(kept, keys=["key"], client=1)

    def test_a_seal_tells_whose_key_it_is(self) -> None:
        sealed = rules.seal("secret", keys=["key"], client=1)
        assert rules.is_under(sealed, "key") and not rules.is_under(sealed, "other")


class TestTokenRequest:
    @pytest.mark.parametrize("grant", ["", "passwordd", "PASSWORD", "password\n", "http://", "urn:", "refresh-token"])
    def test_case_91_an_unknown_grant_is_an_invalid_request(self, grant: str) -> None:
        with pytest.raises(Unprocessable) as refusal:
            rules.check_grant_type(TokenRequest(grant_type=grant))
        assert refusal.value.reason == "invalid_request"
        assert all(word in refusal.value.message for word in ("grant_type", "username", "password"))

    @pytest.mark.parametrize(
        "grant", ["client_credentials", "token", "authorization_code", "http://a.example/grant", "urn:ietf:x"]
    )
    def test_case_92_a_known_grant_that_this_client_may_not_use(self, grant: str) -> None:
        asked = TokenRequest(grant_type=grant)
        rules.check_grant_type(asked)
        with pytest.raises(Unprocessable) as refusal:
            rules.check_grant_allowed(asked, rules.GRANT_TYPES)
        assert refusal.value.reason == "unauthorized_client"

    def test_a_token_expires_after_its_last_second_not_with_it(self) -> None:
        assert not rules.is_expired(NOW, NOW)
        assert rules.is_expired(NOW, NOW + timedelta(microseconds=1))


def holder(
    *, own: int | None = 1, of_client: int | None = 1, flow_type: str = "data_destination", auditable: bool = True
) -> Holder:
    connection = None if of_client is None else ClientConnection(of_client, flow_type, auditable, NOW, NOW)
    return Holder(NOW, 9, "shop_0001", "Shop", "api", True, "UTC", frozenset(), own, connection)


class TestHolder:
    def test_a_pair_is_valid_when_one_connection_owns_both(self) -> None:
        assert holder().is_valid_pair and not holder().is_wrong_pair

    @pytest.mark.parametrize("own", [None, 2])
    def test_a_person_or_anothers_user_makes_a_wrong_pair(self, own: int | None) -> None:
        assert holder(own=own).is_wrong_pair and not holder(own=own).is_valid_pair

    def test_a_client_without_connection_makes_neither(self) -> None:
        assert not holder(of_client=None).is_wrong_pair and not holder(of_client=None).is_valid_pair

    @pytest.mark.parametrize(
        ("found", "counted"),
        [
            (holder(), True),
            (holder(own=2), False),
            (holder(auditable=False), False),
            (holder(flow_type="data_source"), False),
            (holder(of_client=None), False),
        ],
    )
    def test_reads_count_for_a_tracked_destination_with_its_own_user(self, found: Holder, counted: bool) -> None:
        assert found.reads_counted is counted

    @pytest.mark.parametrize(
        ("first", "last", "due"),
        [
            (None, None, True),
            (None, NOW, True),
            (NOW, NOW - timedelta(seconds=59), False),
            (NOW, NOW - timedelta(seconds=60), True),
        ],
    )
    def test_a_use_is_noted_at_first_and_then_once_a_minute(
        self, first: datetime | None, last: datetime | None, due: bool
    ) -> None:
        assert ClientConnection(1, "other", False, first, last).use_is_due(NOW) is due


@dataclass(frozen=True)
class Hour:
    hour: datetime
    count: int


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


class TestPeriod:
    def test_case_a20_an_hour_belongs_to_the_local_day_it_starts_in(self) -> None:
        period = Period(ZoneInfo("Africa/Johannesburg"), date(2020, 1, 8))
        week = period.week([Hour(utc(2020, 1, 1, 23), 4)])
        assert (week.days[0].day, week.days[0].count) == (date(2020, 1, 2), 4)

    def test_case_a21_eight_days_and_the_total_of_the_last_seven(self) -> None:
        period = Period(ZoneInfo("UTC"), date(2020, 1, 8))
        week = period.week([Hour(utc(2020, 1, day, 12), day) for day in range(1, 9)])
        assert (week.before.day, week.before.count) == (date(2020, 1, 1), 1)
        assert [one.day.day for one in week.days] == [2, 3, 4, 5, 6, 7, 8]
        assert week.total == 35

    def test_case_a22_no_data_is_eight_days_of_nothing(self) -> None:
        week = Period(ZoneInfo("UTC"), date(2020, 1, 8)).week([])
        assert week.total == week.before.count == 0
        assert [one.count for one in week.days] == [0] * 7

    def test_today_is_the_viewers_today(self) -> None:
        late = utc(2026, 3, 2, 23, 30)
        assert Period.until(late, ZoneInfo("UTC")).today == date(2026, 3, 2)
        assert Period.until(late, ZoneInfo("Europe/Berlin")).today == date(2026, 3, 3)

    def test_the_period_runs_from_local_midnight_to_local_midnight(self) -> None:
        period = Period(ZoneInfo("Europe/Berlin"), date(2026, 4, 1))
        # Summer time begins on 29 March.
        assert (period.start, period.end) == (utc(2026, 3, 24, 23), utc(2026, 4, 1, 22))

    def test_an_hour_over_midnight_goes_to_the_earlier_day(self) -> None:
        period = Period(ZoneInfo("Asia/Kolkata"), date(2020, 1, 8))
        week = period.week([Hour(utc(2020, 1, 6, 18), 1)])
        assert [one.count for one in week.days] == [0, 0, 0, 0, 1, 0, 0]

    @pytest.mark.parametrize("name", ["Nowhere/At_All", "", "../etc/passwd", "Europe"])
    def test_an_unknown_zone_is_utc(self, name: str) -> None:
        assert rules.read_zone(name).key == "UTC"


def test_wrong_uses_are_shown_from_midnight_utc_seven_days_ago() -> None:
    assert rules.wrong_use_shown_since(NOW) == utc(2026, 2, 23)
