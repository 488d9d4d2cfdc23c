"""What migrations do to products that are there already."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection

from limen.products.models import LongText, TextIndex
from tests.factories.products import make_product, value

MIGRATION: Any = import_module("limen.products.migrations.0016_searchable_texts")


def test_long_texts_of_before_come_into_the_search_and_go_again(lamps: None) -> None:
    long = "and so on " * 30
    make_product("a", values={"blurb": value("<p>Warm</p>", "en_GB", "webshop"), "tagline": "x"})
    make_product("b", values={"blurb": value(f"<p>{long}</p>", "en_GB", "webshop")})
    as_written = set(TextIndex.objects.values_list("key", "value", "product_id"))
    longs = list(LongText.objects.values_list("value", flat=True))
    assert longs == [long]
    editor = SimpleNamespace(connection=connection)
    LongText.objects.all().delete()
    MIGRATION.mark(apps, editor)
    before = TextIndex.objects.filter(value="").count()
    assert before == 2
    MIGRATION.fill(apps, editor)
    assert set(TextIndex.objects.values_list("key", "value", "product_id")) == as_written
    assert list(LongText.objects.values_list("value", flat=True)) == longs
