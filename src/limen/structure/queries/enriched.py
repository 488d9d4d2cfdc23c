"""What categories tell beside their labels: too much for the snapshot, so read for a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from django.db import connection

from limen.structure import models
from limen.structure.rules import Category, CategoryAttribute, CategoryTemplate, Structure
from limen.structure.rules.enriched import Data, Slot

# In the order of their printing. What hangs at another tree, since its category moved, is not told.
_VALUES = """
SELECT v.category_id, a.id, a.uuid::text, a.code, a.type, a.scopable, a.localizable, a.labels, ch.code, v.locale_id,
 v.data
FROM structure_category_value v
JOIN structure_category c ON c.id = v.category_id
JOIN structure_category_attribute a ON a.id = v.attribute_id AND a.is_active
JOIN structure_category_template t ON t.id = a.template_id AND t.is_active AND t.root_id = coalesce(c.root_id, c.id)
LEFT JOIN structure_channel ch ON ch.id = v.channel_id
WHERE v.category_id = ANY(%s) AND ch.removed_at IS NULL
ORDER BY v.category_id, a.sort_order, a.id, ch.code, v.locale_id
"""


def category_values(ids: Collection[int]) -> dict[int, dict[Slot, Data]]:
    """Give what categories tell, by their id, in the order in which it is printed; who tells nothing is absent.

    What is not active is left out. 1 query, none for no ids.
    """
    if not ids:
        return {}
    attributes: dict[int, CategoryAttribute] = {}
    found: dict[int, dict[Slot, Data]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [list(ids)])
        for category, id, uuid, code, type, scopable, localizable, labels, channel, locale, data in cursor.fetchall():
            if id not in attributes:
                attributes[id] = CategoryAttribute(
                    id, uuid, code, type, scopable, localizable, orjson.loads(labels), True
                )
            found.setdefault(category, {})[Slot(attributes[id], channel, locale)] = orjson.loads(data)
    return found


def template_of(category: Category, structure: Structure) -> CategoryTemplate | None:
    """Give the template of a category's tree, with all its attributes in order. 2 queries, 1 when there is none."""
    row = (
        models.CategoryTemplate.objects.filter(root_id=structure.categories[category.root].id)
        .values_list("id", "code", "labels", "is_active")
        .first()
    )
    if row is None:
        return None
    id, code, labels, is_active = row
    fields = ("id", "uuid", "code", "type", "scopable", "localizable", "labels", "is_active")
    rows = models.CategoryAttribute.objects.filter(template_id=id).order_by("sort_order", "id").values_list(*fields)
    attributes = tuple(_attribute(row) for row in rows)
    return CategoryTemplate(id, code, category.root, orjson.loads(labels), is_active, attributes)


def count_told(template: CategoryTemplate) -> dict[str, int]:
    """Count the categories that tell something of each attribute, by its uuid; 0 is left out. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.uuid::text, count(DISTINCT v.category_id) FROM structure_category_attribute a"
            " JOIN structure_category_value v ON v.attribute_id = a.id WHERE a.template_id = %s GROUP BY a.uuid",
            [template.id],
        )
        return dict(cursor.fetchall())


def templated_trees() -> frozenset[int]:
    """Give the ids of the roots that have a template. 1 query."""
    return frozenset(models.CategoryTemplate.objects.values_list("root_id", flat=True))


def _attribute(row: tuple[Any, ...]) -> CategoryAttribute:
    id, uuid, code, type, scopable, localizable, labels, is_active = row
    return CategoryAttribute(id, str(uuid), code, type, scopable, localizable, orjson.loads(labels), is_active)
