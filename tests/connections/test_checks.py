"""A test of a connection, against the real server behind a proxy of ours that misbehaves in one way."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from limen.accounts.models import Role, User
from limen.accounts.rules import OVERALL, SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import AccessToken, Check, ClientSecret, Connection, OAuthClient, RefreshToken
from limen.events import queries as events
from limen.kit import clock
from limen.kit.errors import NotFound
from tests.conftest import Live
from tests.factories.connections import make_connection

CODE = "myerp"
TROUBLED = (rules.WARNING, rules.FAILED)


@pytest.fixture(autouse=True)
def no_job_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """The queue's tables are not emptied with the others."""
    if "live" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("live")
    yield
    ProcrastinateJob.objects.all().delete()


@dataclass
class Sent:
    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Back:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Proxy:
    """Passes everything on to the server behind it, but for what `request` and `answer` change."""

    url: str
    request: Callable[[Sent], Back | None] = lambda sent: None
    answer: Callable[[Sent, Back], None] = lambda sent, back: None
    seen: list[Sent] = field(default_factory=list)


@pytest.fixture
def proxy(live: Live, settings: Any) -> Iterator[Proxy]:
    behind = live.url.removeprefix("http://")

    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = Sent(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
            found.seen.append(sent)
            back = found.request(sent) or self.fetched(sent, body)
            found.answer(sent, back)
            self.send_response_only(back.status)
            for name, value in (back.headers | {"content-length": str(len(back.body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(back.body)

        def fetched(self, sent: Sent, body: bytes) -> Back:
            connection = http.client.HTTPConnection(behind, timeout=10)
            connection.request(sent.method, sent.path, body, sent.headers)
            got = connection.getresponse()
            back = Back(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
            connection.close()
            return back

        do_GET = do_POST = do_PATCH = pass_on  # names of the library

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    found = Proxy(f"http://127.0.0.1:{server.server_port}")
    settings.LIMEN_PUBLIC_URL = found.url
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def outcome(code: str = CODE) -> dict[str, rules.Step]:
    """Ask for a test, let the worker's part run, and give its steps by name."""
    operations.request_check(code=code, by=SYSTEM, now=clock.now())
    operations.run_check(check=Check.objects.get().id, clock=clock.now)
    report = queries.report_of(code)
    assert report and report.finished_at
    assert list(rules.STEPS) == [step.name for step in report.steps]
    return {step.name: step for step in report.steps}


def troubles(steps: Mapping[str, rules.Step]) -> dict[str, str]:
    """Give the status of the steps that went wrong; each has to tell why, and a cure."""
    wrong = [step for step in steps.values() if step.status in TROUBLED]
    assert all(step.why and step.cure for step in wrong)
    return {step.name: step.status for step in wrong}


def skipped(steps: Mapping[str, rules.Step]) -> set[str]:
    return {name for name, step in steps.items() if step.status == rules.SKIPPED}


AFTER_INSTANCE = {"networks", "clock", "authorization", "client", "media", "links"}


class TestNothingWrong:
    def test_every_step_is_well(self, proxy: Proxy) -> None:
        steps = outcome()
        assert {step.status for step in steps.values()} == {rules.OK}, steps

    def test_it_leaves_no_token_no_client_and_no_use(self, proxy: Proxy) -> None:
        before = OAuthClient.objects.count()
        outcome()
        assert OAuthClient.objects.count() == before
        assert not AccessToken.objects.exists() and not RefreshToken.objects.exists()
        row = Connection.objects.get()
        assert (row.first_call_at, row.last_used_at) == (None, None)

    def test_what_a_killed_run_left_goes_with_the_next(self, proxy: Proxy) -> None:
        label = f"Test of {CODE}"
        OAuthClient.objects.create(random_id="x", label=label, grant_types=[], created_at=clock.now())
        outcome()
        assert not OAuthClient.objects.filter(label=label).exists()

    def test_the_report_holds_no_secret(self, proxy: Proxy, live: Live) -> None:
        sent = [one for one in (outcome(), proxy.seen)[1] if "authorization" in one.headers]
        row = Check.objects.values_list().get()
        for secret in (live.secret, live.password, *(one.headers["authorization"].split()[1] for one in sent)):
            assert secret not in repr(row)
        assert Check.objects.get().nonce is None

    def test_one_failed_attempt_at_the_token_endpoint_for_a_run(self, proxy: Proxy) -> None:
        outcome()
        assert [one.path for one in proxy.seen].count("/api/oauth/v1/token") == 1

    def test_who_asked_is_recorded(self, proxy: Proxy) -> None:
        operations.request_check(code=CODE, by=SYSTEM, now=clock.now())
        kinds = [one.kind for one in events.history(f"connection:{CODE}")]
        assert "connection.tested" in kinds


class TestAddress:
    def test_without_a_public_address_it_is_where_limen_listens(self, live: Live, settings: Any) -> None:
        settings.LIMEN_PUBLIC_URL = ""
        host, port = live.url.removeprefix("http://").split(":")
        settings.LIMEN_HOST, settings.LIMEN_PORT = host, int(port)
        steps = outcome()
        assert troubles(steps) == {"address": rules.WARNING}
        assert "LIMEN_PUBLIC_URL" in steps["address"].cure

    @pytest.mark.parametrize(
        ("host", "address"),
        [("0.0.0.0", "http://127.0.0.1:8000"), ("::", "http://[::1]:8000"), ("10.1.2.3", "http://10.1.2.3:8000")],
    )
    def test_an_address_that_means_all_is_called_on_the_loopback(self, host: str, address: str, settings: Any) -> None:
        settings.LIMEN_PUBLIC_URL, settings.LIMEN_HOST, settings.LIMEN_PORT = "", host, 8000
        assert queries.own_address() == address


class TestReach:
    def test_a_refused_connection(self, live: Live, settings: Any) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            settings.LIMEN_PUBLIC_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
        steps = outcome()
        assert troubles(steps) == {"reach": rules.FAILED}
        assert "refuses the connection" in steps["reach"].happened
        assert skipped(steps) == {"instance", *AFTER_INSTANCE}

    def test_no_answer_in_time(self, live: Live, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from limen.connections.operations import checks

        monkeypatch.setattr(checks, "PATIENCE_OF_ONE", 0.1)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.LIMEN_PUBLIC_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
            steps = outcome()
        assert troubles(steps) == {"reach": rules.FAILED}
        assert "in time" in steps["reach"].happened

    def test_all_steps_together_wait_for_so_long_and_no_longer(
        self, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from limen.connections.operations import checks

        proxy.answer = lambda sent, back: time.sleep(0.06) if sent.path.endswith("information") else None
        monkeypatch.setattr(checks, "PATIENCE", 0.05)
        monkeypatch.setattr(checks, "PATIENCE_OF_ONE", 10.0)
        steps = outcome()
        # Whichever step it is that the time runs out in, it says so, and the credentials stay here.
        assert rules.FAILED in {step.status for step in steps.values()}
        assert "/api/oauth/v1/token" not in [one.path for one in proxy.seen]

    def test_a_name_that_nobody_has(self) -> None:
        step = rules.judge_reach("https://pim.invalid", rules_no_answer("name", "Name or service not known"))
        assert step.status == rules.FAILED and "DNS" in step.why

    def test_tls_where_none_is_spoken(self, proxy: Proxy, settings: Any) -> None:
        settings.LIMEN_PUBLIC_URL = proxy.url.replace("http:", "https:")
        steps = outcome()
        assert troubles(steps) == {"reach": rules.FAILED}
        assert "TLS" in steps["reach"].happened

    def test_what_does_not_speak_http(self, live: Live, settings: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.LIMEN_PUBLIC_URL = f"http://127.0.0.1:{server.getsockname()[1]}"

            def greet() -> None:
                caller, _ = server.accept()
                caller.recv(1000)
                caller.sendall(b"SSH-2.0-OpenSSH\r\n")
                caller.close()

            thread = threading.Thread(target=greet)
            thread.start()
            steps = outcome()
            thread.join()
        assert "breaks off" in steps["reach"].happened


def rules_no_answer(trouble: Any, detail: str = "") -> Any:
    from limen.kit.http.exchange import NoAnswer

    return NoAnswer(trouble, detail)


class TestInstance:
    def test_a_foreign_server_gets_no_credential(self, proxy: Proxy) -> None:
        proxy.request = lambda sent: Back(200, {"server": "nginx"}, b"<h1>Welcome</h1>")
        steps = outcome()
        assert troubles(steps) == {"instance": rules.FAILED}
        assert "nginx" in steps["instance"].happened
        assert skipped(steps) == AFTER_INSTANCE
        assert not [one for one in proxy.seen if "authorization" in one.headers]

    def test_another_limen_gets_no_credential(self, proxy: Proxy) -> None:
        proxy.request = lambda sent: Back(404, {"x-limen-version": "0.1.0"}, b'{"code": 404, "message": "No."}')
        steps = outcome()
        assert troubles(steps) == {"instance": rules.FAILED}
        assert "Another Limen" in steps["instance"].happened
        assert not [one for one in proxy.seen if "authorization" in one.headers]

    def test_a_redirect_is_not_followed_but_told(self, proxy: Proxy) -> None:
        proxy.request = lambda sent: Back(301, {"location": "https://pim.example.com/api"}, b"")
        step = outcome()["instance"]
        assert "redirects to https://pim.example.com" in step.happened
        assert len(proxy.seen) == 1

    @pytest.mark.parametrize(
        ("status", "word"), [(401, "password"), (502, "proxy answers 502"), (403, "Something else")]
    )
    def test_something_in_front_answers(self, status: int, word: str, proxy: Proxy) -> None:
        proxy.request = lambda sent: Back(status, {"server": "Apache"}, b"")
        assert word in outcome()["instance"].happened

    @pytest.mark.parametrize("nonce", ["nobody", "%00", "%ff", "x" * 3000])
    def test_who_guesses_learns_nothing(self, nonce: str, live: Live) -> None:
        connection = http.client.HTTPConnection(live.url.removeprefix("http://"))
        connection.request("GET", f"/api/oauth/v1/check/{nonce}")
        assert connection.getresponse().status == 404
        connection.close()

    def test_the_answer_is_for_this_run_alone(self, proxy: Proxy) -> None:
        outcome()
        asked = proxy.seen[0].path.rsplit("/", 1)[1]
        assert queries.proof_of(asked) is None
        connection = http.client.HTTPConnection(proxy.url.removeprefix("http://"))
        connection.request("GET", f"/api/oauth/v1/check/{asked}")
        assert connection.getresponse().status == 404
        connection.close()


class TestOpen:
    """A door that is shut is named as such; what needs it open is not taken for broken."""

    NEED_IT = {"authorization", "client", "media", "links"}

    @pytest.mark.parametrize(
        ("facts", "happened", "cure"),
        [
            ({"enabled": False}, "The connection is paused.", "Resume it"),
            (
                {"expires_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC)},
                "ended on 2026-03-02 at 09:30 UTC",
                "later last day",
            ),
        ],
    )
    def test_a_paused_or_ended_connection(self, proxy: Proxy, facts: dict[str, Any], happened: str, cure: str) -> None:
        Connection.objects.update(**facts)
        steps = outcome()
        assert troubles(steps) == {"open": rules.FAILED}
        assert happened in steps["open"].happened and cure in steps["open"].cure
        assert skipped(steps) == self.NEED_IT
        assert not [one for one in proxy.seen if "authorization" in one.headers]
        report = rules.report_text(heading="Test", steps=steps.values(), rights=[])
        assert f"[failed] Pause and end: {steps['open'].happened}" in report
        assert f"    Cure: {steps['open'].cure}" in report

    @pytest.mark.parametrize(
        ("left", "status", "said"),
        [
            (None, rules.OK, "has no end"),
            (timedelta(days=8), rules.OK, "and ends on 2026-03-10 at 09:30 UTC"),
            (timedelta(days=7), rules.WARNING, "ends on 2026-03-09 at 09:30 UTC"),
            (timedelta(seconds=1), rules.WARNING, "ends on 2026-03-02 at 09:30 UTC"),
            (timedelta(0), rules.FAILED, "ended on 2026-03-02 at 09:30 UTC"),
        ],
    )
    def test_an_end_is_warned_of_a_week_before(self, left: timedelta | None, status: str, said: str) -> None:
        now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        step = rules.judge_open(enabled=True, expires_at=None if left is None else now + left, now=now)
        assert step.status == status and said in step.happened


class TestNetworks:
    def test_an_allowed_address_is_named(self, proxy: Proxy) -> None:
        Connection.objects.update(allowed_networks=["127.0.0.0/8"])
        steps = outcome()
        assert {step.status for step in steps.values()} == {rules.OK}
        assert "This test comes from 127.0.0.1, which is allowed." in steps["networks"].happened

    def test_another_is_named_with_its_cure_and_not_taken_for_a_wrong_secret(self, proxy: Proxy) -> None:
        Connection.objects.update(allowed_networks=["10.0.0.0/8"])
        steps = outcome()
        assert troubles(steps) == {"networks": rules.WARNING}
        step = steps["networks"]
        assert "comes from 127.0.0.1, which is not allowed" in step.happened and "403" in step.why
        assert "page Access" in step.cure and "LIMEN_BEHIND_PROXY=1" in step.cure
        # What does not ask for the address is tested all the same.
        assert skipped(steps) == {"client"}
        assert "see Allowed addresses" in steps["client"].happened
        assert "/api/oauth/v1/token" not in [one.path for one in proxy.seen]

    def test_with_a_declared_proxy_it_is_the_address_that_the_proxy_saw(self, proxy: Proxy, settings: Any) -> None:
        settings.LIMEN_BEHIND_PROXY = True
        Connection.objects.update(allowed_networks=["10.0.0.0/8"])

        def forward(sent: Sent) -> None:
            sent.headers["x-forwarded-for"] = "192.0.2.7"

        proxy.request = forward
        step = outcome()["networks"]
        assert "192.0.2.7" in step.happened and "LIMEN_BEHIND_PROXY" not in step.cure
        Connection.objects.update(allowed_networks=["192.0.2.0/24"])
        assert outcome()["networks"].status == rules.OK


class TestClock:
    @pytest.mark.parametrize(
        ("date", "status"),
        [
            ("Mon, 02 Mar 2020 09:30:00 GMT", rules.FAILED),
            ("yesterday", rules.WARNING),
        ],
    )
    def test_another_time(self, date: str, status: str, proxy: Proxy) -> None:
        proxy.answer = lambda sent, back: back.headers.update(date=date)
        assert troubles(outcome()) == {"clock": status}

    @pytest.mark.parametrize(
        ("apart", "status", "said"),
        [
            (-20, rules.OK, "agree"),
            (45, rules.WARNING, "45 seconds ahead of"),
            (-240, rules.WARNING, "4 minutes behind"),
            (3600, rules.FAILED, "60 minutes ahead of"),
        ],
    )
    def test_how_far_apart_is_bad(self, apart: int, status: str, said: str) -> None:
        from limen.kit.http.exchange import Answer

        now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        there = format_datetime(now + timedelta(seconds=apart), usegmt=True)
        step = rules.judge_clock(Answer(200, {"date": there}), now=now)
        assert step.status == status and said in step.happened


class TestAuthorization:
    def test_a_proxy_that_drops_the_header(self, proxy: Proxy) -> None:
        def drop(sent: Sent) -> None:
            sent.headers.pop("authorization", None)

        proxy.request = drop
        steps = outcome()
        assert troubles(steps) == {"authorization": rules.FAILED}
        assert "did not arrive" in steps["authorization"].happened
        assert "proxy_set_header Authorization" in steps["authorization"].cure
        assert skipped(steps) == {"client", "media", "links"}

    def test_a_proxy_that_replaces_it(self, proxy: Proxy) -> None:
        def replace(sent: Sent) -> None:
            if "authorization" in sent.headers:
                sent.headers["authorization"] = "Bearer another"

        proxy.request = replace
        assert "another value" in outcome()["authorization"].why

    def test_a_proxy_that_asks_for_its_own_password(self, proxy: Proxy) -> None:
        refused = Back(401, {"www-authenticate": "Basic"}, b"")
        proxy.request = lambda sent: refused if "authorization" in sent.headers else None
        steps = outcome()
        assert troubles(steps) == {"authorization": rules.FAILED}
        assert "password" in steps["authorization"].happened

    def test_a_user_that_is_switched_off(self, proxy: Proxy) -> None:
        User.objects.filter(connection__code=CODE).update(enabled=False)
        assert troubles(outcome()) == {
            "authorization": rules.FAILED,
            "access": rules.FAILED,
            "rights": rules.FAILED,
        }


class TestRole:
    def test_without_access_to_the_api(self, proxy: Proxy) -> None:
        role = Role.objects.get(code="ROLE_ADMINISTRATOR")
        role.permissions = [one for one in role.permissions if one != OVERALL]
        role.save()
        steps = outcome()
        assert troubles(steps) == {"access": rules.FAILED}
        assert "Overall Web API access" in steps["access"].cure
        assert skipped(steps) == {"media", "links"}

    @pytest.mark.parametrize(
        ("flow_type", "allowed", "status", "named"),
        [
            (rules.DATA_SOURCE, {OVERALL, "pim_api_product_edit"}, rules.OK, ""),
            (rules.DATA_SOURCE, {OVERALL, "pim_api_product_list"}, rules.WARNING, "Create or update products"),
            (rules.DATA_DESTINATION, {OVERALL, "pim_api_product_edit"}, rules.WARNING, "List products"),
            (rules.OTHER, {OVERALL, "pim_api_channel_list"}, rules.OK, ""),
            (rules.OTHER, {OVERALL}, rules.FAILED, "List products"),
        ],
    )
    def test_what_the_connection_is_for(self, flow_type: str, allowed: set[str], status: str, named: str) -> None:
        step = rules.judge_rights(allowed, flow_type=flow_type, role="ERP")
        assert step.status == status and named in step.cure

    def test_the_table_names_permissions_as_the_role_editor_does(self) -> None:
        table = {one.resource: one for one in rules.rights_table({"pim_api_product_edit"})}
        products = table["Products"]
        assert products.list and products.edit and products.remove
        assert (products.edit.permission, products.edit.allowed) == ("Create or update products", True)
        assert (products.remove.permission, products.remove.allowed) == ("Delete products", False)
        assert table["Locales"].edit is None
        assert len(table) == 12


class TestClient:
    def test_a_secret_that_cannot_be_read(self, proxy: Proxy) -> None:
        ClientSecret.objects.update(key_id="gone")
        steps = outcome()
        assert troubles(steps) == {"client": rules.FAILED}
        assert "LIMEN_SECRET_KEY" in steps["client"].why

    def test_a_secret_that_is_a_digest_cannot_be_tried_and_nothing_is_wrong(self, proxy: Proxy) -> None:
        operations.digest_secrets(by=SYSTEM, now=clock.now())
        steps = outcome()
        assert steps["client"].status == rules.SKIPPED
        assert "shown once" in steps["client"].happened
        assert rules.FAILED not in troubles(steps).values()

    def test_a_proxy_that_takes_the_basic_header(self, proxy: Proxy) -> None:
        def drop(sent: Sent) -> None:
            if sent.headers.get("authorization", "").startswith("Basic"):
                del sent.headers["authorization"]

        proxy.request = drop
        assert troubles(outcome()) == {"client": rules.FAILED}

    def test_having_to_wait(self, proxy: Proxy) -> None:
        wait = Back(429, {"x-limen-version": "0.1.0", "retry-after": "60"}, b'{"code": 429, "message": "Wait."}')
        proxy.request = lambda sent: wait if sent.path.endswith("/token") else None
        assert troubles(outcome()) == {"client": rules.WARNING}

    def test_an_answer_that_nobody_expects(self, proxy: Proxy) -> None:
        odd = Back(403, {"x-limen-version": "0.1.0"}, b'{"code": 403, "message": "Not from here."}')
        proxy.request = lambda sent: odd if sent.path.endswith("/token") else None
        assert "Not from here." in outcome()["client"].happened


class TestMediaTypes:
    def test_a_proxy_that_lets_no_patch_through(self, proxy: Proxy) -> None:
        proxy.request = lambda sent: Back(405, {}, b"") if sent.method == "PATCH" else None
        steps = outcome()
        assert troubles(steps) == {"media": rules.FAILED}
        assert "405" in steps["media"].happened

    @pytest.mark.parametrize(
        ("arriving", "status"),
        [("text/plain", rules.FAILED), ("application/vnd.akeneo.collection+json", rules.WARNING)],
    )
    def test_a_proxy_that_replaces_the_media_type(self, arriving: str, status: str, proxy: Proxy) -> None:
        def replace(sent: Sent) -> None:
            if sent.method == "PATCH":
                sent.headers["content-type"] = arriving

        proxy.request = replace
        assert troubles(outcome()) == {"media": status}


class TestLinks:
    @pytest.mark.parametrize(("is_set", "word"), [(True, "web processes"), (False, "LIMEN_PUBLIC_URL")])
    def test_links_that_lead_elsewhere(self, is_set: bool, word: str, proxy: Proxy, settings: Any) -> None:
        ours = proxy.url

        def rewrite(sent: Sent, back: Back) -> None:
            back.body = back.body.replace(ours.encode(), b"http://10.0.0.7:8000")

        proxy.answer = rewrite
        if not is_set:
            settings.LIMEN_PUBLIC_URL = ""
            settings.LIMEN_HOST, settings.LIMEN_PORT = "127.0.0.1", int(ours.rsplit(":", 1)[1])
        steps = outcome()
        assert troubles(steps).get("links") == rules.FAILED
        assert "begin with http://10.0.0.7:8000 instead of" in steps["links"].happened
        assert word in steps["links"].why


class TestAsking:
    def test_while_one_runs_another_is_not_started(self, live: Live) -> None:
        now = clock.now()
        operations.request_check(code=CODE, by=SYSTEM, now=now)
        first = Check.objects.get().id
        operations.request_check(code=CODE, by=SYSTEM, now=now)
        assert Check.objects.get().id == first
        operations.request_check(code=CODE, by=SYSTEM, now=now + queries.checks.LOST_AFTER)
        assert Check.objects.get().id != first

    def test_a_worker_that_comes_late_runs_it_all_the_same(self, proxy: Proxy) -> None:
        operations.request_check(code=CODE, by=SYSTEM, now=clock.now() - timedelta(hours=1))
        operations.run_check(check=Check.objects.get().id, clock=clock.now)
        report = queries.report_of(CODE)
        assert report and {step.status for step in report.steps} == {rules.OK}

    def test_a_run_that_was_replaced_changes_nothing(self, proxy: Proxy) -> None:
        operations.request_check(code=CODE, by=SYSTEM, now=clock.now())
        old = Check.objects.get().id
        operations.request_check(code=CODE, by=SYSTEM, now=clock.now() + queries.checks.LOST_AFTER)
        operations.run_check(check=old, clock=clock.now)
        assert Check.objects.get().steps == [] and not proxy.seen

    def test_the_worker_gets_the_job(self, proxy: Proxy) -> None:
        from procrastinate.contrib.django import app

        from limen.connections import jobs

        operations.request_check(code=CODE, by=SYSTEM, now=clock.now())
        job = ProcrastinateJob.objects.get(task_name="connections.check")
        assert job.args == {"check": Check.objects.get().id}
        assert "connections.check" in app.tasks
        jobs.check(**job.args)
        assert Check.objects.get().finished_at

    def test_a_connection_that_is_not_there(self, installed: None) -> None:
        with pytest.raises(NotFound):
            operations.request_check(code="nobody", by=SYSTEM, now=clock.now())

    def test_the_report_goes_with_its_connection(self, installed: None) -> None:
        make_connection()
        operations.request_check(code=CODE, by=SYSTEM, now=clock.now())
        operations.delete_connection(code=CODE, by=SYSTEM, now=clock.now())
        assert not Check.objects.exists()


class TestText:
    def test_a_report_as_text_has_all_a_person_needs(self, proxy: Proxy) -> None:
        proxy.request = lambda sent: Back(502, {"server": "nginx"}, b"")
        steps = outcome()
        text = rules.report_text(
            heading="Test", steps=steps.values(), rights=rules.rights_table({"pim_api_product_list"})
        )
        assert "[failed] This installation answers: The proxy answers 502 by nginx." in text
        assert "    Cure: Correct the address of Limen in the proxy" in text
        assert "Products: List products yes, Create or update products no, Delete products no" in text
        assert json.dumps(text)
