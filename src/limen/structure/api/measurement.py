"""Measurement families: a JSON array in, a JSON array out."""

from __future__ import annotations

import orjson
from django.http import HttpResponse

from limen.kit import clock
from limen.kit.errors import Malformed, Refused
from limen.kit.http.endpoint import ApiRequest, endpoint, refusal_body
from limen.kit.http.json import JsonObject, base_url, flag, json_answer, marked
from limen.structure import operations, queries, wire
from limen.structure.api.resources import removed
from limen.structure.rules.draft import Body
from limen.structure.rules.measurement import read_families


@endpoint(name="pim_api_measurement_family_get", permission="pim_api_measurement_family_list")
def list_measurement_families(request: ApiRequest) -> HttpResponse:
    """Give all measurement families with their units, as a bare array."""
    families = queries.snapshot().measurement_family_section.in_order
    return json_answer([wire.measurement_family(one) for one in families])


@endpoint(name="pim_api_measurement_family_create_or_update", permission="pim_api_measurement_family_edit")
def upsert_measurement_families(request: ApiRequest) -> HttpResponse:
    """Each family is its own change; one that is refused harms no other."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        body = None
    if body is None:
        raise Malformed("The body is not valid JSON.")
    dry_run = flag(request, "dry_run")
    with operations.rehearsal(dry_run):
        results = [_upsert(request, one) for one in read_families(body)]
    return marked(json_answer(results), dry_run)


@endpoint(name="pim_api_measurement_family_delete", permission="pim_api_measurement_family_remove")
def remove_measurement_family(request: ApiRequest, code: str) -> HttpResponse:
    """Remove a measurement family that no attribute uses; `dry_run=1` answers whether that would do."""
    return removed(
        request,
        lambda dry_run: operations.remove(
            "measurement_family", code, by=request.caller, now=clock.now(), dry_run=dry_run
        ),
    )


def _upsert(request: ApiRequest, body: Body) -> JsonObject:
    code = body.get("code")
    result: JsonObject = {"code": code if isinstance(code, str) else ""}
    try:
        outcome = operations.upsert_measurement_family(body, by=request.caller, now=clock.now())
    except Refused as refusal:
        answer = refusal_body(refusal, base_url(request), None)
        result["status_code"] = answer.pop("code")
        return result | answer
    result["status_code"] = 201 if outcome.created else 204
    return result
