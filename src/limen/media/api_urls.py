"""The room's part of the API, below /api/rest/v1/; the list shares its path with uploads, in the room products."""

from __future__ import annotations

from django.urls import path

from limen.kit.http.endpoint import methods
from limen.media import api

urlpatterns = [
    # A code has slashes, so the longer route comes first.
    path("media-files/<path:code>/download", methods(GET=api.download_media_file)),
    path("media-files/<path:code>", methods(GET=api.get_media_file)),
    path("category-media-files/<path:code>/download", methods(GET=api.download_category_media_file)),
]
