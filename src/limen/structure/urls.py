"""The screens of Settings."""

from __future__ import annotations

from django.urls import path

from limen.structure.views import association_types, channels, choosing, currencies, index, locales

app_name = "structure"
urlpatterns = [
    path("settings", index.settings, name="settings"),
    # Categories
    # Channels, locales, currencies
    path("settings/channels", channels.channel_list, name="channels"),
    path("settings/channels/create", channels.channel_new, name="channel-new"),
    path("settings/channels/<str:code>", channels.channel, name="channel"),
    path("settings/channels/<str:code>/history", channels.channel_history, name="channel-history"),
    path("settings/channels/<str:code>/delete", channels.channel_delete, name="channel-delete"),
    path("settings/locales", locales.locale_list, name="locales"),
    path("settings/currencies", currencies.currency_list, name="currencies"),
    path("settings/currencies/<str:code>", currencies.currency_switch, name="currency"),
    path("settings/currencies/<str:code>/history", currencies.currency_history, name="currency-history"),
    # Measurement families
    # Attribute groups
    # Attributes and their options
    path("settings/choose-attributes", choosing.choose, name="attribute-choose"),
    # Families and their variants
    # Association types
    path("settings/association-types", association_types.association_type_list, name="association-types"),
    path("settings/association-types/create", association_types.association_type_new, name="association-type-new"),
    path("settings/association-types/<str:code>", association_types.association_type, name="association-type"),
    path(
        "settings/association-types/<str:code>/history",
        association_types.association_type_history,
        name="association-type-history",
    ),
    path(
        "settings/association-types/<str:code>/delete",
        association_types.association_type_delete,
        name="association-type-delete",
    ),
]
