"""The index of values: what each value of a product or model is found by, its completeness and its quality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from limen.kit import db
from limen.media.rules import MediaRow
from limen.products.operations.filled import bits_of, turn_over
from limen.products.operations.tables import MODELS, PRODUCTS, Tables
from limen.products.queries.filled import EVERY
from limen.products.queries.search_keys import COMPLETENESS, QUALITY, Place, make_search_keys, search_keys
from limen.products.rules.completeness import Filled, Plan, filling, held_by, plan_of
from limen.products.rules.indexing import Rows, add_rows, is_long, place_of, spots_of
from limen.products.rules.inheriting import levels_of
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.world import Item, Model, Product

Items = Sequence[Item]


def rewrite_model_scores(models: Sequence[Model], book: Rulebook) -> None:
    """Write the quality of models anew: for what the structure changes in it. 2 to 4 statements, none for nothing."""
    if not models:
        return
    places = [place for place in score_places(book) if place[0] == QUALITY]
    scores = [(place, value, _id(model)) for model in models for place, value in _model_scores(model, book)[1]]
    keys = make_search_keys({*places, *(place for place, _, _ in scores)})
    gone = sorted((_id(model), keys[place]) for model in models for place in places)
    db.delete_rows(MODELS.named("idx_num"), MODELS.index_of, gone)
    db.insert_rows(MODELS.named("idx_num"), MODELS.number, [(keys[place], value, id) for place, value, id in scores])


def write_index(tables: Tables, items: Items, book: Rulebook, media: Mapping[str, MediaRow]) -> None:
    """Index rows of values that changed, of completeness and quality; what was there is first taken away by its key."""
    come, scores = Rows(), list[Score]()
    stale_texts: list[tuple[int, Place]] = []
    stale_longs: list[tuple[int, Place]] = []
    stale_numbers: list[tuple[int, Place]] = []
    for item in items:
        id = _id(item)
        add_rows(item.after, id, media, come)
        for slot, before in item.before.items():
            stale = stale_texts if slot.field.table == "text" else stale_numbers
            stale.extend((id, place_of(spot)) for spot in spots_of(slot, before))
            if is_long(slot, before):
                stale_longs.append((id, slot.place))
        gone, changed = _scores(item, book) if isinstance(item, Product) else _model_scores(item, book)
        stale_numbers.extend((id, place) for place in gone)
        scores.extend((place, value, id) for place, value in changed)
    known = search_keys({place for _, place in stale_texts} | {place for _, place in stale_numbers})
    gone = db.take_rows(tables.named("idx_text"), tables.index_of, _by_key(stale_texts, known))
    db.delete_rows(tables.named("long_text"), tables.index_of, _by_key(stale_longs, known))
    gone += db.take_rows(tables.named("idx_num"), tables.index_of, _by_key(stale_numbers, known))
    spots = {spot: place_of(spot) for spot in {row[0] for row in come.texts} | {row[0] for row in come.numbers}}
    keys = make_search_keys({*spots.values(), *(place for place, _, _ in scores)})
    at = {spot: keys[place] for spot, place in spots.items()}
    db.insert_rows(tables.named("idx_text"), tables.text, [(at[spot], value, id) for spot, value, id in come.texts])
    db.insert_rows(tables.named("long_text"), tables.text, [(at[spot], value, id) for spot, value, id in come.longs])
    numbers = [(at[spot], value, id) for spot, value, id in come.numbers]
    numbers += [(keys[place], value, id) for place, value, id in scores]
    db.insert_rows(tables.named("idx_num"), tables.number, numbers)
    if tables is PRODUCTS:
        judged = {key for place, key in known.items() if place[0] <= COMPLETENESS}
        before = [(key, id) for id, key in gone if key not in judged]
        after = chain(((at[spot], id) for spot, _, id in come.texts), ((at[spot], id) for spot, _, id in come.numbers))
        was_in, is_in = _groups(items, book)
        turn_over(bits_of(chain(before, was_in)), bits_of(chain(after, is_in)))


def _groups(items: Items, book: Rulebook) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Give (key, id) of what products were and are: in a family, by its id negated, and there at all."""
    families = book.structure.families
    was_in, is_in = [], []
    for item in items:
        stored = item.stored.family if item.stored is not None else None
        if stored != item.family:
            was_in += [(-families[stored].id, _id(item))] if stored is not None else []
            is_in += [(-families[item.family].id, _id(item))] if item.family is not None else []
        if item.stored is None:
            is_in.append((EVERY, _id(item)))
    return was_in, is_in


def _id(item: Item) -> int:
    if item.id is None:
        raise LookupError("A product gets its id before anything of it is written.")
    return item.id


def _by_key(stale: Iterable[tuple[int, Place]], keys: Mapping[Place, int]) -> list[tuple[int, int]]:
    return sorted((id, keys[place]) for id, place in stale if place in keys)


# Completeness and quality: where, how much, and the product's id.
Score = tuple[Place, float, int]


def _scores(product: Product, book: Rulebook) -> tuple[Iterable[Place], Iterable[tuple[Place, float]]]:
    """Give the places whose completeness or quality goes, and what comes: only where it is another than before.

    They move only with the family, or where something is filled that was not, or no longer.
    """
    stored = product.stored
    if stored is None or stored.family != product.family:
        gone = score_places(book) if stored is not None and stored.family is not None else []
        return gone, _all_scores(product, book)
    plan = plan_of(product.family, book) if product.family is not None else None
    if plan is None or not any(
        filling(slot, product.before.get(slot)) != filling(slot, data)
        for slot, data in product.after.items()
        if slot in plan.bits or slot in plan.prices
    ):
        return [], []
    held = dict(held_by(product.values, book))
    was = dict(scores_of(plan, plan.filled({**held, **product.before}.items())))
    now = dict(scores_of(plan, plan.filled(held.items())))
    changed = [(place, value) for place, value in now.items() if was.get(place) != value]
    return [place for place, value in was.items() if now.get(place) != value], changed


def _all_scores(product: Product, book: Rulebook) -> Iterable[tuple[Place, float]]:
    if product.family is None:
        return []
    plan = plan_of(product.family, book)
    # All values of a new product are new.
    held = held_by(product.values, book) if product.stored is not None else product.after.items()
    return scores_of(plan, plan.filled(held))


def _model_scores(item: Item, book: Rulebook) -> tuple[Iterable[Place], Iterable[tuple[Place, float]]]:
    """As _scores, of a model, which has a quality and no completeness: by the attributes of its level and above."""
    if not isinstance(item, Model) or item.family is None:
        return [], []
    plan = plan_of(item.family, book, levels_of(item.variant, book).below[item.level])
    found = scores_of(plan, plan.filled(held_by(item.values, book)))
    gone = [place for place in score_places(book) if place[0] == QUALITY] if item.stored is not None else []
    return gone, [(place, value) for place, value in found if place[0] == QUALITY]


def scores_of(plan: Plan, filled: Filled) -> Iterable[tuple[Place, float]]:
    """Walk the completeness and the quality of every channel and locale, with the place each is found by."""
    for one in plan.requirements:
        ratio, quality = one.scores(filled)
        yield (COMPLETENESS, one.channel, one.locale, ""), float(ratio)
        if quality is not None:
            yield (QUALITY, one.channel, one.locale, ""), float(quality)


def score_places(book: Rulebook) -> list[Place]:
    return [
        (kind, channel.code, locale, "")
        for channel in book.structure.channels.values()
        for locale in channel.locales
        for kind in (COMPLETENESS, QUALITY)
    ]
