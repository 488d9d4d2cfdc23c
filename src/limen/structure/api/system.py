"""What this system calls itself, to connectors that branch on it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from limen import __version__
from limen.kit.http.endpoint import ApiRequest, endpoint
from limen.kit.http.json import JsonObject, flag, json_answer

# The version of the API's contract; the last number is ours.
_CONTRACT = "7.0"


@endpoint(name="pim_analytics_external_api_system_info_get")
def get_system_information(request: ApiRequest) -> HttpResponse:
    """Tell version and edition as connectors expect them; `details=true` adds our own."""
    version = settings.LIMEN_API_VERSION.lower() or f"{_CONTRACT}.{_patch(__version__)}"
    printed: JsonObject = {"version": version, "edition": settings.LIMEN_API_EDITION}
    if flag(request, "details"):
        printed["limen"] = __version__
    return json_answer(printed)


def _patch(version: str) -> str:
    digits = "".join(char for char in version.split(".")[-1] if char.isdigit())
    return digits or "0"
