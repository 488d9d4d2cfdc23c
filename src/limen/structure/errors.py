"""The room's own refusals."""

from __future__ import annotations

from limen.kit.errors import Invalid, Refused


class InvalidList(Invalid):
    """A whole body that is no list of measurement families: 400, and yet with `errors` (api-conventions B12)."""

    status = 400


class LineFailed(Refused):
    """A bug met by one line of a bulk PATCH: the other lines are still processed."""

    status = 500
