"""Testing a connection: asked for by a person, run by the worker.

By the worker, because a web process has one thread: a request that calls its own address would wait
for itself. What is called is the address of the settings and nothing else, within PATIENCE altogether.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

import orjson
from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from limen import __version__
from limen.accounts import queries as accounts
from limen.accounts.rules import OVERALL, Caller
from limen.connections import queries, rules
from limen.connections.models import Check, Connection, OAuthClient
from limen.connections.operations.tokens import issue_token
from limen.connections.rules import Step
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Conflict
from limen.kit.http.endpoint import COLLECTION
from limen.kit.http.exchange import Answer, NoAnswer, ask

# Seconds for all steps together, and for one of them.
PATIENCE, PATIENCE_OF_ONE = 10.0, 3.0

JOB = "connections.check"


@transaction.atomic
def request_check(*, code: str, by: Caller, now: datetime) -> None:
    """Have the worker test a connection. Does nothing while a test of it runs."""
    row = queries.find(code, lock=True)
    last = queries.report_of(row.code)
    if last is not None and last.is_running(now):
        return
    Check.objects.filter(connection=row.id).delete()
    check = Check.objects.create(
        connection=row, asked_by=by.name, asked_at=now, nonce=rules.new_random(), proof=rules.new_random()
    )
    events.record(Happening("connection.tested", f"connection:{row.code}"), by=by, now=now)
    # In the same transaction: the queue is in the same database.
    app.configure_task(JOB).defer(check=check.id)


def run_check(*, check: int, clock: Callable[[], datetime]) -> None:
    """Test a connection, a step at a time; each is saved at once. Nothing when another test has been asked for.

    `clock` tells the time, more than once: an answer is compared with the moment it came.
    """
    row = Check.objects.filter(id=check, finished_at=None).select_related("connection__client", "connection__user")
    found = row.first()
    if found is None:
        return
    _Run(found, clock).all_steps()


class _Run:
    """One run. `steps` grows; a network step after one that failed fatally is skipped."""

    def __init__(self, check: Check, clock: Callable[[], datetime]) -> None:
        self.check = check
        self.connection: Connection = check.connection
        self.clock = clock
        self.address = queries.own_address()
        self.is_set = bool(settings.LIMEN_PUBLIC_URL)
        self.steps: list[Step] = []
        self.until = time.monotonic() + PATIENCE

    def all_steps(self) -> None:
        caller = queries.caller_through(self.connection)
        permissions = caller.permissions if caller else frozenset()
        role, _ = accounts.role_and_group_of(self.connection.user_id)
        label = role.label if role else ""
        if self.connection.scopes is not None:
            label += " (limited for this connection)"
        self._save(started_at=self.clock(), address=self.address, role=label, permissions=sorted(permissions))

        row = self.connection
        is_open = self._add(rules.judge_open(enabled=row.enabled, expires_at=row.expires_at, now=self.clock()))
        self._add(rules.judge_address(self.address, is_set=self.is_set))
        with _borrowed_token(self.connection, self.clock()) as token:
            self._network_steps({"Authorization": f"Bearer {token}"}, is_open=is_open)
        self._add(rules.judge_access(permissions, role=label) if caller else rules.user_is_off())
        self._add(rules.judge_rights(permissions, flow_type=self.connection.flow_type, role=label))
        # In the order people read them, the skipped among them.
        done = {step.name: step for step in self.steps}
        self.steps = [done.get(name) or rules.skipped(name) for name in rules.STEPS]
        self._save(steps=_stored(self.steps), finished_at=self.clock(), nonce=None, proof="")

    def _network_steps(self, token: Mapping[str, str], *, is_open: bool) -> None:
        """Go on only while it is certain that credentials reach nobody but this installation.

        A connection that lets nobody in would answer the steps with a token as if something were wrong with them.
        """
        got = self._ask("GET", f"/api/oauth/v1/check/{self.check.nonce}")
        if not self._add(rules.judge_reach(self.address, got)) or isinstance(got, NoAnswer):
            return
        if not self._add(rules.judge_instance(self.address, got, proof=self.check.proof)):
            return
        networks, behind_proxy = self.connection.allowed_networks, settings.LIMEN_BEHIND_PROXY
        self._add(rules.judge_networks(got, networks, behind_proxy=behind_proxy))
        self._add(rules.judge_clock(got, now=self.clock()))
        if not is_open:
            return
        if not self._add(rules.judge_authorization(self._ask("GET", "/api/rest/v1/system-information", token))):
            return
        allowed = rules.is_allowed(rules.address_seen(got), networks)
        self._add(self._client_step() if allowed else rules.client_not_tested())
        if OVERALL not in self.check.permissions:
            return
        # A dry run of no lines at all: nothing can come of it.
        path, wrong = "/api/rest/v1/products?dry_run=1", {"Content-Type": "text/plain"}
        refused = self._ask("PATCH", path, {**token, **wrong}, b"")
        accepted = self._ask("PATCH", path, {**token, "Content-Type": COLLECTION}, b"")
        self._add(rules.judge_media(refused, accepted))
        # The one list with links that needs no permission of its own; nothing is counted there.
        listed = self._ask("GET", "/api/rest/v1/measure-families?limit=1", token)
        self._add(rules.judge_links(self.address, listed, is_set=self.is_set))

    def _client_step(self) -> Step:
        try:
            secret = queries.secret_of(self.connection.code)
        except rules.SecretShownOnce:
            return rules.secret_not_kept()
        except Conflict:
            return rules.secret_unreadable()
        basic = b64encode(f"{self.connection.client.public_id}:{secret}".encode()).decode()
        body = {"grant_type": "password", "username": self.connection.user.username, "password": rules.new_random()}
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        return rules.judge_client(self._ask("POST", "/api/oauth/v1/token", headers, orjson.dumps(body)))

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer | NoAnswer:
        left = min(PATIENCE_OF_ONE, self.until - time.monotonic())
        if left <= 0:
            return NoAnswer("timeout")
        named = {"User-Agent": f"Limen/{__version__} (test of a connection)", **(headers or {})}
        return ask(method, self.address + path, headers=named, body=body, patience=left)

    def _add(self, step: Step) -> bool:
        """Note a step and tell whether it went well enough for those after it."""
        self.steps.append(step)
        self._save(steps=_stored(self.steps))
        return step.status != rules.FAILED

    def _save(self, **fields: object) -> None:
        """Write to this run's row alone: another test, or the connection's end, has deleted it."""
        Check.objects.filter(id=self.check.id).update(**fields)
        for name, value in fields.items():
            setattr(self.check, name, value)


@contextmanager
def _borrowed_token(connection: Connection, now: datetime) -> Iterator[str]:
    """Give a token of the connection's user, which ends with the block.

    It belongs to a client of its own, without secret and grants: so the test is no use of the connection
    in its dates, counts and warnings, and one DELETE ends it. What a killed run left goes with the next.
    """
    label = f"Test of {connection.code}"[:100]
    ours = OAuthClient.objects.filter(label=label, grant_types=[], connection=None)
    ours.delete()
    client = OAuthClient.objects.create(random_id=rules.new_random(), label=label, grant_types=[], created_at=now)
    try:
        yield issue_token(client_id=client.id, user_id=connection.user_id, now=now).access_token
    finally:
        ours.filter(id=client.id).delete()


def _stored(steps: list[Step]) -> list[dict[str, str]]:
    return [asdict(step) for step in steps]
