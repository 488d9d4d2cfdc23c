"""Product models over the API (api-products 3.9)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase

from limen.events.once import once
from limen.kit import clock
from limen.kit.errors import Refused
from limen.kit.http.endpoint import COLLECTION, ApiRequest, endpoint
from limen.kit.http.json import created, decode_object, deleted, flag, marked, updated
from limen.kit.http.tags import conditions_of
from limen.products import operations, wire
from limen.products.api.products import (
    EDIT,
    LIST,
    REMOVE,
    answer_lines,
    answer_list,
    answer_one,
    asks_full,
    unknown,
    with_ignored,
)
from limen.products.operations import Line


@endpoint(name="pim_api_product_model_list", permission=LIST, streams=True)
def list_models(request: ApiRequest) -> HttpResponseBase:
    """List product models by code: by page or by cursor."""
    return answer_list(request, "model", request.GET)


@endpoint(name="pim_api_product_model_create", permission=EDIT, anchor="post_product_models")
def create_model(request: ApiRequest) -> HttpResponse:
    """Create a product model: a root with its family variant, or a sub model with its parent."""
    body = decode_object(request.body)
    code = body.get("code")
    line = Line(body, code if isinstance(code, str) else None, new=True, full=asks_full(request))
    return once(request, lambda: _write(request, line))


@endpoint(
    name="pim_api_product_model_partial_update_list",
    permission=EDIT,
    anchor="patch_product_models__code_",
    accepts=(COLLECTION,),
)
def upsert_models(request: ApiRequest) -> HttpResponse:
    """Update or create up to 100 product models, one JSON object per line; a bad line harms only itself."""
    return answer_lines(request, "code", operations.upsert_models)


@endpoint(name="pim_api_product_model_get", permission=LIST)
def get_model(request: ApiRequest, code: str) -> HttpResponse:
    """Give one product model by its code; case does not count."""
    return answer_one(request, "model", code)


@endpoint(
    name="pim_api_product_model_partial_update", permission=EDIT, anchor="patch_product_models__code_", conditional=True
)
def patch_model(request: ApiRequest, code: str) -> HttpResponse:
    """Update a product model (another `code` renames it) or create it; what it hands down changes with it."""
    return _write(
        request, Line(decode_object(request.body), code, conditions=conditions_of(request), full=asks_full(request))
    )


@endpoint(name="pim_api_product_model_delete", permission=REMOVE, conditional=True)
def delete_model(request: ApiRequest, code: str) -> HttpResponse:
    """Delete a product model with its sub models and variants, and the associations that lead to any of them."""
    dry_run = flag(request, "dry_run")
    conditions = conditions_of(request)
    if not operations.delete_model(
        code=code, by=request.caller, now=clock.now(), dry_run=dry_run, conditions=conditions
    ):
        raise unknown(code, "product model")
    return marked(deleted(), dry_run)


def _write(request: ApiRequest, line: Line) -> HttpResponse:
    dry_run = flag(request, "dry_run")
    (result,) = operations.upsert_models([line], by=request.caller, now=clock.now(), dry_run=dry_run)
    if isinstance(result.outcome, Refused):
        raise result.outcome
    answer = (created if result.outcome == 201 else updated)(request, wire.model_path(result.code or ""))
    return with_ignored(marked(answer, dry_run), result)
