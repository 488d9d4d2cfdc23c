"""What holds for every call of the API, through a real token: the order of checks, addresses, headers.

Numbers are those of the acceptance cases of the conventions.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts.models import Role
from limen.accounts.rules import OVERALL, PERMISSIONS, SYSTEM
from limen.connections import operations as connections
from limen.connections.rules import Limits
from limen.kit import clock
from limen.kit.http.endpoint import COLLECTION
from tests.conftest import Api
from tests.factories.connections import make_connection, token_for
from tests.factories.structure import make_attribute, make_option
from tests.structure.answers import assert_documented, assert_plain, violations

pytestmark = pytest.mark.usefixtures("installed")

API = "/api/rest/v1"
JSON = "application/json"


def allow(*permissions: str) -> None:
    Role.objects.update_or_create(
        code="ROLE_TRIAL", defaults={"label": "Trial", "type": "default", "permissions": list(permissions)}
    )


@pytest.fixture
def token() -> str:
    """A token whose role may do what `allow` says, and nothing at first."""
    allow()
    return token_for(make_connection(code="erp", role="ROLE_TRIAL"))


class TestRoot:
    def test_case_1_it_says_where_tokens_are_bought(self, client: Client) -> None:
        root = client.get(API).json()
        assert list(root) == ["host", "authentication", "routes"]
        assert root["host"] == "http://testserver"
        token = {"route": "/api/oauth/v1/token", "methods": ["POST"]}
        assert root["authentication"]["fos_oauth_server_token"] == token

    def test_case_1_a_port_is_told_unless_it_is_the_usual_one(self, client: Client) -> None:
        for host, secure, told in (
            ("pim.example:8080", False, "http://pim.example:8080"),
            ("pim.example:443", True, "https://pim.example"),
            ("pim.example:80", False, "http://pim.example"),
        ):
            assert client.get(API, headers={"host": host}, secure=secure).json()["host"] == told

    def test_case_2_it_lists_what_may_be_called_and_not_itself(self, client: Client) -> None:
        routes = client.get(API).json()["routes"]
        assert "pim_api_root_endpoint" not in routes
        assert not any("/test-apps" in one["route"] for one in routes.values())
        assert all(len(one["methods"]) == 1 for one in routes.values())

    def test_it_checks_what_is_accepted(self, client: Client) -> None:
        assert_plain(client.get(API, headers={"accept": "application/xml"}), 406)


class TestTokens:
    def test_case_4_an_expired_one_is_401_and_not_403(self) -> None:
        old = token_for(make_connection(), now=clock.now() - timedelta(days=2))
        answer = Api(old).get("/attributes")
        assert_plain(answer, 401)
        assert "expired" in answer.json()["message"]

    def test_case_5_another_version_is_no_path(self, client: Client) -> None:
        assert_plain(client.get("/api/rest/v2/attributes"), 404)

    def test_case_7_without_overall_access_nothing_may_be_called(self, token: str) -> None:
        allow("pim_api_channel_list")
        assert_plain(Api(token).get("/channels"), 403)

    def test_case_177_one_call_too_many_is_429_and_says_when_to_come_back(self) -> None:
        new = make_connection(role="administrator")
        api = Api(token_for(new))
        connections.set_limits(code=new.code, limits=Limits(calls_per_minute=1), by=SYSTEM, now=clock.now())
        assert api.get("/locales/en_US").status_code == 200
        answer = api.get("/locales/en_US")
        assert_plain(answer, 429)
        assert answer["Retry-After"].isdecimal()


class TestOrderOfChecks:
    """Each step of A4 answers as long as its fault is there, whatever comes behind it."""

    def test_of_a_change(self, token: str) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        make_option("origin", "assam")
        client = Client()
        given: dict[str, Any] = {"content_type": "text/plain", "headers": {"if-match": '"x"'}}
        path, query, body = f"{API}/attributes/nope/options/assam", "?x[]=1", b"{"

        def answer() -> Any:
            return client.generic("PATCH", path + query, body, **given)

        assert_plain(client.generic("PUT", path + query, body, **given), 405)
        assert_plain(client.generic("PATCH", f"{API}/nothing{query}", body, **given), 404)
        assert_plain(answer(), 401)
        given["headers"]["authorization"] = f"Bearer {token}"
        assert "overall" in plain(answer(), 403)
        allow(OVERALL)
        assert "Bracket" in plain(answer(), 400)
        query = ""
        assert_plain(answer(), 415)
        given["content_type"] = JSON
        given["headers"]["content-encoding"] = "br"
        assert_plain(answer(), 415)
        del given["headers"]["content-encoding"]
        assert "attribute options" in plain(answer(), 403)
        allow(OVERALL, "pim_api_attribute_option_edit")
        assert_plain(answer(), 404)
        path = f"{API}/attributes/origin/options/assam"
        assert "JSON" in plain(answer(), 400)
        body = b'{"code":"other","nonsense":1,"labels":{"xx":"x"}}'
        assert_plain(answer(), 412)
        del given["headers"]["if-match"]
        path = f"{API}/attributes/origin/options/new"
        assert_plain(answer(), 422)
        body = b'{"nonsense":1,"labels":{"xx":"x"}}'
        assert_documented(answer(), "patch_attributes__attribute_code__options__code_")
        body = b'{"labels":{"xx":"x"}}'
        assert violations(answer()) == ["labels"]
        body = b"{}"
        assert answer().status_code == 201

    def test_of_a_read(self, token: str) -> None:
        client = Client()
        headers = {"accept": "text/html"}
        path, query = f"{API}/attributes/nope", "?x[a]=1"

        def answer() -> Any:
            return client.get(path + query, headers=headers)

        assert_plain(answer(), 401)
        headers["authorization"] = f"Bearer {token}"
        assert "overall" in plain(answer(), 403)
        allow(OVERALL)
        assert "Bracket" in plain(answer(), 400)
        query = ""
        assert_plain(answer(), 406)
        headers["accept"] = JSON
        assert "list attributes" in plain(answer(), 403)
        allow(OVERALL, "pim_api_attribute_list")
        assert_plain(answer(), 404)

    def test_an_unknown_family_comes_before_a_body_that_is_no_json(self, api: Api) -> None:
        assert_documented(api.post("/families/nope/variants", b"{"), "post_families__family_code__variants")

    def test_a_body_over_the_limit_is_not_even_read(self, api: Api, settings: Any) -> None:
        settings.LIMEN_BODY_MAX = 100
        assert_plain(api.post("/categories", b" " * 101), 413)

    def test_a_body_in_chunks_is_read_until_its_end_or_the_limit(self, api: Api, settings: Any) -> None:
        def in_chunks(body: bytes) -> Any:
            # As the web server hands it on: nobody says how long it is.
            unannounced = {"CONTENT_LENGTH": "", "wsgi.input": BytesIO(body), "wsgi.input_terminated": True}
            return api.client.post(f"{API}/categories", content_type=JSON, **unannounced)

        assert in_chunks(b'{"code":"lamps"}').status_code == 201
        settings.LIMEN_BODY_MAX = 100
        assert_plain(in_chunks(b" " * 101), 413)

    @pytest.mark.parametrize("permission", [one for one in PERMISSIONS if one.startswith("pim_api_attribute_")])
    def test_a_refusal_names_what_may_not_be_done(self, token: str, permission: str) -> None:
        allow(OVERALL)
        api = Api(token)
        path = "/attributes/x"
        if "group" in permission:
            path = "/attribute-groups/x"
        if "option" in permission:
            path = "/attributes/x/options/y"
        call = {"list": api.get, "edit": lambda to: api.patch(to, {}), "remove": api.delete}
        verb, noun = permission.rpartition("_")[2], permission.removeprefix("pim_api_").rpartition("_")[0]
        message = plain(call[verb](path), 403)
        assert f"{noun.replace('_', ' ')}s" in message
        assert {"list": "list", "edit": "create or update", "remove": "delete"}[verb] in message


def plain(answer: Any, status: int) -> str:
    assert_plain(answer, status)
    return str(answer.json()["message"])


class TestMediaTypes:
    def test_case_14_the_message_names_what_is_possible(self, api: Api) -> None:
        answer = api.post("/categories", {"code": "x"}, content_type="application/xml")
        assert '"application/json"' in plain(answer, 415) and "application/xml" in plain(answer, 415)

    def test_case_15_a_missing_type_is_told_as_such(self, api: Api) -> None:
        answer = api.post("/categories", {"code": "x"}, content_type="")
        assert "missing" in plain(answer, 415) and '"application/json"' in plain(answer, 415)

    def test_case_17_a_collection_has_its_own(self, api: Api) -> None:
        assert COLLECTION in plain(api.patch("/categories", {"code": "x"}), 415)

    def test_case_18_measurement_families_are_plain_json(self, api: Api) -> None:
        assert JSON in plain(api.patch("/measurement-families", [], content_type=COLLECTION), 415)


class TestAddresses:
    @pytest.mark.parametrize("path", ["", "/attributes", "/attributes/sku", "/openapi.json"])
    def test_a1_a_slash_behind_it_is_read_over_and_not_redirected(self, api: Api, path: str) -> None:
        answer = api.get(f"{path}/")
        assert answer.status_code == 200
        assert answer.content == api.get(path).content

    def test_a1_only_one_and_only_for_reading(self, api: Api) -> None:
        assert_plain(api.get("/attributes//"), 404)
        assert_plain(api.get("/nothing/"), 404)
        assert_plain(api.post("/attributes/", {}), 404)

    def test_a1_head_has_the_headers_of_get(self, api: Api) -> None:
        got, head = api.get("/attributes/sku"), api.client.head(f"{API}/attributes/sku")
        assert head.status_code == 200
        for name in ("Content-Type", "ETag", "Cache-Control", "X-Limen-Version", "Vary"):
            assert head.get(name) == got.get(name)

    def test_a1_put_is_nowhere(self, api: Api) -> None:
        for path in ("/attributes", "/attributes/sku", "/categories", "/products"):
            answer = api.client.put(f"{API}{path}", b"{}", content_type=JSON)
            assert_plain(answer, 405)
            assert "PUT" not in answer["Allow"]


class TestHeaders:
    def test_every_answer_has_an_id_no_cookie_and_is_not_kept(self, api: Api, client: Client) -> None:
        answers = [api.get("/attributes/sku"), api.get("/attributes/nope"), client.get(f"{API}/attributes")]
        assert len({answer["X-Request-Id"] for answer in answers}) == 3
        for answer in answers:
            assert answer["Cache-Control"] == "no-cache, private"
            assert not answer.cookies

    def test_errors_are_json_whatever_happened(self, api: Api, client: Client) -> None:
        for answer in (
            client.get("/api/nothing"),
            client.delete(f"{API}/locales/en_US"),
            client.get(f"{API}/attributes"),
            api.get("/attributes", limit="0"),
            api.post("/attributes", b"{"),
        ):
            assert answer["Content-Type"] == JSON
            assert orjson.loads(answer.content)["code"] == answer.status_code


class TestBulk:
    def test_case_85_a_hundred_lines_have_a_hundred_results(self, api: Api) -> None:
        lines = api.bulk("/categories", [{"code": f"c{number}"} for number in range(100)]).lines
        assert [line["line"] for line in lines] == list(range(1, 101))
        assert {line["status_code"] for line in lines} == {201}

    def test_case_89_a_million_bytes_are_a_line(self, api: Api) -> None:
        exact = b'{"code":"x","labels":{"en_US":"' + b"x" * (1_000_000 - 35) + b'"}}'
        assert len(exact) == 1_000_000 - 1
        lines = api.bulk("/categories", b"\n".join([exact + b" ", exact + b"  ", b'{"code":"y"}'])).lines
        assert [line["status_code"] for line in lines] == [422, 413, 201]

    def test_an_empty_body_has_no_results(self, api: Api) -> None:
        answer = api.client.generic(
            "PATCH", f"{API}/categories", b" "[:0], content_type=COLLECTION, headers={"content-type": COLLECTION}
        )
        assert (answer.status_code, answer.content) == (200, b"")

    def test_case_107_an_attribute_sent_for_other_is_not_moved(self, api: Api) -> None:
        assert api.patch("/attribute-groups/legal", {"attributes": ["sku"]}).status_code == 201
        assert api.patch("/attribute-groups/other", {"attributes": ["sku"]}).status_code == 204
        assert api.get("/attributes/sku").json()["group"] == "legal"


class TestOtherOrigins:
    ORIGIN = "https://tool.example.com"

    @pytest.fixture
    def page(self, settings: Any) -> Client:
        settings.LIMEN_CORS_ORIGINS = (self.ORIGIN,)
        # A client reads the middleware at its first call.
        return Client(headers={"origin": self.ORIGIN})

    def test_no_page_of_another_origin_may_call_unless_it_is_listed(self, client: Client) -> None:
        answer = client.get(API, headers={"origin": self.ORIGIN})
        assert not [name for name in answer.headers if name.startswith("Access-Control")]

    def test_a_listed_one_may(self, page: Client) -> None:
        answer = page.get(API)
        assert answer["Access-Control-Allow-Origin"] == self.ORIGIN
        assert "ETag" in answer["Access-Control-Expose-Headers"]
        assert "Origin" in answer["Vary"]

    def test_its_browser_asks_beforehand(self, page: Client) -> None:
        answer = page.options(f"{API}/attributes/sku", headers={"access-control-request-method": "PATCH"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "PATCH" in answer["Access-Control-Allow-Methods"]
        assert "Authorization" in answer["Access-Control-Allow-Headers"]
        assert "Idempotency-Key" in answer["Access-Control-Allow-Headers"]

    def test_another_may_not_and_screens_never_say_so(self, page: Client) -> None:
        assert not page.get(API, headers={"origin": "https://evil.example"}).has_header("Access-Control-Allow-Origin")
        assert not page.get("/sign-in").has_header("Access-Control-Allow-Origin")


def test_d11_version_and_edition_can_be_set(api: Api, settings: Any) -> None:
    settings.LIMEN_API_VERSION, settings.LIMEN_API_EDITION = "7.0.99-RC", "Serenity"
    assert api.get("/system-information").json() == {"version": "7.0.99-rc", "edition": "Serenity"}
