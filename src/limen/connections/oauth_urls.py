"""What lies under /api/oauth/. Apart from `urls.py`, which holds the screens, because its prefix is another."""

from __future__ import annotations

from django.urls import path

from limen.connections import api
from limen.kit.http.endpoint import methods

urlpatterns = [
    path("v1/token", methods(POST=api.issue_token)),
    path("v1/check/<str:nonce>", methods(GET=api.answer_check)),
]
