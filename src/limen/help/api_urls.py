"""The help's part of the API."""

from __future__ import annotations

from django.urls import path

from limen.help import api
from limen.kit.http.endpoint import methods

urlpatterns = [path("openapi.json", methods(GET=api.get_openapi))]
