"""The files in the values of products, for people: a connection has the API's download."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from limen.accounts.access import requires
from limen.media import views as media


@require_safe
@requires("pim_enrich_product_index")
def media_file(request: HttpRequest, code: str) -> HttpResponseBase:
    """Stream a file of a product, or with `preview` a small picture of it. Raises NotFound."""
    return media.show_file(request, code, "product")
