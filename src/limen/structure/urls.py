"""The screens of Settings."""

from __future__ import annotations

from django.urls import path

from limen.structure.views import choosing, families, family_variants, index

app_name = "structure"
urlpatterns = [
    path("settings", index.settings, name="settings"),
    # Categories
    # Channels, locales, currencies
    # Measurement families
    # Attribute groups
    # Attributes and their options
    path("settings/choose-attributes", choosing.choose, name="attribute-choose"),
    # Families and their variants
    path("settings/families", families.families, name="families"),
    path("settings/families/create", families.family_new, name="family-new"),
    path("settings/families/<str:code>", families.family, name="family"),
    path("settings/families/<str:code>/attributes", families.family_attributes, name="family-attributes"),
    path("settings/families/<str:code>/history", families.family_history, name="family-history"),
    path("settings/families/<str:code>/delete", families.family_delete, name="family-delete"),
    path("settings/families/<str:family_code>/variants", family_variants.variants, name="family-variants"),
    path("settings/families/<str:family_code>/variants/create", family_variants.variant_new, name="family-variant-new"),
    path("settings/families/<str:family_code>/variants/<str:code>", family_variants.variant, name="family-variant"),
    path(
        "settings/families/<str:family_code>/variants/<str:code>/history",
        family_variants.variant_history,
        name="family-variant-history",
    ),
    path(
        "settings/families/<str:family_code>/variants/<str:code>/delete",
        family_variants.variant_delete,
        name="family-variant-delete",
    ),
    # Association types
]
