"""The structure's part of the API; reads like its reference."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
