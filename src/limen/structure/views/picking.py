"""Lists of codes in a form that are put together step by step: search, add, order, take out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.forms import BoundField

from limen.structure.forms.fields import Codes
from limen.structure.views.listing import matching

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FOUND = 8


@dataclass(frozen=True, slots=True)
class Item:
    """`labels` is what a search looks into; `note` is said beside the name; `field` is the item's own."""

    code: str
    name: str
    labels: dict[str, str]
    note: str = ""
    field: BoundField | None = None


@dataclass(frozen=True, slots=True)
class Picks:
    """What `structure/_picks.html` shows: the items that are in, and some that a search found, to add.

    `more` is how many were found beside those shown; `sentences` tell what saving will change.
    """

    field: BoundField
    placeholder: StrOrPromise
    search: str
    items: Sequence[Item]
    found: Sequence[Item]
    more: int
    ordered: bool
    sentences: Sequence[str] = ()


def picks_of(
    form: Any,
    name: str,
    offered: Iterable[Item],
    *,
    known: Callable[[str], Item],
    placeholder: StrOrPromise,
    ordered: bool = True,
    sentences: Sequence[str] = (),
) -> Picks:
    """`offered` are all that could be in, in the order to offer them; `known` gives the item of a code that is in."""
    codes: Codes = form.codes(name)
    search = form.data.get(f"find-{name}", "")
    found = matching([one for one in offered if one.code not in codes], search)
    return Picks(
        form[name],
        placeholder,
        search,
        [known(code) for code in codes],
        found[:FOUND],
        max(0, len(found) - FOUND),
        ordered,
        sentences,
    )
