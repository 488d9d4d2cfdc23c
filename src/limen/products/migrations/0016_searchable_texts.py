"""Bring the long texts of products into the index, of which it only knew that they are there."""

from __future__ import annotations

import orjson
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from limen.products.rules.kinds import HEAD, head_of, searchable_text

BATCH = 1000


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code, k.channel, k.locale, k.id FROM product_search_key k"
            " JOIN structure_attribute a ON a.id = k.attribute_id WHERE a.type = 'pim_catalog_textarea'"
        )
        keys = {(code, channel, locale): key for code, channel, locale, key in cursor.fetchall()}
        if not keys:
            return
        after = 0
        while True:
            cursor.execute(
                "SELECT product_id, doc FROM product_doc WHERE product_id > %s ORDER BY product_id LIMIT %s",
                [after, BATCH],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            texts = [row for id, doc in rows for row in _texts(id, doc, keys)]
            cursor.executemany(
                "UPDATE product_idx_text SET value = %s WHERE key = %s AND product_id = %s AND value = ''",
                [(head_of(text), key, id) for id, key, text in texts],
            )
            cursor.executemany(
                "INSERT INTO product_long_text (key, value, product_id) VALUES (%s, %s, %s)",
                [(key, text, id) for id, key, text in texts if len(text) > HEAD],
            )


def _texts(id: int, doc: str, keys: dict[tuple[str, str, str], int]) -> list[tuple[int, int, str]]:
    values = orjson.loads(doc)["values"]
    found = []
    for code in {code for code, _, _ in keys} & values.keys():
        for entry in values[code]:
            key = keys.get((code, entry["scope"] or "", entry["locale"] or ""))
            if key is not None:
                found.append((id, key, searchable_text(entry["data"])))
    return found


def mark(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Leave no more than the mark that a long text is there."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE product_idx_text SET value = '' WHERE key IN (SELECT k.id FROM product_search_key k"
            " JOIN structure_attribute a ON a.id = k.attribute_id WHERE a.type = 'pim_catalog_textarea')"
        )


class Migration(migrations.Migration):
    dependencies = [("products", "0015_search_tables"), ("structure", "0001_structure")]

    operations = [migrations.RunPython(fill, mark)]
