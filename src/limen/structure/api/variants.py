"""Family variants: they hang below a family."""

from __future__ import annotations

from django.http import HttpResponse

from limen.kit import clock
from limen.kit.conditions import tag_of
from limen.kit.errors import Malformed, NotFound
from limen.kit.http.endpoint import COLLECTION, ApiRequest, endpoint
from limen.kit.http.json import JsonObject, base_url, decode_object, segment
from limen.kit.http.pages import page_answer, read_page, with_self
from limen.kit.http.tags import conditions_of, tagged
from limen.structure import operations, queries, wire
from limen.structure.api.resources import ROOT, bulk_answer, page_of, removed, written
from limen.structure.rules import Family, FamilyVariant, Structure

_NAME = "pim_api_family_variant"
_PATCH_ANCHOR = "patch_families__family_code__variants__code__"


@endpoint(name=f"{_NAME}_list", permission=f"{_NAME}_list")
def list_variants(request: ApiRequest, family_code: str) -> HttpResponse:
    """List the variants of a family by code, by page or by cursor."""
    query = read_page(request, cursors=True)
    structure = queries.snapshot()
    family = _family(structure, family_code)
    section, found = structure.family_variant_section, structure.variants_by_family.get(family.code, ())
    shown = page_of(section, found, query)
    base = base_url(request)
    items = [
        with_self(base + _path(family.code, one.code), wire.encode(wire.family_variant(one, structure)))
        for one in shown
    ]
    return page_answer(
        request,
        query,
        items,
        count=len(found) if query.with_count else None,
        next_after=section.cursor(shown[-1]) if shown else None,
    )


@endpoint(name=f"{_NAME}_get", permission=f"{_NAME}_list", conditional=True)
def get_variant(request: ApiRequest, family_code: str, code: str) -> HttpResponse:
    """Give one variant of a family."""
    structure = queries.snapshot()
    found = _variant(structure, family_code, code)
    printed = wire.encode(wire.family_variant(found, structure))
    return tagged(request, tag_of(printed), lambda: printed)


@endpoint(name=f"{_NAME}_create", permission=f"{_NAME}_edit", anchor="post_families__family_code__variants")
def create_variant(request: ApiRequest, family_code: str) -> HttpResponse:
    """Create a variant of a family."""
    body = _body(request, family_code)
    return written(
        request,
        lambda: operations.create_family_variant(family_code, body, by=request.caller, now=clock.now()),
        lambda code: _path(family_code, code),
    )


@endpoint(name=f"{_NAME}_partial_update", permission=f"{_NAME}_edit", anchor=_PATCH_ANCHOR, conditional=True)
def upsert_variant(request: ApiRequest, family_code: str, code: str) -> HttpResponse:
    """Update a variant, or create it under this code."""
    body, conditions = _body(request, family_code), conditions_of(request)
    return written(
        request,
        lambda: operations.upsert_family_variant(
            family_code, code, body, by=request.caller, now=clock.now(), conditions=conditions
        ),
        lambda code: _path(family_code, code),
    )


@endpoint(name=f"{_NAME}_delete", permission=f"{_NAME}_remove", conditional=True)
def remove_variant(request: ApiRequest, family_code: str, code: str) -> HttpResponse:
    """Remove a variant, unless something stands in the way; `dry_run=1` answers with its uses."""
    variant = _variant(queries.snapshot(), family_code, code)
    return removed(
        request,
        lambda dry_run: operations.remove(
            "family_variant",
            variant.code,
            by=request.caller,
            now=clock.now(),
            dry_run=dry_run,
            conditions=conditions_of(request),
        ),
    )


@endpoint(name=f"{_NAME}_partial_update_list", permission=f"{_NAME}_edit", anchor=_PATCH_ANCHOR, accepts=(COLLECTION,))
def upsert_variants(request: ApiRequest, family_code: str) -> HttpResponse:
    """Update or create up to 100 variants, one JSON object per line; a bad line harms only itself."""
    return bulk_answer(
        request,
        lambda code, body: operations.upsert_family_variant(
            family_code, code, body, by=request.caller, now=clock.now()
        ),
    )


def _body(request: ApiRequest, family_code: str) -> JsonObject:
    """Read the body. That the family is unknown comes before that the body is no JSON (api-conventions A4)."""
    try:
        return decode_object(request.body)
    except Malformed:
        operations.variants_of(queries.snapshot(), family_code)
        raise


def _family(structure: Structure, code: str) -> Family:
    family = structure.family(code)
    if family is None:
        raise NotFound(f'The family "{code}" does not exist.')
    return family


def _variant(structure: Structure, family_code: str, code: str) -> FamilyVariant:
    family, variant = _family(structure, family_code), structure.family_variant(code)
    if variant is None or variant.family != family.code:
        raise NotFound(f'"{code}" does not exist, or is not a variant of the family "{family.code}".')
    return variant


def _path(family: str, code: str) -> str:
    return f"{ROOT}/families/{segment(family)}/variants/{segment(code)}"
