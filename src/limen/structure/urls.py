"""The screens of Settings."""

from __future__ import annotations

from django.urls import path

from limen.structure.views import attribute, attributes, choosing, families, family_variants, index, options

app_name = "structure"
urlpatterns = [
    path("settings", index.settings, name="settings"),
    # Categories
    # Channels, locales, currencies
    # Measurement families
    # Attribute groups
    # Attributes and their options
    path("settings/attributes", attributes.attributes, name="attributes"),
    path("settings/attributes/create", attributes.attribute_new, name="attribute-new"),
    path("settings/attributes/<str:code>", attribute.attribute, name="attribute"),
    path("settings/attributes/<str:code>/options", options.attribute_options, name="attribute-options"),
    path("settings/attributes/<str:code>/paste-options", options.attribute_options_paste, name="attribute-paste"),
    path("settings/attributes/<str:code>/options/<str:option>", options.attribute_option, name="attribute-option"),
    path(
        "settings/attributes/<str:code>/options/<str:option>/move",
        options.attribute_option_move,
        name="attribute-option-move",
    ),
    path(
        "settings/attributes/<str:code>/options/<str:option>/delete",
        options.attribute_option_delete,
        name="attribute-option-delete",
    ),
    path("settings/attributes/<str:code>/usage", attribute.attribute_usage, name="attribute-usage"),
    path("settings/attributes/<str:code>/history", attribute.attribute_history, name="attribute-history"),
    path("settings/attributes/<str:code>/delete", attribute.attribute_delete, name="attribute-delete"),
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
