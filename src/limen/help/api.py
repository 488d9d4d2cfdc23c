"""The description of the API, for programs."""

from __future__ import annotations

from django.http import HttpResponse

from limen.help import openapi
from limen.kit.http.endpoint import ApiRequest, endpoint
from limen.kit.http.json import base_url, json_answer


@endpoint(name="limen_openapi", public=True)
def get_openapi(request: ApiRequest) -> HttpResponse:
    """Describe every route in the OpenAPI format."""
    return json_answer(openapi.description(base_url(request)))
