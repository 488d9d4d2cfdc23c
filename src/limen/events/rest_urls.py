"""The routes of what happened beside those of the target, under `/api/rest/v1/limen`.

For clients that can reach nothing outside of the target's prefix.
"""

from __future__ import annotations

from django.urls import path

from limen.events import api
from limen.kit.http.endpoint import methods

urlpatterns = [
    path("changes", methods(GET=api.list_changes_beside)),
]
