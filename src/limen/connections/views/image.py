"""The picture of a connection, for cards and headers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from limen.accounts.access import requires
from limen.accounts.rules import CONNECTION_MONITORING, SEEING_CONNECTIONS
from limen.connections import queries
from limen.connections.rules.image import KEPT_AS
from limen.kit.errors import NotFound


@require_safe
@requires(*SEEING_CONNECTIONS, CONNECTION_MONITORING)
def image(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """Show the picture. Its address carries its digest, so the browser may keep it, and nobody between."""
    found = queries.image_of(code, digest)
    if found is None:
        raise NotFound(_("This connection has another picture now, or none."))
    answer = HttpResponse(found, content_type=KEPT_AS)
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
