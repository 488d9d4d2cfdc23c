"""The screens of Settings."""

from __future__ import annotations

from django.urls import path

from limen.structure.views import attribute, attributes, choosing, index, options

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
    # Association types
]
