"""The description of the API in the OpenAPI format, made from its routes.

What an endpoint takes and answers follows from what its route name ends with, which the contract keeps regular:
`…_list`, `…_create`, `…_get` and so on are shapes, and a resource is its schema. What is not regular stands in
`_ALONE`. Only what holds for every call is said once for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from limen import __version__
from limen.events.rules import MOST_CHANGES
from limen.help import schemas
from limen.help.schemas import Schema, list_of, thing
from limen.kit.http.endpoint import COLLECTION, MULTIPART, Endpoint
from limen.kit.http.json import JSON
from limen.kit.http.ndjson import MOST_LINES
from limen.kit.http.pages import MOST_ITEMS, MOST_ITEMS_EXTENDED
from limen.kit.http.root import api_endpoints
from limen.media.previews import SIZES

_FORM = "application/x-www-form-urlencoded"
_PREFIX = re.compile(r"(?:legacy_)?pim_api_")
_ANY_FILE = "*/*"

Answers = dict[str, Any]

# Answers that have nothing to do with what is asked for: the same for every endpoint.
BEFORE_THE_VIEW = frozenset({"304", "400", "401", "403", "406", "412", "413", "415", "429"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What endpoints of one kind take and answer; functions of the resource's name."""

    answers: Callable[[str], Answers]
    body: Callable[[str], Mapping[str, Schema]] | None = None
    parameters: Callable[[str], tuple[Schema, ...]] = field(default=lambda resource: ())


def description(base: str) -> dict[str, Any]:
    """Give the whole description; `base` is scheme and host of the running instance."""
    paths: dict[str, dict[str, Any]] = {}
    for path, method, endpoint in api_endpoints():
        paths.setdefault(path, {})[method.lower()] = operation_of(path, method, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Limen",
            "version": __version__,
            "description": "The REST API of this PIM. Conventions are explained under /help/api-conventions.html.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": {
                "error": schemas.ERROR,
                **schemas.PRINTED,
                **{f"{name}_sent": schema for name, schema in schemas.SENT.items()},
            },
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "description": "Client id and secret in the Basic header, username and password in the body.",
                    "flows": {
                        "password": {
                            "tokenUrl": f"{base}/api/oauth/v1/token",
                            "refreshUrl": f"{base}/api/oauth/v1/token",
                            "scopes": {},
                        }
                    },
                }
            },
        },
    }


def operation_of(path: str, method: str, endpoint: Endpoint) -> dict[str, Any]:
    """Describe one endpoint. KeyError for one whose name says no shape: it wants an entry in `_ALONE`."""
    resource, shape = shape_of(endpoint.name)
    first, _, rest = _sentences(endpoint)
    described: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [_tag(path)],
        "summary": first,
        "responses": _all_answers(method, endpoint, shape.answers(resource)),
    }
    if rest or endpoint.permission:
        asked = f"Permission: `{endpoint.permission}`." if endpoint.permission else ""
        described["description"] = "\n\n".join(part for part in (rest, asked) if part)
    parameters = [*_path_parameters(path), *shape.parameters(resource), *_condition_parameters(method, endpoint)]
    if parameters:
        described["parameters"] = parameters
    if shape.body is not None:
        content = {media: {"schema": schema} for media, schema in shape.body(resource).items()}
        described["requestBody"] = {"required": True, "content": content}
    described["security"] = [] if endpoint.public else [{"token": []}]
    return described


def shape_of(name: str) -> tuple[str, Shape]:
    """Give resource and shape of a route name: ("attribute", …) of `pim_api_attribute_list`."""
    if name in _ALONE:
        return "", _ALONE[name]
    stem = _PREFIX.sub("", name)
    for ending, shape in _SHAPES.items():
        if stem.endswith(ending):
            return stem.removesuffix(ending), shape
    raise KeyError(name)


def _sentences(endpoint: Endpoint) -> tuple[str, str, str]:
    text = re.sub(r"[ \n]+(?=\S)", " ", (endpoint.view.__doc__ or "").strip().replace("\n\n", "\0"))
    return text.partition("\0")


def _tag(path: str) -> str:
    """Give the resource that a path is about, by its word in the path."""
    words = [part for part in path.split("/")[4:] if part and not part.startswith("{")]
    return next((word for word in reversed(words) if word not in ("download", "search")), "start")


def _path_parameters(path: str) -> Iterator[Schema]:
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _all_answers(method: str, endpoint: Endpoint, own: Answers) -> Answers:
    """Add to an endpoint's own answers those that come before it."""
    found = {"400": _refused("The request cannot be read."), **own}
    if not endpoint.public:
        found["401"] = _refused("There is no token, or none that is valid.")
        found["403"] = _refused("The role of this user does not allow it, or the connection not this address.")
        found["429"] = _refused("Too many calls; `Retry-After` says when to go on.")
    if method == "GET":
        found["406"] = _refused("Only application/json is given.")
        if endpoint.conditional:
            found["200"] = {**found["200"], "headers": _ETAG}
            found["304"] = {"description": "As the caller has it already.", "headers": _ETAG}
    elif not endpoint.public:
        found["412"] = _refused(
            "It is not in the state that `If-Match` or `If-None-Match` asks for."
            if endpoint.conditional
            else "`If-Match` and `If-None-Match` are not possible here."
        )
    if method in ("POST", "PATCH") and endpoint.accepts is not None:
        found["413"] = _refused("The body, or one of its parts, is too large.")
        found["415"] = _refused("The media type or the encoding of the body is not one of those expected.")
    return dict(sorted(found.items()))


def _condition_parameters(method: str, endpoint: Endpoint) -> Iterator[Schema]:
    if endpoint.conditional and method == "GET":
        yield _header("If-None-Match", "Tags of the states that the caller has.")
    elif endpoint.conditional:
        yield _header("If-Match", "Tags of the states that the change is meant for, or `*` for any.")
        yield _header("If-None-Match", "`*`: only create, and change nothing that exists.")


def _header(name: str, sentence: str) -> Schema:
    return {"name": name, "in": "header", "schema": schemas.TEXT, "description": sentence}


# Parts of answers


def _json(sentence: str, schema: Schema, media: str = JSON) -> Schema:
    return {"description": sentence, "content": {media: {"schema": schema}}}


def _refused(sentence: str) -> Schema:
    return _json(sentence, {"$ref": "#/components/schemas/error"})


def _printed(resource: str) -> Schema:
    return {"$ref": f"#/components/schemas/{resource}"}


def _one(resource: str) -> Schema:
    return _json(f"The {resource.replace('_', ' ')}.", _printed(resource))


def _item(resource: str) -> Schema:
    """An item of a list: the resource, and a link to itself."""
    whole = schemas.PRINTED[resource]
    required = dict.fromkeys(["_links", *whole["required"]])
    return {**whole, "properties": {**whole["properties"], "_links": schemas.LINKS}, "required": list(required)}


def _page(resource: str) -> Schema:
    return thing(
        {
            "_links": schemas.LINKS,
            "current_page": schemas.WHOLE,
            "items_count": schemas.WHOLE,
            "_embedded": thing({"items": list_of(_item(resource))}),
        },
        optional=("current_page", "items_count"),
    )


_LOCATION = {"Location": {"schema": {"type": "string", "format": "uri"}}}
_ETAG = {"ETag": {"schema": schemas.TEXT}}
_CREATED: Schema = {"description": "Created; `Location` leads to it.", "headers": _LOCATION}
_UPDATED: Schema = {"description": "Updated, or as it was before; `Location` leads to it.", "headers": _LOCATION}
_UNKNOWN = _refused("There is no such thing.")
_INVALID = _refused("The parameters or the body break a rule; `errors` names every broken one of its step.")
_BYTES = {"type": "string", "format": "binary"}


def _query(name: str, schema: Schema, sentence: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": sentence}


_DRY_RUN = _query("dry_run", {"enum": ["1", "true"]}, "Answer as always, and change nothing.")
_VALIDATION = _query("validation", {"enum": ["full"]}, "All that is wrong in `errors`, and not its first stage alone.")
_ATOMIC = _query("atomic", {"enum": ["1", "true"]}, "Write all lines or none; 424 for those that were good.")
_WITH_COUNT = _query("with_count", {"enum": ["true", "false"]}, "Count all that match, too.")
_REPORT = _query("report", {"enum": ["all"]}, "Tell every property of the wrong shape, in `errors`; else the first.")
_PRODUCTS = frozenset({"product", "product_uuid", "product_model"})
_BY_PAGE_ALONE = frozenset({"media_file"})
_SEARCHED = frozenset({"attribute", "attribute_group", "family", "category", "locale", "currency", *_PRODUCTS})


def _list_parameters(resource: str) -> tuple[Schema, ...]:
    found = [
        _query("page", {"type": "integer", "minimum": 1, "maximum": 100}, "Number of the page."),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS}, _limit_sentence(resource)),
        _WITH_COUNT,
    ]
    if resource not in _BY_PAGE_ALONE:
        found += [
            _query("pagination_type", {"enum": ["page", "search_after"]}, "By number, or by the link `next` alone."),
            _query("search_after", schemas.TEXT, "The cursor that the link `next` has."),
        ]
    if resource in _SEARCHED:
        found.append(_query("search", schemas.TEXT, "JSON: property → list of `operator` and `value`."))
    return (*found, *(_query(name, schema, sentence) for name, schema, sentence in _MORE.get(resource, ())))


def _limit_sentence(resource: str) -> str:
    more = f"; up to {MOST_ITEMS_EXTENDED} with the header `Limen-Limits: extended`" if resource in _PRODUCTS else ""
    return f"Items of a page; 10 if not sent{more}."


_YES = {"enum": ["true", "false"]}
_SEEN = (
    ("attributes", schemas.TEXT, "Codes, with commas between: the values to show."),
    ("locales", schemas.TEXT, "Codes, with commas between: the locales to show."),
    ("scope", schemas.TEXT, "Code of the channel to show."),
    ("with_attribute_options", _YES, "Labels of options, too."),
    ("with_completenesses", {"enum": ["true", "false", "detail"]}, "Completenesses, too; `detail`: what is missing."),
    ("with_quality_scores", _YES, "Quality scores, too."),
    ("with_root_parent", _YES, "The code of the topmost model, too."),
    ("fields", schemas.TEXT, "Names of properties, with commas between: those to show."),
    ("search_locale", schemas.TEXT, "The locale of criteria that name none."),
    ("search_scope", schemas.TEXT, "The channel of criteria that name none."),
    ("convert_measurements", _YES, "Measurements in the units of the channel `scope`."),
)
_MORE: Mapping[str, tuple[tuple[str, Schema, str], ...]] = {
    "product": _SEEN,
    "product_uuid": _SEEN,
    "product_model": tuple(one for one in _SEEN if one[0] != "with_completenesses"),
    "attribute_option": (("sort", {"enum": ["code", "sort_order"]}, "By what they are sorted; by code if not sent."),),
    "category": (
        ("with_position", _YES, "The place among its siblings, too."),
        ("with_enriched_attributes", _YES, "The enriched values, too."),
    ),
}


def _own_parameters(resource: str) -> tuple[Schema, ...]:
    return tuple(
        _query(name, schema, sentence)
        for name, schema, sentence in _MORE.get(resource, ())
        if name.startswith("with_") or name == "fields"
    )


def _write_parameters(resource: str) -> tuple[Schema, ...]:
    return (_DRY_RUN, _VALIDATION) if resource in _PRODUCTS else (_DRY_RUN, _REPORT)


def _line_parameters(resource: str) -> tuple[Schema, ...]:
    return (*_write_parameters(resource), *((_ATOMIC,) if resource in _PRODUCTS else ()))


def _uses(resource: str) -> Answers:
    """Parts of the structure tell what uses them; a product is not used by anybody."""
    if resource in _PRODUCTS:
        return {}
    return {"200": _json("With `dry_run`: what uses it, and would lose it.", schemas.REMOVAL)}


def _sent(resource: str) -> Mapping[str, Schema]:
    return {JSON: {"$ref": f"#/components/schemas/{resource}_sent"}}


def _sent_lines(resource: str) -> Mapping[str, Schema]:
    """The schema is that of one line: the format has no word for a body of several."""
    many = f"One such object per line, at most {MOST_LINES}."
    return {COLLECTION: {"allOf": [{"$ref": f"#/components/schemas/{resource}_sent"}], "description": many}}


# Without a schema: the format has no word for a body of several.
_LINES: Schema = {"description": "One result per line, in order.", "content": {COLLECTION: {}}}

_NO_SWITCH = _refused("A parameter that switches something is neither on nor off.")

# The longer ending first, where one ends with the other.
_SHAPES: Mapping[str, Shape] = {
    "_partial_update_list": Shape(
        lambda resource: {"200": _LINES, "404": _UNKNOWN, "422": _NO_SWITCH},
        _sent_lines,
        _line_parameters,
    ),
    "_partial_update": Shape(
        lambda resource: {"201": _CREATED, "204": _UPDATED, "404": _UNKNOWN, "422": _INVALID},
        _sent,
        _write_parameters,
    ),
    "_create": Shape(lambda resource: {"201": _CREATED, "404": _UNKNOWN, "422": _INVALID}, _sent, _write_parameters),
    "_delete": Shape(
        lambda resource: {**_uses(resource), "204": {"description": "Gone."}, "404": _UNKNOWN, "422": _INVALID},
        None,
        lambda resource: (_DRY_RUN,),
    ),
    "_list": Shape(
        lambda resource: {"200": _json("One page.", _page(resource)), "404": _UNKNOWN, "422": _INVALID},
        None,
        _list_parameters,
    ),
    "_search": Shape(
        lambda resource: {"200": _json("One page.", _page(resource)), "422": _INVALID},
        lambda resource: {JSON: {"type": "object"}},
        _list_parameters,
    ),
    "_get": Shape(
        lambda resource: {"200": _one(resource), "404": _UNKNOWN},
        None,
        _own_parameters,
    ),
    "_download": Shape(
        lambda resource: {
            "200": _json("The bytes.", {"type": "string", "format": "binary"}, _ANY_FILE),
            "206": _json("The part asked for.", {"type": "string", "format": "binary"}, _ANY_FILE),
            "404": _UNKNOWN,
            "416": _refused("The part that is asked for lies beyond the file."),
            "422": _refused("There is no such preview, or none of this file."),
        },
        parameters=lambda resource: (
            _header("Range", "The part of the file that is wanted, as `bytes=0-1023`."),
            *(() if resource.startswith("category") else (_query("preview", {"enum": list(SIZES)}, _PREVIEW),)),
        ),
    ),
}

_PREVIEW = "A small picture of an image instead of the file, as WebP."

_UPLOAD = {
    "type": "object",
    "properties": {
        "product": {"type": "string", "description": "JSON: `identifier`, `attribute`, `scope`, `locale`."},
        "product_model": {"type": "string", "description": "Instead: JSON: `code`, `attribute`, `scope`, `locale`."},
        "file": _BYTES,
    },
    "required": ["file"],
}
_CATEGORY_UPLOAD = {
    "type": "object",
    "properties": {
        "category": {"type": "string", "description": "JSON: `code`, `attribute_code`, `channel`, `locale`."},
        "file": _BYTES,
    },
    "required": ["category", "file"],
}
_FEED = Shape(
    lambda resource: {
        "200": _json("Changes, oldest first.", schemas.CHANGES),
        "410": _refused("The cursor is too old, or of a database that was set back: read everything once."),
        "422": _INVALID,
    },
    None,
    lambda resource: (
        _query("resource", schemas.TEXT, "Names, with commas between; all that you may list if not sent."),
        _query("after", schemas.TEXT, "The `next` of an answer; `now` for changes from now on."),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_CHANGES}, "Changes of an answer; 1000."),
    ),
)
_ALONE: Mapping[str, Shape] = {
    "pim_api_root_endpoint": Shape(lambda resource: {"200": _json("The routes by name.", schemas.ROOT)}),
    "limen_openapi": Shape(lambda resource: {"200": _json("This description.", {"type": "object"})}),
    "limen_connection_check": Shape(
        lambda resource: {"200": _json("Proof of being here.", thing({"proof": schemas.TEXT})), "404": _UNKNOWN}
    ),
    "limen_changes": _FEED,
    "limen_changes_beside": _FEED,
    "fos_oauth_server_token": Shape(
        lambda resource: {
            "200": _json("A pair of tokens.", schemas.TOKEN),
            "413": _refused("The body is too large."),
            "415": _refused("The media type is not one of the two."),
            "422": _refused("The credentials, the grant or the refresh token are not valid."),
            "429": _refused("Too many failures; `Retry-After` says when to go on."),
        },
        lambda resource: {JSON: schemas.TOKEN_REQUEST, _FORM: schemas.TOKEN_REQUEST},
    ),
    "pim_analytics_external_api_system_info_get": Shape(
        lambda resource: {"200": _json("Version and edition.", schemas.SYSTEM), "422": _NO_SWITCH},
        None,
        lambda resource: (_query("details", _YES, "Limen's own version, too."),),
    ),
    "pim_api_measurement_family_get": Shape(
        lambda resource: {"200": _json("All of them.", list_of(_printed("measurement_family")))}
    ),
    "pim_api_measurement_family_create_or_update": Shape(
        lambda resource: {"200": _json("One result each, in order.", schemas.MEASUREMENT_RESULT), "422": _NO_SWITCH},
        lambda resource: {JSON: list_of({"type": "object"})},
        lambda resource: (_DRY_RUN,),
    ),
    "pim_api_category_media_file_create": Shape(
        lambda resource: {"201": _CREATED, "404": _UNKNOWN, "422": _INVALID},
        lambda resource: {MULTIPART: _CATEGORY_UPLOAD},
        lambda resource: (_DRY_RUN,),
    ),
    "pim_api_media_file_create": Shape(
        lambda resource: {"201": _CREATED, "404": _UNKNOWN, "422": _INVALID},
        lambda resource: {MULTIPART: _UPLOAD},
        lambda resource: (_DRY_RUN,),
    ),
}
