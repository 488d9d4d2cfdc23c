"""Attribute options: they hang below an attribute and are read from the database page by page."""

from __future__ import annotations

from django.http import HttpResponse

from limen.kit import clock
from limen.kit.conditions import tag_of
from limen.kit.errors import Malformed, NotFound, Unprocessable
from limen.kit.http.endpoint import COLLECTION, ApiRequest, endpoint
from limen.kit.http.json import JsonObject, base_url, decode_object, segment
from limen.kit.http.pages import page_answer, read_page, with_self
from limen.kit.http.tags import conditions_of, tagged
from limen.structure import operations, queries, wire
from limen.structure.api.resources import ROOT, bulk_answer, removed, written
from limen.structure.rules import Attribute, Structure, has_options, no_options_message

_NAME = "pim_api_attribute_option"
_PATCH_ANCHOR = "patch_attributes__attribute_code__options__code_"


@endpoint(name=f"{_NAME}_list", permission=f"{_NAME}_list")
def list_options(request: ApiRequest, attribute_code: str) -> HttpResponse:
    """List the options of a select attribute by code, by page or by cursor; `sort=sort_order`: as people see them."""
    query = read_page(request, cursors=True)
    by = _read_sort(request.GET.get("sort", "code"))
    structure = queries.snapshot()
    attribute = _attribute_with_options(structure, attribute_code)
    found = queries.options_of(attribute, by=by, offset=query.offset, after=query.after or "", limit=query.limit)
    count = queries.count_options(attribute) if query.with_count else None
    base = base_url(request)
    items = [
        with_self(base + _path(attribute.code, one.code), wire.encode(wire.option(one, structure))) for one in found
    ]
    next_after = queries.place_of_option(by, found[-1]) if found else None
    return page_answer(request, query, items, count=count, next_after=next_after)


def _read_sort(asked: str) -> queries.By:
    if asked == "code":
        return "code"
    if asked == "sort_order":
        return "order"
    raise Unprocessable(f'Options cannot be sorted by "{asked}"; only by "code" and "sort_order".')


@endpoint(name=f"{_NAME}_get", permission=f"{_NAME}_list", conditional=True)
def get_option(request: ApiRequest, attribute_code: str, code: str) -> HttpResponse:
    """Give one option of a select attribute."""
    structure = queries.snapshot()
    attribute = _attribute_with_options(structure, attribute_code)
    found = queries.option_of(attribute, code)
    if found is None:
        raise NotFound(f'"{code}" does not exist, or is not an option of the attribute "{attribute.code}".')
    printed = wire.encode(wire.option(found, structure))
    return tagged(request, tag_of(printed), lambda: printed)


@endpoint(name=f"{_NAME}_create", permission=f"{_NAME}_edit", anchor="post_attributes__attribute_code__options")
def create_option(request: ApiRequest, attribute_code: str) -> HttpResponse:
    """Create an option of a select attribute."""
    body = _body(request, attribute_code)
    return written(
        request,
        lambda: operations.create_option(attribute_code, body, by=request.caller, now=clock.now()),
        lambda code: _path(attribute_code, code),
    )


@endpoint(name=f"{_NAME}_partial_update", permission=f"{_NAME}_edit", anchor=_PATCH_ANCHOR, conditional=True)
def upsert_option(request: ApiRequest, attribute_code: str, code: str) -> HttpResponse:
    """Update an option, or create it under this code."""
    body, conditions = _body(request, attribute_code), conditions_of(request)
    return written(
        request,
        lambda: operations.upsert_option(
            attribute_code, code, body, by=request.caller, now=clock.now(), conditions=conditions
        ),
        lambda code: _path(attribute_code, code),
    )


@endpoint(name=f"{_NAME}_delete", permission=f"{_NAME}_remove", conditional=True)
def remove_option(request: ApiRequest, attribute_code: str, code: str) -> HttpResponse:
    """Remove an option; products are cleaned of it. `dry_run=1` answers with its uses."""
    return removed(
        request,
        lambda dry_run: operations.remove_option(
            attribute_code,
            code,
            by=request.caller,
            now=clock.now(),
            dry_run=dry_run,
            conditions=conditions_of(request),
        ),
    )


@endpoint(name=f"{_NAME}_partial_update_list", permission=f"{_NAME}_edit", anchor=_PATCH_ANCHOR, accepts=(COLLECTION,))
def upsert_options(request: ApiRequest, attribute_code: str) -> HttpResponse:
    """Update or create up to 100 options, one JSON object per line; a bad line harms only itself."""
    return bulk_answer(
        request,
        lambda code, body: operations.upsert_option(attribute_code, code, body, by=request.caller, now=clock.now()),
        lambda lines: operations.upsert_option_lines(attribute_code, lines, by=request.caller, now=clock.now()),
    )


def _body(request: ApiRequest, attribute_code: str) -> JsonObject:
    """Read the body. That the attribute is unknown comes before that the body is no JSON (api-conventions A4)."""
    try:
        return decode_object(request.body)
    except Malformed:
        if queries.snapshot().attribute(attribute_code) is None:
            raise _unknown(attribute_code) from None
        raise


def _unknown(attribute_code: str) -> NotFound:
    return NotFound(f'The attribute "{attribute_code}" does not exist.')


def _attribute_with_options(structure: Structure, code: str) -> Attribute:
    attribute = structure.attribute(code)
    if attribute is None:
        raise _unknown(code)
    if not has_options(attribute.type):
        raise NotFound(no_options_message(attribute))
    return attribute


def _path(attribute: str, code: str) -> str:
    return f"{ROOT}/attributes/{segment(attribute)}/options/{segment(code)}"
