"""Another code for a product model, and for everything that names it by its code."""

from __future__ import annotations

from functools import partial

from limen.kit import db
from limen.kit.text import fold
from limen.products.operations import store
from limen.products.operations.unlinking import relink
from limen.products.queries import trees
from limen.products.rules import links
from limen.products.rules.world import Item, Model, Product

# Children that are in memory at once.
BATCH = 500


def hold(model: Model) -> None:
    """Wait for those who point at a model just now, and keep others from it. 1 query; before products are written."""
    db.fetch("SELECT id FROM product_model WHERE id = %b FOR UPDATE", [model.id])


def rename(model: Model, code: str) -> None:
    """Let a model that is written and held have another code. What names it is not changed by that: `updated` stays.

    Cost: 6 statements, and 3 to 4 for each 500 that are below it or lead to it.
    """
    assert model.id is not None  # it is written
    old, id = model.code, model.id
    db.update_rows("product_model", "id", _CODE, [(id, code, fold(code))])
    _rename_in_children(id, code)
    of_links = partial(links.with_renamed_model, old=old, new=code), partial(links.with_renamed_link, old=old, new=code)
    itself = [Model.of(row).relinked(*of_links) for row in trees.read_models([id])]
    store.rewrite_documents([one for one in itself if one.associations or one.quantified])
    relink("product_models", [id], *of_links)


_CODE = {"id": "int8", "code": "text", "code_key": "text"}


def _rename_in_children(id: int, code: str) -> None:
    after = 0
    while rows := trees.next_sub_models([id], after=after, limit=BATCH):
        after = rows[-1].id
        store.rewrite_documents([_under(Model.of(row), code) for row in rows])
    after = 0
    while found := trees.lock_variants([id], after=after, limit=BATCH):
        after = found[-1].id
        store.rewrite_documents([_under(Product.of(row), code) for row in found])


def _under(item: Item, code: str) -> Item:
    item.parent_code = code
    return item
