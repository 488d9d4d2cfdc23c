"""The screens of Settings."""

from __future__ import annotations

from django.urls import path

from limen.structure.views import index

app_name = "structure"
urlpatterns = [
    path("settings", index.settings, name="settings"),
    # Categories
    # Channels, locales, currencies
    # Measurement families
    # Attribute groups
    # Attributes and their options
    # Families and their variants
    # Association types
]
