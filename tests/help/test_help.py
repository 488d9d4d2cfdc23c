"""The documentation as pages of the instance: what error bodies link to."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from limen.kit.http.root import api_endpoints


@pytest.mark.django_db
class TestHelp:
    def test_the_contents_lead_to_every_mode(self, client: Client) -> None:
        answer = client.get("/help")
        assert answer.status_code == 200
        assert b"/help/connect-an-erp.html" in answer.content
        assert b"/help/settings.html" in answer.content

    def test_an_unknown_page_is_404(self, client: Client) -> None:
        assert client.get("/help/nothing.html").status_code == 404

    @pytest.mark.parametrize("page", ["pagination.html", "products-with-variants.html"])
    def test_pages_that_errors_name_are_there(self, client: Client, page: str) -> None:
        assert client.get(f"/help/{page}").status_code == 200

    def test_the_anchor_of_every_operation_is_on_the_page(self, client: Client) -> None:
        text = client.get("/help/api.html").content.decode()
        for _, _, endpoint in api_endpoints():
            if endpoint.anchor:
                assert f'id="{endpoint.anchor}"' in text, endpoint.anchor

    def test_links_between_pages_are_links_of_the_instance(self, client: Client) -> None:
        text = client.get("/help/connect-an-erp.html").content.decode()
        assert not re.search(r'href="[^"]*\.md', text)
