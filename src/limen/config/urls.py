"""The table of contents: each room brings its screens and its part of the API."""

from __future__ import annotations

from django.urls import include, path, register_converter
from django.urls.converters import PathConverter

from limen.kit.http import root


class Anything(PathConverter):
    """A rest of an address that may hold line feeds too, so that it gets the API's own 404."""

    regex = "(?s:.+)"


register_converter(Anything, "anything")

handler403 = "limen.kit.web.views.forbidden"
handler404 = "limen.kit.web.views.not_found"
handler500 = "limen.kit.web.views.server_error"

urlpatterns = [
    path("api/oauth/", include("limen.connections.oauth_urls")),
    path("api/rest/v1", root.view),
    # Tried in this order: products first, since most calls are theirs.
    path("api/rest/v1/", include("limen.products.api_urls")),
    path("api/rest/v1/", include("limen.media.api_urls")),
    path("api/rest/v1/", include("limen.structure.api_urls")),
    path("api/rest/v1/", include("limen.help.api_urls")),
    path("api/limen/v1/", include("limen.events.api_urls")),
    path("api/rest/v1/limen/", include("limen.events.rest_urls")),
    path("api/<anything:rest>", root.unknown),
    path("", include("limen.kit.web.urls")),
    path("", include("limen.help.urls")),
    path("", include("limen.accounts.urls")),
    path("", include("limen.audit.urls")),
    path("", include("limen.connections.urls")),
    path("", include("limen.structure.urls")),
    path("", include("limen.products.urls")),
]
