"""The refusals of the whole product, defined once.

A room raises them, `kit.http.endpoint` makes the JSON body and `kit.web.forms` the form
messages; no other place knows an HTTP status. Refusals are expected and are not logged as errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Self


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    `path` is the property as the caller wrote it (`""` for the whole entity), `code` a stable word
    of ours ("code.taken"), `message` a sentence for a person. `extra` holds what the wire adds for
    values: `attribute`, `locale`, `scope`, and `currency` for a price.
    """

    path: str
    code: str
    message: str
    extra: Mapping[str, str | None] = field(default_factory=dict)


# An error of the data, for those who look after it; or of the program that sends it.
Watched = Literal["business", "technical"]


class Refused(Exception):
    """Something a caller asked for and does not get. Raise a subclass."""

    status: ClassVar[int] = 422
    # What Error monitoring counts it as, where it is about a product, and what it names that is not there.
    watched: Watched | None = None
    named: Mapping[str, str] = {}

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason

    def watched_as(self, watched: Watched, **named: str) -> Self:
        """Say what it counts as; `named` has what the message names in quotes, by the name of a placeholder."""
        self.watched, self.named = watched, named
        return self


class Malformed(Refused):
    """The request itself cannot be read: not JSON, bracket parameters, a search that is no search."""

    status = 400


class Unauthenticated(Refused):
    """No token, or none that is worth anything."""

    status = 401


class Forbidden(Refused):
    """Known, but not allowed."""

    status = 403


class NotFound(Refused):
    status = 404


class NotAllowed(Refused):
    """The path exists, the method does not. `allowed` are the methods that do."""

    status = 405

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class NotAcceptable(Refused):
    status = 406


class Conflict(Refused):
    status = 409


class PreconditionFailed(Refused):
    """What the caller wants to change is not as it was when the caller read it (`If-Match`)."""

    status = 412


class Gone(Refused):
    """It was there, and nobody can go on from it now."""

    status = 410


class TooLarge(Refused):
    status = 413


class UnsupportedMedia(Refused):
    status = 415


class Unprocessable(Refused):
    """A plain 422: code mismatch between URL and body, wrong page parameters, OAuth refusals."""

    status = 422


class Misshaped(Refused):
    """A documented 422: unknown property, wrong type, unknown code. The first one found answers.

    `all` are it and those found after it, where the reading went on; the wire tells them with `?report=all` only.
    The link to the documentation is made from the endpoint's anchor, unless `help` names another
    page and fragment ("pagination.html#the-search-after-method").
    """

    status = 422

    def __init__(
        self,
        message: str,
        *,
        help: str | None = None,
        reason: str | None = None,
        all: Sequence[Violation] = (),
    ) -> None:
        super().__init__(message, reason=reason)
        self.help = help
        self.all = tuple(all)


class Invalid(Refused):
    """A 422 with all broken rules of the failing step, each at the path the caller wrote."""

    status = 422

    def __init__(self, violations: Sequence[Violation], message: str = "Validation failed.") -> None:
        super().__init__(message)
        self.violations = tuple(violations)


class TooMany(Refused):
    """Slow down. `retry_after` in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int, *, reason: str | None = None) -> None:
        super().__init__(message, reason=reason)
        self.retry_after = retry_after
