"""The routes of what happened, under `/api/limen/v1`."""

from __future__ import annotations

from django.urls import path

from limen.events import api
from limen.kit.http.endpoint import methods

urlpatterns = [
    path("changes", methods(GET=api.list_changes)),
]
