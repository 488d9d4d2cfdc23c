"""What the API takes and gives, as JSON Schema. Tests hold it against the readers and the answers themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
CODES: Schema = {"type": "array", "items": TEXT}
LABELS: Schema = {"type": "object", "additionalProperties": TEXT, "description": "Locale → text."}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}


def thing(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """An object that has these properties, all but the optional ones always, and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


def or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def map_of(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


LINK = thing({"href": {"type": "string", "format": "uri"}})
LINKS = map_of(LINK)

_UNIT = thing(
    {
        "code": TEXT,
        "labels": LABELS,
        "convert_from_standard": list_of(
            thing({"operator": {"enum": ["mul", "div", "add", "sub"]}, "value": {"type": "string"}})
        ),
        "symbol": TEXT,
    }
)
_LINKED_TO = {"products": CODES, "product_models": CODES, "groups": CODES}
_QUANTIFIED = map_of(
    thing(
        {
            "products": list_of(
                thing({"identifier": or_null(TEXT), "uuid": TEXT, "quantity": WHOLE}, optional=("identifier", "uuid"))
            ),
            "product_models": list_of(thing({"identifier": TEXT, "quantity": WHOLE})),
        },
        optional=("products", "product_models"),
    )
)
_VALUE = thing(
    {
        "locale": or_null(TEXT),
        "scope": or_null(TEXT),
        "data": ANYTHING,
        "attribute_type": TEXT,
        "reference_data_name": TEXT,
        "linked_data": ANYTHING,
        "_links": LINKS,
    },
    optional=("attribute_type", "reference_data_name", "linked_data", "_links"),
)
_PRODUCT = {
    "uuid": {"type": "string", "format": "uuid"},
    "enabled": FLAG,
    "family": or_null(TEXT),
    "categories": CODES,
    "groups": CODES,
    "parent": or_null(TEXT),
    "values": map_of(list_of(_VALUE)),
    "created": MOMENT,
    "updated": MOMENT,
    "associations": map_of(thing(_LINKED_TO)),
    "quantified_associations": _QUANTIFIED,
    "quality_scores": {"type": "array"},
    "completenesses": list_of(thing({"scope": TEXT, "locale": TEXT, "data": {"type": "number"}})),
    "root_parent": or_null(TEXT),
    "workflow_execution_statuses": {"type": "array"},
}
_ASKED_FOR = ("quality_scores", "completenesses", "root_parent", "workflow_execution_statuses")

_MODEL = {
    "code": TEXT,
    "family": TEXT,
    "family_variant": TEXT,
    **{
        name: _PRODUCT[name]
        for name in ("parent", "categories", "values", "created", "updated", "associations", "quantified_associations")
    },
    **{name: _PRODUCT[name] for name in _ASKED_FOR if name != "completenesses"},
}

# Resource → what GET gives, without the link that items of a list carry.
PRINTED: Mapping[str, Schema] = {
    "attribute": thing(
        {
            "code": TEXT,
            "type": TEXT,
            "group": TEXT,
            "unique": FLAG,
            "useable_as_grid_filter": FLAG,
            "allowed_extensions": CODES,
            "metric_family": or_null(TEXT),
            "default_metric_unit": or_null(TEXT),
            "reference_data_name": or_null(TEXT),
            "available_locales": CODES,
            "max_characters": or_null(WHOLE),
            "validation_rule": or_null(TEXT),
            "validation_regexp": or_null(TEXT),
            "wysiwyg_enabled": or_null(FLAG),
            "number_min": or_null(TEXT),
            "number_max": or_null(TEXT),
            "decimals_allowed": or_null(FLAG),
            "negative_allowed": or_null(FLAG),
            "date_min": or_null(MOMENT),
            "date_max": or_null(MOMENT),
            "max_file_size": or_null(TEXT),
            "minimum_input_length": or_null(WHOLE),
            "sort_order": WHOLE,
            "localizable": FLAG,
            "scopable": FLAG,
            "labels": LABELS,
            "guidelines": LABELS,
            "auto_option_sorting": or_null(FLAG),
            "default_value": or_null(FLAG),
            "group_labels": LABELS,
            "is_main_identifier": FLAG,
        },
        optional=("is_main_identifier",),
    ),
    "attribute_option": thing({"code": TEXT, "attribute": TEXT, "sort_order": WHOLE, "labels": LABELS}),
    "attribute_group": thing(
        {"code": TEXT, "sort_order": WHOLE, "attributes": CODES, "labels": LABELS, "counts_for_quality": FLAG},
        optional=("counts_for_quality",),
    ),
    "family": thing(
        {
            "code": TEXT,
            "attributes": CODES,
            "attribute_as_label": TEXT,
            "attribute_as_image": or_null(TEXT),
            "attribute_requirements": map_of(CODES),
            "labels": LABELS,
        }
    ),
    "family_variant": thing(
        {
            "code": TEXT,
            "labels": LABELS,
            "variant_attribute_sets": list_of(thing({"level": WHOLE, "axes": CODES, "attributes": CODES})),
        }
    ),
    "association_type": thing({"code": TEXT, "labels": LABELS, "is_two_way": FLAG, "is_quantified": FLAG}),
    "category": thing(
        {
            "code": TEXT,
            "parent": or_null(TEXT),
            "updated": MOMENT,
            "labels": LABELS,
            "position": WHOLE,
            "values": map_of(
                thing(
                    {
                        "data": ANYTHING,
                        "type": TEXT,
                        "channel": or_null(TEXT),
                        "locale": or_null(TEXT),
                        "attribute_code": TEXT,
                    }
                )
            ),
        },
        optional=("position", "values"),
    ),
    "channel": thing(
        {
            "code": TEXT,
            "currencies": CODES,
            "locales": CODES,
            "category_tree": TEXT,
            "conversion_units": map_of(TEXT),
            "labels": LABELS,
        }
    ),
    "locale": thing({"code": TEXT, "enabled": FLAG}),
    "currency": thing({"code": TEXT, "enabled": FLAG}),
    "measure_family": thing(
        {
            "code": TEXT,
            "standard": TEXT,
            "units": list_of(thing({"code": TEXT, "convert": map_of(TEXT), "symbol": TEXT})),
        }
    ),
    "measurement_family": thing({"code": TEXT, "labels": LABELS, "standard_unit_code": TEXT, "units": map_of(_UNIT)}),
    "product": thing({"identifier": or_null(TEXT), **_PRODUCT}, optional=_ASKED_FOR),
    "product_uuid": thing(_PRODUCT, optional=_ASKED_FOR),
    "product_model": thing(_MODEL, optional=_ASKED_FOR),
    "media_file": thing(
        {"code": TEXT, "original_filename": TEXT, "mime_type": TEXT, "size": WHOLE, "extension": TEXT, "_links": LINKS}
    ),
}

_SENT_LABELS = map_of(or_null(TEXT))
_SENT_NUMBER: Schema = {"type": ["number", "string", "null"]}
_SENT_LEVEL = thing({"level": WHOLE, "axes": CODES, "attributes": CODES}, optional=("axes", "attributes"))
_SENT_VALUE = thing({"locale": or_null(TEXT), "scope": or_null(TEXT), "data": ANYTHING}, optional=("locale", "scope"))
_SENT_PRODUCT = {
    "identifier": or_null(TEXT),
    "enabled": FLAG,
    "family": or_null(TEXT),
    "categories": CODES,
    "groups": CODES,
    "parent": or_null(TEXT),
    "values": map_of(list_of(_SENT_VALUE)),
    "associations": map_of(thing(_LINKED_TO, optional=_LINKED_TO)),
    "quantified_associations": _QUANTIFIED,
    "add_categories": CODES,
    "remove_categories": CODES,
}

_SENT_MODEL = {
    "code": TEXT,
    "family": TEXT,
    "family_variant": TEXT,
    **{
        name: schema
        for name, schema in _SENT_PRODUCT.items()
        if name not in ("identifier", "enabled", "family", "groups")
    },
}


def _sent(resource: str, **others: Schema) -> Schema:
    """What may be sent: what is printed, all of it optional, with labels that null removes."""
    printed: Mapping[str, Schema] = PRINTED[resource]["properties"]
    properties = {name: _SENT_LABELS if schema is LABELS else schema for name, schema in printed.items()}
    return thing({**properties, **others}, optional={**properties, **others})


# Resource → what POST and PATCH take. A body may be sent back as it was read, so `_links` are passed over.
SENT: Mapping[str, Schema] = {
    "attribute": _sent(
        "attribute",
        number_min=_SENT_NUMBER,
        number_max=_SENT_NUMBER,
        max_file_size=_SENT_NUMBER,
        required=FLAG,
        is_read_only=or_null(FLAG),
        _links=LINKS,
    ),
    "attribute_option": _sent("attribute_option", _links=LINKS),
    "attribute_group": _sent("attribute_group", _links=LINKS),
    "family": _sent("family", _links=LINKS),
    "family_variant": _sent(
        "family_variant", variant_attribute_sets=list_of(_SENT_LEVEL), common_attributes=CODES, _links=LINKS
    ),
    "association_type": _sent("association_type", _links=LINKS),
    "category": _sent("category", _links=LINKS),
    "channel": _sent("channel", conversion_units=map_of(or_null(TEXT)), _links=LINKS),
    "product": thing(_SENT_PRODUCT, optional=_SENT_PRODUCT),
    "product_uuid": thing({"uuid": _PRODUCT["uuid"], **_SENT_PRODUCT}, optional={"uuid": 0, **_SENT_PRODUCT}),
    "product_model": thing(_SENT_MODEL, optional=_SENT_MODEL),
}

ERROR = thing(
    {
        "code": WHOLE,
        "message": TEXT,
        "reason": TEXT,
        "_links": LINKS,
        "errors": list_of(
            thing(
                {
                    "property": TEXT,
                    "message": TEXT,
                    "attribute": TEXT,
                    "locale": or_null(TEXT),
                    "scope": or_null(TEXT),
                    "currency": or_null(TEXT),
                    "limen_code": TEXT,
                },
                optional=("attribute", "locale", "scope", "currency", "limen_code"),
            )
        ),
    },
    optional=("reason", "_links", "errors"),
)
# Which of its codes a change has depends on what it is of.
CHANGES = thing(
    {
        "items": list_of(
            thing(
                {
                    "seq": WHOLE,
                    "resource": TEXT,
                    "uuid": TEXT,
                    "identifier": or_null(TEXT),
                    "code": TEXT,
                    "attribute": TEXT,
                    "operation": {"enum": ["created", "updated", "deleted"]},
                    "family": or_null(TEXT),
                    "family_variant": or_null(TEXT),
                    "parent": or_null(TEXT),
                    "categories": CODES,
                    "changed": CODES,
                    "previous_identifier": or_null(TEXT),
                    "previous_code": TEXT,
                    "at": MOMENT,
                    "actor": TEXT,
                },
                optional=(
                    "uuid",
                    "identifier",
                    "code",
                    "attribute",
                    "family",
                    "family_variant",
                    "parent",
                    "categories",
                    "changed",
                    "previous_identifier",
                    "previous_code",
                ),
            )
        ),
        "next": TEXT,
        "has_more": FLAG,
    }
)
TOKEN = thing(
    {
        "access_token": TEXT,
        "expires_in": WHOLE,
        "token_type": {"const": "bearer"},
        "scope": {"type": "null"},
        "refresh_token": TEXT,
    }
)
TOKEN_REQUEST = thing(
    {
        "grant_type": {"enum": ["password", "refresh_token"]},
        "client_id": TEXT,
        "client_secret": TEXT,
        "username": TEXT,
        "password": TEXT,
        "refresh_token": TEXT,
    },
    optional=("client_id", "client_secret", "username", "password", "refresh_token"),
)
MEASUREMENT_RESULT = list_of(
    thing(
        {"code": TEXT, "status_code": WHOLE, "message": TEXT, "errors": ERROR["properties"]["errors"]},
        optional=("message", "errors"),
    )
)
REMOVAL = thing(
    {
        "code": TEXT,
        "uses": list_of(thing({"what": TEXT, "count": WHOLE, "more": FLAG, "examples": CODES})),
    }
)
ROUTES = map_of(thing({"route": TEXT, "methods": CODES}))
ROOT = thing({"host": TEXT, "authentication": ROUTES, "routes": ROUTES})
SYSTEM = thing({"version": TEXT, "edition": TEXT, "limen": TEXT}, optional=("limen",))
