"""Limits of a connection: from where, how often and how long it may call, and what happens to those who guess."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn

from limen.kit.errors import Forbidden, Invalid, TooMany, Violation

NETWORKS_MAX = 50
CALLS_PER_MINUTE_MAX = 1_000_000
CONCURRENT_CALLS_MAX = 1_000
# Seconds, from and to.
ACCESS_LIFETIMES = (60, 24 * 3600)
REFRESH_LIFETIMES = (3600, 90 * 24 * 3600)
# An old secret is kept for a week at most.
OVERLAP_MAX_HOURS = 168

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection's calls are held to. Empty and None are "no limit", or the instance's lifetime in seconds."""

    allowed_networks: tuple[str, ...] = ()
    calls_per_minute: int | None = None
    access_token_lifetime: int | None = None
    refresh_token_lifetime: int | None = None
    strict: bool = False
    concurrent_calls: int | None = None


def read_networks(text: str) -> tuple[str, ...]:
    """Split what a person typed, by lines, spaces or commas; each network once, as it is usually written.

    What cannot be read stays as it is, for `check_limits` to name.
    """
    words = re.split(r"[\s,;]+", text.strip())
    return tuple(dict.fromkeys(_usual(word) for word in words if word))


def check_limits(limits: Limits) -> list[Violation]:
    """Judge all limits; the paths are the names of the fields."""
    return [
        *_check_networks(limits.allowed_networks),
        *_check_range(
            "calls_per_minute",
            limits.calls_per_minute,
            (1, CALLS_PER_MINUTE_MAX),
            f"Enter a whole number from 1 to {CALLS_PER_MINUTE_MAX}, or leave it empty for no limit.",
        ),
        *_check_range(
            "concurrent_calls",
            limits.concurrent_calls,
            (1, CONCURRENT_CALLS_MAX),
            f"Enter a whole number from 1 to {CONCURRENT_CALLS_MAX}, or leave it empty for no limit.",
        ),
        *_check_range(
            "access_token_lifetime",
            limits.access_token_lifetime,
            ACCESS_LIFETIMES,
            "An access token can live from 1 minute to 24 hours (1440 minutes).",
        ),
        *_check_range(
            "refresh_token_lifetime",
            limits.refresh_token_lifetime,
            REFRESH_LIFETIMES,
            "A refresh token can live from 1 hour to 90 days (2160 hours).",
        ),
    ]


def check_overlap(hours: int) -> None:
    """Raise Invalid at `keep_old` unless an old secret can be kept for so many hours."""
    if not 0 <= hours <= OVERLAP_MAX_HOURS:
        message = f"The old one can be kept for 0 to {OVERLAP_MAX_HOURS} hours."
        raise Invalid([Violation("keep_old", "secret.overlap", message)])


def known_address(text: str) -> str:
    """Give an address in its usual form, an IPv4 one that came as IPv6 as IPv4; "" for what is none."""
    found = _address(text)
    return "" if found is None else str(found)


def is_allowed(address: str, networks: Sequence[str]) -> bool:
    """Tell whether an address is in one of the networks; with no networks every address is."""
    return not networks or _is_within(_address(address), networks)


def check_address(address: str, networks: Sequence[str], *, reason: str | None = None) -> None:
    """Raise Forbidden when there are networks and the address is in none of them."""
    if is_allowed(address, networks):
        return
    shown = known_address(address)
    of = f"the address {shown}" if shown else "an address that cannot be told"
    message = f"This connection may not be used from {of}. Ask its owner to add it to the allowed addresses."
    raise Forbidden(message, reason=reason)


def refuse_foreign_user() -> NoReturn:
    """Refuse a call whose token was issued to a foreign user before the connection became strict."""
    raise Forbidden("This connection accepts only its own user, and this token is another user's. Authenticate again.")


def refuse_concurrent_call(limit: int) -> NoReturn:
    """Refuse a call while as many as are allowed are being answered."""
    calls = "1 call" if limit == 1 else f"{limit} calls"
    raise TooMany(f"This connection may have {calls} answered at the same time. Try again in a second.", 1)


def failure_keys(*, client_id: str, username: str, address: str) -> list[bytes]:
    """Give what failures are counted by: client and address, username and address; nothing for what is empty.

    An IPv6 address counts with its /64, which is what one subscriber has.
    """
    found = _address(address)
    place = str(ip_network((int(found) >> 64 << 64, 64))) if isinstance(found, IPv6Address) else str(found)
    named = [("client", client_id), ("user", username.casefold().strip())]
    # Sorted: two statements that lock both rows lock them in one order.
    return sorted(_key(kind, name, place) for kind, name in named if name)


def refuse_attempts(retry_after: timedelta) -> NoReturn:
    """Refuse before anything is checked: too many wrong credentials came from this address."""
    seconds = max(1, math.ceil(retry_after.total_seconds()))
    raise TooMany(
        f"Too many attempts with wrong credentials from this address. Try again in {seconds} seconds.",
        seconds,
        reason="too_many_attempts",
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a limited connection stands in the present minute. `calls` None: this call is one too many."""

    limit: int
    calls: int | None
    now: datetime

    @property
    def resets_at(self) -> datetime:
        return minute_of(self.now) + MINUTE

    def headers(self) -> dict[str, str]:
        """Give the headers that tell a client how it stands; the reset is in seconds since 1970."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(0 if self.calls is None else max(0, self.limit - self.calls)),
            "X-RateLimit-Reset": str(int(self.resets_at.timestamp())),
        }

    def check(self) -> None:
        """Raise TooMany when the minute's calls are used up."""
        if self.calls is None:
            seconds = max(1, math.ceil((self.resets_at - self.now).total_seconds()))
            message = f"This connection may call {self.limit} times a minute. Try again in {seconds} seconds."
            raise TooMany(message, seconds)


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _check_networks(networks: Sequence[str]) -> list[Violation]:
    wrong = [text for text in networks if _network(text) is None]
    found = []
    if wrong:
        named = ", ".join(f'"{text[:60]}"' for text in wrong[:5])
        message = f"Not an address or a network such as 192.0.2.7 or 10.0.0.0/8: {named}."
        found.append(Violation("allowed_addresses", "addresses.invalid", message))
    if len(networks) > NETWORKS_MAX:
        message = f"There can be at most {NETWORKS_MAX} addresses and networks."
        found.append(Violation("allowed_addresses", "addresses.too_many", message))
    return found


def _check_range(path: str, value: int | None, within: tuple[int, int], message: str) -> list[Violation]:
    if value is None or within[0] <= value <= within[1]:
        return []
    return [Violation(path, f"{path}.range", message)]


def _usual(text: str) -> str:
    found = _network(text)
    return text if found is None else str(found)


# Every call of a limited connection asks for the same few.
@lru_cache(maxsize=4096)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    """Read a network; an address is a network of one, and bits behind the mask are forgiven."""
    if len(text) > 49 or "%" in text:
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if len(text) > 49:
        return None
    try:
        # Without the zone of a link-local address, which says something on the server's machine only.
        found = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _is_within(address: IPv4Address | IPv6Address | None, networks: Sequence[str]) -> bool:
    if address is None:
        return False
    read = [_network(text) for text in networks]
    return any(network is not None and address in network for network in read)


def _key(kind: str, name: str, place: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{place}\0{name}".encode(errors="replace")).digest()
