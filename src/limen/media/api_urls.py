"""The room's part of the API, below /api/rest/v1/."""

from __future__ import annotations

from django.urls import path

from limen.kit.http.endpoint import methods
from limen.media import api

urlpatterns = [
    path("media-files", methods(GET=api.list_media_files)),
    # A code has slashes, so the longer route comes first.
    path("media-files/<path:code>/download", methods(GET=api.download_media_file)),
    path("media-files/<path:code>", methods(GET=api.get_media_file)),
]
