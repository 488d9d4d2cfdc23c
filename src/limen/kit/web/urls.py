"""The kit has no screens of its own."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
