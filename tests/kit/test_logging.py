"""Log lines."""

from __future__ import annotations

import logging

from django.test import RequestFactory

from limen.kit.http.middleware import request_id_of_this_thread
from limen.kit.logging import LineFormatter


def test_a_line_ends_with_the_fields_and_the_id_of_the_request() -> None:
    before = request_id_of_this_thread.set("abc")
    try:
        line = LineFormatter().format(logging.makeLogRecord({"name": "limen", "msg": "done", "tokens": 3}))
    finally:
        request_id_of_this_thread.reset(before)
    assert line.endswith("limen done tokens=3 request=abc")


def test_a_line_never_has_the_query_of_an_address() -> None:
    request = RequestFactory().get("/api/oauth/v1/token?password=secret")
    before = request_id_of_this_thread.set("")
    try:
        line = LineFormatter().format(logging.makeLogRecord({"name": "django.request", "request": request}))
    finally:
        request_id_of_this_thread.reset(before)
    assert "secret" not in line
