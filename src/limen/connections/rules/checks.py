"""What a test of a connection makes of the answers it got: each step with what happened, why, and its cure.

Nothing here holds a secret: a report is made to be copied into a ticket.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from limen.accounts.rules import OVERALL, PERMISSIONS
from limen.connections.rules.access import is_allowed, known_address
from limen.connections.rules.connection import DATA_DESTINATION, DATA_SOURCE
from limen.connections.rules.life import END_IS_NEAR, closed_by
from limen.kit.http.exchange import Answer, NoAnswer

OK = "ok"
WARNING = "warning"
FAILED = "failed"
SKIPPED = "skipped"

# The steps in their order, by name, with the title that people read.
STEPS = {
    "open": "Pause and end",
    "address": "Public address",
    "reach": "Address reachable",
    "instance": "This installation answers",
    "networks": "Allowed addresses",
    "clock": "Clocks agree",
    "authorization": "Authorization header",
    "access": "Access to the web API",
    "client": "Client ID and secret",
    "media": "PATCH and media types",
    "links": "Links in lists",
    "rights": "Permissions of the role",
}

# Clocks that differ by less are as good as equal; by more than `_FAR`, tokens seem expired or eternal.
_NEAR, _FAR = 30, 300

Got = Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is one of STEPS. `why` and `cure` are empty where all is well."""

    name: str
    status: str
    happened: str
    why: str = ""
    cure: str = ""

    @property
    def title(self) -> str:
        return STEPS[self.name]


def by_limen(answer: Answer) -> bool:
    return "x-limen-version" in answer.headers


def judge_open(*, enabled: bool, expires_at: datetime | None, now: datetime) -> Step:
    """Judge whether the connection lets its connector in, and will next week."""
    refused = "Its calls are answered with 401, and its requests for a token with 422."
    closed = closed_by(enabled=enabled, expires_at=expires_at, now=now)
    if closed == "paused":
        return Step("open", FAILED, "The connection is paused.", refused, "Resume it on its settings page.")
    if expires_at is None:
        return Step("open", OK, "The connection is not paused, and has no end.")
    end = f"{expires_at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC"
    cure = "Choose a later last day on its settings page, or none."
    if closed:
        return Step("open", FAILED, f"The connection ended on {end}.", refused, cure)
    if expires_at - now <= END_IS_NEAR:
        why = "From then on its calls are answered with 401, and its requests for a token with 422."
        return Step("open", WARNING, f"The connection ends on {end}.", why, cure)
    return Step("open", OK, f"The connection is not paused, and ends on {end}.")


def judge_address(address: str, *, is_set: bool) -> Step:
    if is_set:
        return Step("address", OK, f"Connectors call {address} (LIMEN_PUBLIC_URL).")
    return Step(
        "address",
        WARNING,
        f"LIMEN_PUBLIC_URL is not set, so {address} is tested, where Limen listens.",
        "What stands between connectors and Limen, such as a proxy, is not part of this test then.",
        "Set LIMEN_PUBLIC_URL to the address that connectors call, start Limen again and repeat the test.",
    )


def judge_reach(address: str, got: Got) -> Step:
    if isinstance(got, NoAnswer):
        return _no_answer("reach", address, got)
    return Step("reach", OK, f"{address} answers.")


def judge_instance(address: str, got: Got, *, proof: str) -> Step:
    """`proof` is what this installation alone answers."""
    if isinstance(got, NoAnswer):
        return _no_answer("instance", address, got)
    if not by_limen(got):
        return _not_limen("instance", got)
    if _json(got).get("proof") == proof:
        return Step("instance", OK, f"This installation answered, Limen {got.headers['x-limen-version']}.")
    if got.status == 404:
        return Step(
            "instance",
            FAILED,
            "Another Limen answered.",
            "The address leads to an installation with a database of its own, such as test instead of production.",
            f"Correct LIMEN_PUBLIC_URL, or where {address} leads to (DNS, proxy).",
        )
    return Step(
        "instance",
        FAILED,
        f"Limen answered with {got.status}, and not as expected.",
        "The answer was changed on its way, or comes from another version.",
        "Let the proxy pass /api/ unchanged and uncached, and start all processes of Limen again.",
    )


def judge_networks(got: Answer, networks: Sequence[str], *, behind_proxy: bool) -> Step:
    """Judge whether the test itself comes from an allowed address; where a connector comes from nobody can tell.

    `got` is the answer of this installation, which says where the call came from.
    """
    if not networks:
        return Step("networks", OK, "Calls may come from every address.")
    seen = address_seen(got)
    if is_allowed(seen, networks):
        return Step("networks", OK, f"This test comes from {seen}, which is allowed.")
    cure = "Compare the allowed addresses on the page Access with the address that your connector calls from."
    if not behind_proxy:
        cure += f" If there is a proxy, every call comes from {seen or 'its address'}: set LIMEN_BEHIND_PROXY=1."
    return Step(
        "networks",
        WARNING,
        f"This test comes from {seen or 'an address that cannot be told'}, which is not allowed.",
        "Calls and requests for a token from there are answered with 403. A connector that calls from an allowed"
        " address is let in.",
        cure,
    )


def address_seen(got: Answer) -> str:
    """Give the address that this installation saw the test come from."""
    return known_address(str(_json(got).get("address", "")))


def judge_clock(got: Answer, *, now: datetime) -> Step:
    there = _date(got.headers.get("date", ""))
    if there is None:
        return Step(
            "clock",
            WARNING,
            "The answer has no Date that can be read, so clocks cannot be compared.",
            "Something in front of Limen removes the header.",
            "Let the proxy pass the Date header on.",
        )
    apart = round((there - now).total_seconds())
    if abs(apart) <= _NEAR:
        return Step("clock", OK, "The Date of the answer and the clock of this server agree.")
    direction = "ahead of" if apart > 0 else "behind"
    return Step(
        "clock",
        FAILED if abs(apart) > _FAR else WARNING,
        f"The Date of the answer is {_span(abs(apart))} {direction} the clock of this server.",
        "Connectors compute from it when a token expires, and renew it too late or all the time.",
        "Let both machines, that of the proxy and that of Limen, follow a time server (NTP).",
    )


def judge_authorization(got: Got) -> Step:
    if isinstance(got, NoAnswer):
        return _no_answer("authorization", "The address", got)
    if not by_limen(got):
        return _not_limen("authorization", got)
    message = str(_json(got).get("message", ""))
    if got.status == 401 and message.startswith("Authentication is required"):
        return Step(
            "authorization",
            FAILED,
            "The Authorization header did not arrive.",
            "A proxy in front of Limen drops it, so every call with a valid token is answered 401.",
            "Pass it on. nginx: proxy_set_header Authorization $http_authorization; Apache (CGI, WSGI):"
            " WSGIPassAuthorization On; switch off password protection of the proxy under /api/.",
        )
    if got.status == 401:
        return Step(
            "authorization",
            FAILED,
            "The token that was just made is refused as invalid.",
            "The header arrived with another value, or the user of the connection is switched off.",
            "Let the proxy pass the Authorization header unchanged, and see that the user is enabled.",
        )
    if got.status in (200, 403):
        return Step("authorization", OK, "The Authorization header arrives as it was sent.")
    return _unexpected("authorization", got)


def judge_access(permissions: Collection[str], *, role: str) -> Step:
    """`role` is the label of the connection's role."""
    if OVERALL in permissions:
        return Step("access", OK, f'The role "{role}" may use the web API.')
    return Step(
        "access",
        FAILED,
        f'The role "{role}" has no access to the web API.',
        "Every call of the connection is answered 403, whatever else its role allows.",
        f'Tick "{PERMISSIONS[OVERALL].label}" in this role, or give the connection another role.',
    )


def user_is_off() -> Step:
    return Step(
        "access",
        FAILED,
        "The user of the connection is switched off.",
        "None of its tokens is worth anything, and it gets no new ones.",
        "Switch the user on again.",
    )


def judge_client(got: Got) -> Step:
    """Judge the answer to the right client with a password that is certainly wrong."""
    if isinstance(got, NoAnswer):
        return _no_answer("client", "The token endpoint", got)
    if not by_limen(got):
        return _not_limen("client", got)
    reason = _json(got).get("reason")
    if reason == "invalid_grant":
        return Step(
            "client",
            OK,
            "The token endpoint accepts client ID and secret. The password is not tested: only its hash is kept.",
        )
    if reason == "invalid_client":
        return Step(
            "client",
            FAILED,
            "The token endpoint refuses client ID and secret.",
            "The Basic header arrives changed, or the secret was regenerated while this test ran.",
            "Repeat the test; then let the proxy pass the Authorization header of /api/oauth/ unchanged.",
        )
    if got.status == 429:
        return Step(
            "client",
            WARNING,
            "The token endpoint asks to wait, so client ID and secret could not be tested.",
            "There were too many failed attempts from this address.",
            "Repeat the test in some minutes.",
        )
    return _unexpected("client", got)


def client_not_tested() -> Step:
    return Step("client", SKIPPED, "This test comes from an address that gets no token: see Allowed addresses.")


def secret_not_kept() -> Step:
    return Step(
        "client",
        SKIPPED,
        "The secret was shown once and is not kept, so it cannot be tested. The connector is the one who knows it.",
    )


def secret_unreadable() -> Step:
    return Step(
        "client",
        FAILED,
        "The secret cannot be decrypted.",
        "The key of this installation (LIMEN_SECRET_KEY) has changed since the secret was made.",
        "Put the former key back, or regenerate the secret and give it to the connector.",
    )


def judge_media(wrong: Got, right: Got) -> Step:
    """Judge two PATCHes of nothing: with a Content-Type that is not possible, and with that of collections."""
    for got in (right, wrong):
        if isinstance(got, NoAnswer):
            return _no_answer("media", "PATCH", got)
    assert isinstance(wrong, Answer) and isinstance(right, Answer)
    if not by_limen(right) or not by_limen(wrong):
        stopped = wrong if by_limen(right) else right
        return Step(
            "media",
            FAILED,
            f"PATCH is answered with {stopped.status} by something in front of Limen.",
            "A proxy or firewall lets only some methods or media types through; connectors write with PATCH.",
            "Let GET, POST, PATCH and DELETE pass under /api/, with any Content-Type.",
        )
    if right.status == 415:
        return Step(
            "media",
            FAILED,
            "The media type of collections is refused with 415.",
            "The Content-Type header arrives with another value than was sent.",
            "Let the proxy pass the Content-Type header unchanged.",
        )
    if wrong.status != 415:
        return Step(
            "media",
            WARNING,
            f"A wrong media type is answered with {wrong.status} and not with 415.",
            "Something in front of Limen replaces the Content-Type header.",
            "Let the proxy pass the Content-Type header unchanged.",
        )
    return Step("media", OK, "PATCH arrives, a wrong media type is refused with 415, and the right one is accepted.")


def judge_links(address: str, got: Got, *, is_set: bool) -> Step:
    """`is_set`: there is a public address, and links carry it."""
    if isinstance(got, NoAnswer):
        return _no_answer("links", "A list", got)
    if not by_limen(got):
        return _not_limen("links", got)
    if got.status != 200:
        return _unexpected("links", got)
    link = _self_link(got)
    if link.startswith(f"{address}/"):
        return Step("links", OK, "The links that lead from page to page carry the address.")
    begins = "/".join(link.split("/")[:3]) or "nothing"
    if is_set:
        why = "The web processes run with another LIMEN_PUBLIC_URL, or something rewrites the answers."
        cure = "Start Limen again with this LIMEN_PUBLIC_URL, and let the proxy pass answers unchanged."
    else:
        why = "Without LIMEN_PUBLIC_URL links carry the Host of the request, and the proxy does not pass it on."
        cure = "Set LIMEN_PUBLIC_URL, or pass Host and X-Forwarded-Proto and set LIMEN_BEHIND_PROXY=1."
    return Step("links", FAILED, f"Links begin with {begins} instead of {address}.", why, cure)


def judge_rights(permissions: Collection[str], *, flow_type: str, role: str) -> Step:
    """Judge whether the role allows what a connection of this flow type is for."""
    of_api = [one for one in PERMISSIONS.values() if _resource(one.id)]
    granted = [one for one in of_api if one.id in permissions]
    said = f'The role "{role}" allows {len(granted)} of {len(of_api)}; see the table.'
    cure = 'Tick "{}" in this role, or give the connection another role.'
    if not granted:
        why = "Calls are answered 403, but for the few that need nothing else than access to the web API."
        return Step("rights", FAILED, said, why, cure.format(PERMISSIONS["pim_api_product_list"].label))
    purposes = {
        DATA_SOURCE: ("pim_api_product_edit", "A source writes products, and may not."),
        DATA_DESTINATION: ("pim_api_product_list", "A destination reads products, and may not."),
    }
    needed, why = purposes.get(flow_type, ("", ""))
    if needed and needed not in permissions:
        return Step("rights", WARNING, said, why, cure.format(PERMISSIONS[needed].label))
    return Step("rights", OK, said)


def skipped(name: str) -> Step:
    return Step(name, SKIPPED, "What failed above has to be mended first.")


@dataclass(frozen=True, slots=True)
class Right:
    """One action on a resource: `permission` as the role editor calls it; None where there is no such action."""

    permission: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class ResourceRights:
    resource: str
    list: Right | None
    edit: Right | None
    remove: Right | None

    @property
    def actions(self) -> tuple[Right | None, ...]:
        return self.list, self.edit, self.remove


def rights_table(permissions: Collection[str]) -> list[ResourceRights]:
    """Give what these permissions allow, resource by resource, in the order of the role editor."""
    found: dict[str, dict[str, Right]] = {}
    for one in PERMISSIONS.values():
        resource, _, action = _resource(one.id).rpartition("_")
        if resource:
            found.setdefault(resource, {})[action] = Right(one.label, one.id in permissions)
    return [
        ResourceRights(_plural(rights.values()), rights.get("list"), rights.get("edit"), rights.get("remove"))
        for rights in found.values()
    ]


def report_text(*, heading: str, steps: Iterable[Step], rights: Iterable[ResourceRights]) -> str:
    """Write a report as plain text, for a ticket or a mail."""
    lines = [heading, ""]
    for step in steps:
        lines.append(f"[{step.status}] {step.title}: {step.happened}")
        lines += [f"    {label}: {text}" for label, text in (("Why", step.why), ("Cure", step.cure)) if text]
    table = [
        f"{one.resource}: "
        + ", ".join(f"{right.permission} {'yes' if right.allowed else 'no'}" for right in one.actions if right)
        for one in rights
    ]
    return "\n".join([*lines, *(["", *table] if table else [])]) + "\n"


def _resource(permission: str) -> str:
    """`pim_api_product_list` → `product_list`; empty for what is no right on a resource of the API."""
    known = PERMISSIONS[permission].area == "Web API" and permission != OVERALL
    return permission.removeprefix("pim_api_") if known else ""


def _plural(rights: Iterable[Right]) -> str:
    """Take the resource's name from the first label: "List products" → "Products"."""
    name = next(iter(rights)).permission.partition(" ")[2]
    return name[:1].upper() + name[1:]


def _no_answer(name: str, what: str, got: NoAnswer) -> Step:
    said = f" ({got.detail})" if got.detail else ""
    happened, why, cure = {
        "name": (
            f"The name in {what} is unknown{said}.",
            "DNS has no entry for it, or this server asks a DNS that does not know it.",
            "Correct LIMEN_PUBLIC_URL, or the DNS entry.",
        ),
        "refused": (
            f"{what} refuses the connection.",
            "Nothing listens there, or a firewall refuses: proxy not running, wrong port, address of another machine.",
            "Start what should listen there, or correct LIMEN_PUBLIC_URL (without it: LIMEN_HOST and LIMEN_PORT).",
        ),
        "timeout": (
            f"{what} does not answer in time.",
            "A firewall drops the packets, the way from this server to its own public address is closed,"
            " or all processes are busy.",
            "Open the way from this server to its own public address, or add LIMEN_WEB_PROCESSES.",
        ),
        "certificate": (
            f"The certificate of {what} is not trusted{said}.",
            "It has expired, is for another name, is self-signed, or the chain lacks its intermediate certificate.",
            "Install a certificate for this name with its full chain, or add its authority to this server's trust.",
        ),
        "tls": (
            f"No TLS connection with {what}{said}.",
            "What listens there does not speak HTTPS, or none of the versions that are safe today.",
            "Correct the scheme or port in LIMEN_PUBLIC_URL, or switch on TLS 1.2 or later.",
        ),
        "broken": (
            f"{what} breaks off without an answer{said}.",
            "What listens there does not speak HTTP, or ended the connection.",
            "Correct the scheme or port in LIMEN_PUBLIC_URL, and look into the log of the proxy.",
        ),
    }[got.trouble]
    return Step(name, FAILED, happened, why, cure)


def _not_limen(name: str, got: Answer) -> Step:
    """Judge an answer that has not our header: something in front of Limen, or instead of it."""
    server = got.headers.get("server", "")[:80]
    by = f" by {server}" if server else ""
    if got.status in (301, 302, 303, 307, 308):
        location = got.headers.get("location", "")
        target = "/".join(location.split("/")[:3])[:200]
        return Step(
            name,
            FAILED,
            f"The address redirects to {target or 'another one'}.",
            "Clients repeat a POST or PATCH that is redirected as a GET, or not at all.",
            "Set LIMEN_PUBLIC_URL to where it redirects to, and give that address to connectors.",
        )
    if got.status in (401, 407):
        return Step(
            name,
            FAILED,
            f"A password is asked for{by}, before Limen is reached ({got.status}).",
            "The proxy protects the address itself, and takes the Authorization header for its own.",
            "Switch off password protection of the proxy under /api/.",
        )
    if got.status in (502, 503, 504):
        return Step(
            name,
            FAILED,
            f"The proxy answers {got.status}{by}.",
            "It does not reach Limen.",
            "Correct the address of Limen in the proxy (LIMEN_HOST, LIMEN_PORT), and see that Limen runs.",
        )
    return Step(
        name,
        FAILED,
        f"Something else than Limen answers{by}, with {got.status}.",
        "The address leads to another program, or the proxy does not pass this path on.",
        "Let the proxy pass all under /api/ to Limen, or correct LIMEN_PUBLIC_URL.",
    )


def _unexpected(name: str, got: Answer) -> Step:
    message = str(_json(got).get("message", ""))[:200]
    return Step(
        name,
        FAILED,
        f"Limen answered with {got.status}{f': {message}' if message else '.'}",
        "This answer is not expected here.",
        "Look for it in the log of Limen.",
    )


def _json(got: Answer) -> Mapping[str, Any]:
    try:
        found = json.loads(got.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _self_link(got: Answer) -> str:
    link: Any = _json(got)
    for name in ("_links", "self", "href"):
        link = link.get(name) if isinstance(link, dict) else None
    return link if isinstance(link, str) else ""


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _span(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
