"""One request of ours to a web address, and its answer.

On `http.client`: it follows no redirect and heeds no proxy variable, so that what answers is what was
asked, and it needs no dependency. `urllib.request` does both.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

# What is asked for is small; whatever is longer is no answer of ours.
MOST_BYTES = 200_000

Trouble = Literal["name", "refused", "timeout", "certificate", "tls", "broken"]


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by their names in lower case; `body` is cut at MOST_BYTES."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """`trouble` says at what it failed: the name, the connection, TLS, the time; `detail` what the system says."""

    trouble: Trouble
    detail: str = ""


def ask(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None, patience: float
) -> Answer | NoAnswer:
    """Send one request and give its answer, or why there is none. Never raises for what the other side does.

    `patience` in seconds bounds each wait, and the waiting for head and body together to about that.
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    until = time.monotonic() + patience
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, patience)
        try:
            connection.connect()
            connection.sock.settimeout(max(0.001, until - time.monotonic()))
            connection.request(method, target, body=body, headers=dict(headers or {}) | {"Connection": "close"})
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, _body(got, until))
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        return NoAnswer("certificate", error.verify_message)
    except ssl.SSLError as error:
        return NoAnswer("tls", error.reason or "")
    except socket.gaierror as error:
        return NoAnswer("name", error.strerror or "")
    except TimeoutError:
        return NoAnswer("timeout")
    except ConnectionRefusedError:
        return NoAnswer("refused")
    except (OSError, http.client.HTTPException, ValueError) as error:
        # ValueError: a name or port that cannot be anyone's.
        return NoAnswer("broken", type(error).__name__)


def _connection(scheme: str, host: str, port: int | None, patience: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=patience, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=patience)


def _body(got: http.client.HTTPResponse, until: float) -> bytes:
    body = b""
    while len(body) < MOST_BYTES and (part := got.read1(MOST_BYTES - len(body))):
        body += part
        if time.monotonic() > until:
            raise TimeoutError
    return body
