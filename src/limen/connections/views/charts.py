"""A week of counts as a bar chart: where each bar and each word stands. Pure.

Across, everything is in percent, so that the chart fills any width while its letters keep their
size; up, in pixels. Bars start at zero, so that twice as much looks twice as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from limen.connections.rules import DayCount, Week

HEIGHT = 176
# From the top: room for the number above the highest bar; from the bottom: for the day's name.
_TOP, _FLOOR = 28, 138
_BAR_SHARE = 0.56
# Above this a number does not fit over its bar on a phone any more; the table has it in full.
_WRITTEN_OUT_BELOW = 100_000


@dataclass(frozen=True, slots=True)
class Bar:
    """`x`, `middle` and `width` in percent; `y` and `height` in pixels; `above` is where its number stands.

    Text already, with a point whatever the reader's language: they are attributes of SVG.
    """

    x: str
    middle: str
    width: str
    y: str
    height: str
    above: str
    number: str
    number_in_full: str
    weekday: str
    day: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """`rules` are the heights of the lines behind the bars."""

    total: str
    bars: tuple[Bar, ...]
    rules: tuple[str, ...]
    floor: int = _FLOOR
    height: int = HEIGHT
    is_empty: bool = False


def chart_of(week: Week) -> Chart:
    highest = max((one.count for one in week.days), default=0)
    # With nothing to show, one stands for the top, so that nothing is divided by nothing.
    scale = (_FLOOR - _TOP) / max(highest, 1)
    step = 100 / len(week.days)
    bars = tuple(
        _bar(one, left=index * step, step=step, scale=scale, is_today=one is week.days[-1])
        for index, one in enumerate(week.days)
    )
    lines = tuple(_attribute(_FLOOR - (_FLOOR - _TOP) * share) for share in (0.5, 1.0))
    return Chart(number(week.total), bars, lines, is_empty=week.total == 0)


def number(count: int) -> str:
    return format_decimal(count, locale=_language())


def _bar(one: DayCount, *, left: float, step: float, scale: float, is_today: bool) -> Bar:
    width = step * _BAR_SHARE
    # A single product among thousands is still seen.
    height = max(one.count * scale, 2) if one.count else 0
    return Bar(
        x=_attribute(left + (step - width) / 2),
        middle=_attribute(left + step / 2),
        width=_attribute(width),
        y=_attribute(_FLOOR - height),
        height=_attribute(height),
        above=_attribute(_FLOOR - height - 7),
        number=_short(one.count),
        number_in_full=number(one.count),
        weekday=_("Today") if is_today else _written(one.day, "EEE"),
        day=_written(one.day, "MMM d"),
        is_today=is_today,
    )


def _attribute(size: float) -> str:
    return f"{size:.2f}"


def _short(count: int) -> str:
    if count < _WRITTEN_OUT_BELOW:
        return number(count)
    return format_compact_decimal(count, locale=_language(), fraction_digits=1)


def _written(day: date, shape: str) -> str:
    return format_date(day, shape, locale=_language())


def _language() -> str:
    return to_locale(get_language() or "en")
