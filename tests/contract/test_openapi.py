"""The description of the API: complete, true to the readers and the answers, and held by requests of all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from limen.accounts.rules import PERMISSIONS
from limen.help import openapi, schemas
from limen.kit.http.root import api_endpoints
from limen.structure.operations.resources import RESOURCES
from limen.structure.rules import OPTION
from limen.structure.rules.family_variants import FAMILY_VARIANT
from tests.factories.accounts import make_role
from tests.factories.connections import make_connection, token_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installed")]

BASE = "http://localhost"
DESCRIPTION = openapi.description(BASE)


def test_every_route_is_described() -> None:
    described = {(path, method) for path, ways in DESCRIPTION["paths"].items() for method in ways}
    assert described == {(path, method.lower()) for path, method, _ in api_endpoints()}
    assert all(one["summary"] for ways in DESCRIPTION["paths"].values() for one in ways.values())


def test_the_instance_gives_it_to_everybody(client: Client) -> None:
    answer = client.get("/api/rest/v1/openapi.json", headers={"host": "localhost"})
    assert answer.status_code == 200
    assert answer.json() == DESCRIPTION


def nouns() -> Iterator[Any]:
    yield from (one.noun for one in RESOURCES.values() if one.noun.name != "group")
    yield OPTION
    yield FAMILY_VARIANT


@pytest.mark.parametrize("noun", list(nouns()), ids=lambda noun: noun.name)
def test_what_may_be_sent_is_what_is_read(noun: Any) -> None:
    assert set(schemas.SENT[noun.name]["properties"]) == set(noun.readers)


@pytest.fixture
def token() -> str:
    return token_for(make_connection(role=make_role("ROLE_ALL", *PERMISSIONS).code))


@pytest.fixture
def one_transaction() -> Iterator[None]:
    """Keep the test's connection over many requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


# What exists in every installation: half of the calls are about one of these.
EXISTING = {
    "attributes": "sku",
    "attribute-groups": "other",
    "association-types": "X_SELL",
    "categories": "master",
    "channels": "ecommerce",
    "locales": "en_US",
    "currencies": "EUR",
    "measure-families": "Length",
    "measurement-families": "Length",
}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    code = EXISTING.get(context.operation.path.removeprefix("/api/rest/v1/").partition("/")[0])
    if path_parameters and code and len(str(path_parameters)) % 2:
        return {**path_parameters, next(iter(path_parameters)): code}
    return path_parameters


SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
SCHEMA.app = get_wsgi_application()


@SCHEMA.exclude(path_regex="/oauth/").parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.usefixtures("one_transaction")
def test_no_answer_is_a_surprise(case: Any, token: str) -> None:
    case.call_and_validate(
        # Without a server in between nobody takes the encoding off again.
        headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
