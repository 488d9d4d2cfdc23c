"""Bringing completeness and quality up to date after the structure has changed."""

from __future__ import annotations

import orjson
from django.db import transaction

from limen.kit import db
from limen.products.models import FamilyPlan
from limen.products.operations.store import INDEX_OF, NUMBER, scores_of
from limen.products.queries import loading
from limen.products.queries.search_keys import make_search_keys
from limen.products.rules.completeness import fingerprint, held_by, plan_of
from limen.products.rules.rulebook import rulebook
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure

# Products per transaction: writers of the structure and of these products wait for one of them at most.
BATCH = 500


def refresh_completeness() -> int:
    """Write completeness and quality of products whose family asks for something else than when they were written.

    Families whose requirements are as before cost nothing; their products' own writes keep them right. Safe to
    run twice and to be interrupted: a family is marked as done at its end. Gives the number of changed products.
    `updated` does not move (api-products 7.1). Cost: 2 queries, and for changed families 30 µs a product and more.
    """
    structure = structure_queries.snapshot()
    book = rulebook(structure)
    done = dict(FamilyPlan.objects.values_list("family_id", "fingerprint"))
    changed = 0
    for family in structure.families.values():
        mark = fingerprint(family.code, book)
        if done.get(family.id) == mark:
            continue
        number = _refresh_family(family.code, structure)
        if number is None:
            # The structure has changed once more; the next run starts from there.
            return changed
        changed += number
        FamilyPlan.objects.update_or_create(family_id=family.id, defaults={"fingerprint": mark})
    return changed


def _refresh_family(code: str, structure: Structure) -> int | None:
    """Refresh all products of a family, batch by batch; None when the structure changed meanwhile."""
    changed, after = 0, 0
    while True:
        with transaction.atomic():
            if structure_queries.locked_snapshot().version != structure.version:
                return None
            rows = loading.lock_family_members(structure.families[code].id, after=after, limit=BATCH)
            if not rows:
                return changed
            changed += _refresh(rows, code, structure)
        after = rows[-1][0]


def _refresh(rows: list[tuple[int, str]], code: str, structure: Structure) -> int:
    book = rulebook(structure)
    plan = plan_of(code, book)
    scores = [
        (id, place, value)
        for id, doc in rows
        for place, value in scores_of(plan, plan.filled(held_by(orjson.loads(doc)["values"], book)))
    ]
    keys = make_search_keys({place for _, place, _ in scores})
    wanted = {(id, keys[place], value) for id, place, value in scores}
    stored = loading.score_rows([id for id, _ in rows])
    gone, come = stored - wanted, wanted - stored
    db.delete_rows("product_idx_num", INDEX_OF, sorted((id, key) for id, key, _ in gone))
    db.insert_rows("product_idx_num", NUMBER, sorted((key, ratio, id) for id, key, ratio in come))
    return len({id for id, _, _ in gone | come})
