"""Uploading an image straight into a value of a category (api-conventions B7). Downloads are the room media's."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse

from limen.kit import clock
from limen.kit.errors import Malformed, Unprocessable
from limen.kit.http.endpoint import MULTIPART, ApiRequest, endpoint
from limen.kit.http.json import created, flag, marked
from limen.kit.http.multipart import read_form
from limen.structure import operations
from limen.structure.operations import Upload
from limen.structure.rules import Written


@endpoint(name="pim_api_category_media_file_create", permission="pim_api_category_edit", accepts=(MULTIPART,))
def create_category_media_file(request: ApiRequest) -> HttpResponse:
    """Upload an image into a value of a category: the part `file` beside the part `category`, which is JSON."""
    parts, files = read_form(request)
    code, value = _target(parts.get("category"))
    file = files.get("file")
    if file is None:
        raise Unprocessable('The part "file" is missing, or has no file name.')
    upload = Upload(value, file, file.name or "")
    dry_run = flag(request, "dry_run")
    (path,) = operations.save_category_values(code, [], [upload], by=request.caller, now=clock.now(), dry_run=dry_run)
    return marked(created(request, f"/api/rest/v1/category-media-files/{path}/download"), dry_run)


def _target(text: str | None) -> tuple[str, Written]:
    try:
        target: Any = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        raise Malformed('The part "category" is missing, or is not valid JSON.') from None
    if not isinstance(target, dict) or not target.keys() >= {"code", "attribute_code", "channel", "locale"}:
        raise Unprocessable('The part "category" must contain "code", "attribute_code", "channel" and "locale".')
    if not isinstance(target["code"], str) or not isinstance(target["attribute_code"], str):
        raise Unprocessable('"code" and "attribute_code" in the part "category" must be strings.')
    for name in ("channel", "locale"):
        if target[name] is not None and not isinstance(target[name], str):
            raise Unprocessable(f'"{name}" in the part "category" must be a string or null.')
    return target["code"], Written(target["attribute_code"], target["channel"], target["locale"], None)
