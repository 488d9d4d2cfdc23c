"""Tokens, pauses and repeats, against a real server on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from kontor.pim import FIRST_PAUSE, MOST_TRIES, Credentials, Pim, PimError

from tests.examples.fake_pim import FakePim

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LINES = [{"identifier": f"LG-{number}", "values": {}} for number in range(4)]


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def session(pim: FakePim, pauses: list[float]) -> Iterator[Pim]:
    session = Pim(Credentials.from_environment(pim.environment()), sleep=pauses.append, chance=lambda: 1.0)
    yield session
    session.close()


def statuses(results: list[dict[str, object]]) -> list[object]:
    return [result["status_code"] for result in results]


class TestCredentials:
    def test_come_from_the_environment(self) -> None:
        assert Credentials.from_environment(FakePim().environment() | {"PIM_URL": "http://pim"}).username

    def test_that_are_missing_are_named(self) -> None:
        with pytest.raises(ValueError, match=r"PIM_SECRET, PIM_PASSWORD\.$"):
            Credentials.from_environment({"PIM_URL": "x", "PIM_CLIENT_ID": "x", "PIM_USERNAME": "x", "PIM_SECRET": ""})


class TestTokens:
    def test_one_login_serves_many_calls(self, pim: FakePim, session: Pim) -> None:
        session.patch_lines("products", LINES)
        session.patch_lines("products", LINES)
        assert pim.grants == ["password"]

    def test_an_expired_token_is_refreshed_and_the_call_repeated(self, pim: FakePim, session: Pim) -> None:
        session.patch_lines("products", LINES)
        pim.expire_tokens()
        assert statuses(session.patch_lines("products", LINES)) == [204] * 4
        assert pim.grants == ["password", "refresh_token"]

    def test_a_refused_refresh_leads_to_a_new_login(self, pim: FakePim, session: Pim) -> None:
        session.patch_lines("products", LINES)
        pim.expire_tokens()
        pim.refresh_works = False
        assert statuses(session.patch_lines("products", LINES)) == [204] * 4
        assert pim.grants == ["password", "refresh_token", "password"]

    def test_a_fresh_token_that_is_refused_too_is_not_tried_for_ever(self, pim: FakePim, session: Pim) -> None:
        pim.faults = [(401, {}), (401, {})]
        with pytest.raises(PimError, match="answered 401"):
            session.patch_lines("products", LINES)

    def test_wrong_credentials_say_what_the_pim_says(self, pim: FakePim, session: Pim) -> None:
        pim.password_works = False
        with pytest.raises(PimError, match=r"does not let us in \(422\): No user has this name and password"):
            session.patch_lines("products", LINES)

    def test_an_address_that_is_no_pim_is_called_so(self, pim: FakePim, pauses: list[float]) -> None:
        environment = pim.environment() | {"PIM_URL": "http://127.0.0.1:9"}
        session = Pim(Credentials.from_environment(environment), sleep=pauses.append)
        with pytest.raises(PimError, match=f"Gave up after {MOST_TRIES} tries: ConnectError"):
            session.get("channels/ecommerce")
        session.close()


class TestTryingAgain:
    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_passing_trouble_is_waited_for(self, pim: FakePim, session: Pim, pauses: list[float], status: int) -> None:
        pim.faults = [(status, {}), (status, {})]
        assert statuses(session.patch_lines("products", LINES)) == [201] * 4
        assert pauses == [FIRST_PAUSE * 2, FIRST_PAUSE * 4]

    def test_a_broken_connection_is_made_anew(self, pim: FakePim, session: Pim, pauses: list[float]) -> None:
        pim.faults = ["drop"]
        assert statuses(session.patch_lines("products", LINES)) == [201] * 4
        assert len(pauses) == 1

    def test_an_answer_that_breaks_off_is_asked_for_again(self, pim: FakePim, session: Pim) -> None:
        pim.faults = ["half"]
        # The first try has saved them; that is why the second finds them there.
        assert statuses(session.patch_lines("products", LINES)) == [204] * 4
        assert len(pim.batches) == 2

    def test_the_pim_may_say_how_long(self, pim: FakePim, session: Pim, pauses: list[float]) -> None:
        pim.faults = [(429, {"Retry-After": "17"})]
        session.patch_lines("products", LINES)
        assert pauses == [17.0]

    def test_the_pim_may_say_until_when(self, pim: FakePim, session: Pim, pauses: list[float]) -> None:
        pim.faults = [(503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)})]
        session.patch_lines("products", LINES)
        assert 35 < pauses[0] <= 40

    def test_an_unreadable_wish_is_no_wish(self, pim: FakePim, session: Pim, pauses: list[float]) -> None:
        pim.faults = [(503, {"Retry-After": "soon"})]
        session.patch_lines("products", LINES)
        assert pauses == [FIRST_PAUSE * 2]

    def test_pauses_are_left_to_chance_in_part(self, pim: FakePim, pauses: list[float]) -> None:
        session = Pim(Credentials.from_environment(pim.environment()), sleep=pauses.append, chance=lambda: 0.0)
        pim.faults = [(503, {})]
        session.patch_lines("products", LINES)
        session.close()
        assert pauses == [FIRST_PAUSE]

    def test_it_ends_when_the_trouble_does_not(self, pim: FakePim, session: Pim, pauses: list[float]) -> None:
        pim.faults = [(503, {})] * MOST_TRIES
        with pytest.raises(PimError, match=f"Gave up after {MOST_TRIES} tries: the PIM answered 503 \\(on order\\)"):
            session.patch_lines("products", LINES)
        assert pauses == sorted(pauses)
        assert len(pauses) == MOST_TRIES - 1

    @pytest.mark.parametrize("status", [400, 403, 413, 415, 422])
    def test_what_another_try_would_not_change_is_not_tried_again(
        self, pim: FakePim, session: Pim, pauses: list[float], status: int
    ) -> None:
        pim.faults = [(status, {})]
        with pytest.raises(PimError, match=f"PATCH /api/rest/v1/products answered {status}: on order"):
            session.patch_lines("products", LINES)
        assert not pauses


class TestLists:
    def test_are_read_to_the_end_by_their_links(self, pim: FakePim, session: Pim) -> None:
        pim.stored["families"] = {f"f{number}": {"code": f"f{number}"} for number in range(25)}
        assert len(list(session.items("families"))) == 25

    def test_a_resource_that_does_not_exist_is_none(self, pim: FakePim, session: Pim) -> None:
        pim.faults = [(404, {})]
        assert session.get("channels/print") is None
