"""The screens of Settings."""

from __future__ import annotations

from django.urls import path

from limen.structure.views import (
    association_types,
    attribute,
    attribute_groups,
    attributes,
    categories,
    category_content,
    category_template,
    category_tree,
    channels,
    choosing,
    currencies,
    families,
    family_variants,
    index,
    locales,
    measurement_families,
    options,
)

app_name = "structure"
urlpatterns = [
    path("settings", index.settings, name="settings"),
    # Categories
    path("settings/categories", categories.category_list, name="categories"),
    path("settings/categories/create-tree", categories.category_new, name="category-new"),
    path("settings/categories/<str:code>", categories.category, name="category"),
    path("settings/categories/<str:code>/tree", category_tree.category_tree, name="category-tree"),
    path("settings/categories/<str:code>/children", category_tree.category_children, name="category-children"),
    path("settings/categories/<str:code>/move", categories.category_move, name="category-move"),
    path("settings/categories/<str:code>/content", category_content.category_content, name="category-content"),
    path(
        "settings/categories/<str:code>/attributes",
        category_template.category_attributes,
        name="category-attributes",
    ),
    path(
        "settings/categories/<str:code>/attributes/<str:uuid>",
        category_template.category_attribute,
        name="category-attribute",
    ),
    path("settings/categories/<str:code>/history", categories.category_history, name="category-history"),
    path("settings/categories/<str:code>/delete", categories.category_delete, name="category-delete"),
    path("settings/category-images/<path:image>", category_content.category_image, name="category-image"),
    # Channels, locales, currencies
    path("settings/channels", channels.channel_list, name="channels"),
    path("settings/channels/create-channel", channels.channel_new, name="channel-new"),
    path("settings/channels/<str:code>", channels.channel, name="channel"),
    path("settings/channels/<str:code>/history", channels.channel_history, name="channel-history"),
    path("settings/channels/<str:code>/delete", channels.channel_delete, name="channel-delete"),
    path("settings/locales", locales.locale_list, name="locales"),
    path("settings/currencies", currencies.currency_list, name="currencies"),
    path("settings/currencies/<str:code>", currencies.currency_switch, name="currency"),
    path("settings/currencies/<str:code>/history", currencies.currency_history, name="currency-history"),
    # Measurement families
    path("settings/measurement-families", measurement_families.measurement_family_list, name="measurement-families"),
    path(
        "settings/measurement-families/create-measurement-family",
        measurement_families.measurement_family_new,
        name="measurement-family-new",
    ),
    path(
        "settings/measurement-families/<str:code>", measurement_families.measurement_family, name="measurement-family"
    ),
    path(
        "settings/measurement-families/<str:code>/add-unit", measurement_families.unit_new, name="measurement-unit-new"
    ),
    path(
        "settings/measurement-families/<str:code>/units/<str:unit_code>",
        measurement_families.unit,
        name="measurement-unit",
    ),
    path(
        "settings/measurement-families/<str:code>/history",
        measurement_families.measurement_family_history,
        name="measurement-family-history",
    ),
    path(
        "settings/measurement-families/<str:code>/delete",
        measurement_families.measurement_family_delete,
        name="measurement-family-delete",
    ),
    # Attribute groups
    path("settings/attribute-groups", attribute_groups.attribute_group_list, name="attribute-groups"),
    path(
        "settings/attribute-groups/create-attribute-group",
        attribute_groups.attribute_group_new,
        name="attribute-group-new",
    ),
    path("settings/attribute-groups/<str:code>", attribute_groups.attribute_group, name="attribute-group"),
    path(
        "settings/attribute-groups/<str:code>/attributes",
        attribute_groups.attribute_group_attributes,
        name="attribute-group-attributes",
    ),
    path(
        "settings/attribute-groups/<str:code>/history",
        attribute_groups.attribute_group_history,
        name="attribute-group-history",
    ),
    path(
        "settings/attribute-groups/<str:code>/delete",
        attribute_groups.attribute_group_delete,
        name="attribute-group-delete",
    ),
    # Attributes and their options
    path("settings/attributes", attributes.attributes, name="attributes"),
    path("settings/attributes/create-attribute", attributes.attribute_new, name="attribute-new"),
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
    path("settings/families/create-family", families.family_new, name="family-new"),
    path("settings/families/<str:code>", families.family, name="family"),
    path("settings/families/<str:code>/attributes", families.family_attributes, name="family-attributes"),
    path("settings/families/<str:code>/history", families.family_history, name="family-history"),
    path("settings/families/<str:code>/delete", families.family_delete, name="family-delete"),
    path("settings/families/<str:family_code>/variants", family_variants.variants, name="family-variants"),
    path(
        "settings/families/<str:family_code>/variants/create-variant",
        family_variants.variant_new,
        name="family-variant-new",
    ),
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
    path("settings/association-types", association_types.association_type_list, name="association-types"),
    path(
        "settings/association-types/create-association-type",
        association_types.association_type_new,
        name="association-type-new",
    ),
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
