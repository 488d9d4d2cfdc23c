"""The token endpoint, and what a test of a connection looks for beside it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from limen.connections import operations, queries, wire
from limen.connections.rules import Origin
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.http.address import client_address
from limen.kit.http.endpoint import ApiRequest, endpoint
from limen.kit.http.json import json_answer, raw_answer


# `accepts=None`: here the size of the body is judged before its media type, by the contract's order.
@endpoint(name="fos_oauth_server_token", public=True, accepts=None)
def issue_token(request: ApiRequest) -> HttpResponse:
    """Exchange credentials for a pair of tokens (connections §6 of the contract)."""
    # The announced size first, so that a large body is not even read.
    wire.check_size(_announced_size(request), settings.LIMEN_TOKEN_BODY_MAX)
    body = request.body
    wire.check_size(len(body), settings.LIMEN_TOKEN_BODY_MAX)
    media_type = wire.check_content_type(request.META.get("CONTENT_TYPE", ""))
    asked = wire.read_token_request(
        body, media_type=media_type, authorization=request.META.get("HTTP_AUTHORIZATION", "")
    )
    # Whether it is granted or not, the console of the connection that is named shows it, without what was sent.
    request.connection_id = queries.connection_of_client(asked.client_id)
    origin = Origin(client_address(request), request.META.get("HTTP_USER_AGENT", ""))
    granted = operations.grant_token(asked=asked, origin=origin, now=clock.now())
    answer = raw_answer(wire.token_answer(granted))
    answer["Cache-Control"] = "no-store"
    answer["Pragma"] = "no-cache"
    return answer


@endpoint(name="limen_connection_check", public=True, listed=False)
def answer_check(request: ApiRequest, nonce: str) -> HttpResponse:
    """Tell a test of a connection that its call reached this installation and no other."""
    proof = queries.proof_of(nonce)
    if proof is None:
        raise NotFound("No test of a connection asks for this.")
    answer = json_answer({"proof": proof, "address": client_address(request)})
    answer["Cache-Control"] = "no-store"
    return answer


def _announced_size(request: ApiRequest) -> int:
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isascii() and announced.isdigit() else 0
