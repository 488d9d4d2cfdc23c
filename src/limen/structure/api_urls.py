"""The structure's part of the API; reads like its reference."""

from __future__ import annotations

from django.urls import path

from limen.kit.http.endpoint import methods
from limen.structure.api import measurement, options, system
from limen.structure.api.catalogue import (
    ASSOCIATION_TYPES,
    ATTRIBUTE_GROUPS,
    ATTRIBUTES,
    CATEGORIES,
    CHANNELS,
    CURRENCIES,
    FAMILIES,
    LOCALES,
    MEASURE_FAMILIES,
)

urlpatterns = [
    path("attributes", ATTRIBUTES.collection()),
    path("attributes/<str:code>", ATTRIBUTES.item()),
    path(
        "attributes/<str:attribute_code>/options",
        methods(GET=options.list_options, POST=options.create_option, PATCH=options.upsert_options),
    ),
    path(
        "attributes/<str:attribute_code>/options/<str:code>",
        methods(GET=options.get_option, PATCH=options.upsert_option, DELETE=options.remove_option),
    ),
    path("attribute-groups", ATTRIBUTE_GROUPS.collection()),
    path("attribute-groups/<str:code>", ATTRIBUTE_GROUPS.item()),
    path("families", FAMILIES.collection()),
    path("families/<str:code>", FAMILIES.item()),
    path("association-types", ASSOCIATION_TYPES.collection()),
    path("association-types/<str:code>", ASSOCIATION_TYPES.item()),
    path("categories", CATEGORIES.collection()),
    path("categories/<str:code>", CATEGORIES.item()),
    path("channels", CHANNELS.collection()),
    path("channels/<str:code>", CHANNELS.item()),
    path("locales", LOCALES.collection()),
    path("locales/<str:code>", LOCALES.item()),
    path("currencies", CURRENCIES.collection()),
    path("currencies/<str:code>", CURRENCIES.item()),
    path("measure-families", MEASURE_FAMILIES.collection()),
    path("measure-families/<str:code>", MEASURE_FAMILIES.item()),
    path(
        "measurement-families",
        methods(GET=measurement.list_measurement_families, PATCH=measurement.upsert_measurement_families),
    ),
    path("measurement-families/<str:code>", methods(DELETE=measurement.remove_measurement_family)),
    path("system-information", methods(GET=system.get_system_information)),
]
