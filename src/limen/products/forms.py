"""What the product screens are asked for in the address, as plain data. Nonsense falls back, it is not refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limen.structure.rules import Channel, Structure

# Longer than any identifier or label a person types; the rest of a pasted page is of no use to a search.
LONGEST_SEARCH = 255


@dataclass(frozen=True, slots=True)
class Context:
    """The channel and the locale whose values a screen shows. The locale is one of the channel's."""

    channel: Channel
    locale: str


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What the grid is asked for. `family` is a code as stored; `after` and `before` are cursors, one at most."""

    context: Context
    search: str
    family: str | None
    after: str | None
    before: str | None

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.family)


def read_context(params: Mapping[str, str], structure: Structure, *, usual: tuple[str, str] = ("", "")) -> Context:
    """Read `channel` and `locale`; where they say nothing the caller's usual ones, then the first there are."""
    usual_channel, usual_locale = usual
    found = (
        structure.channel(params.get("channel", ""))
        or structure.channel(usual_channel)
        or structure.channel_section.in_order[0]
    )
    for wanted in (params.get("locale", ""), usual_locale):
        locale = structure.locale(wanted)
        if locale in found.locales:
            return Context(found, locale)
    return Context(found, found.locales[0] if found.locales else "")


def read_grid(params: Mapping[str, str], structure: Structure, *, usual: tuple[str, str] = ("", "")) -> GridQuery:
    family = structure.family(params.get("family", ""))
    after = _clean(params.get("after", ""))
    return GridQuery(
        context=read_context(params, structure, usual=usual),
        search=_clean(params.get("search", ""))[:LONGEST_SEARCH].strip(),
        family=family.code if family else None,
        after=after or None,
        before=None if after else _clean(params.get("before", "")) or None,
    )


def _clean(text: str) -> str:
    # PostgreSQL's text cannot hold U+0000, not even in a question.
    return text.replace("\x00", "")
