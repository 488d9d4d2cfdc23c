"""From UTC hours to the viewer's days: what Data flows shows of the last week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Seven days are shown and summed; the one before them is where the curve enters from the left.
DAYS_SHOWN = 7


class HourCount(Protocol):
    """How many in the hour that starts at `hour` (UTC)."""

    @property
    def hour(self) -> datetime: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Week:
    """`before` is the lead-in, `days` are the seven that follow, the last of them today; `total` sums the seven."""

    before: DayCount
    days: tuple[DayCount, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Period:
    """The eight days that end with `today`, as days of one time zone."""

    zone: ZoneInfo
    today: date

    @classmethod
    def until(cls, now: datetime, zone: ZoneInfo) -> Period:
        return cls(zone, now.astimezone(zone).date())

    @property
    def start(self) -> datetime:
        return self._midnight(self.today - timedelta(days=DAYS_SHOWN))

    @property
    def end(self) -> datetime:
        return self._midnight(self.today + timedelta(days=1))

    def week(self, counts: Iterable[HourCount]) -> Week:
        """Give each hour to the local day it starts in; a day without any is 0.

        Where midnight falls within an hour (zones with a half-hour offset) the hour goes to the
        earlier day as a whole.
        """
        by_day: Counter[date] = Counter()
        for one in counts:
            by_day[one.hour.astimezone(self.zone).date()] += one.count
        days = [self.today - timedelta(days=ago) for ago in range(DAYS_SHOWN, -1, -1)]
        before, *shown = (DayCount(day, by_day[day]) for day in days)
        return Week(before, tuple(shown), sum(one.count for one in shown))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def read_zone(name: str) -> ZoneInfo:
    """Give a time zone by name, UTC when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def wrong_use_shown_since(now: datetime) -> datetime:
    """Give the moment from which uses with a foreign user are shown: midnight UTC seven days ago."""
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=7), time(), UTC)
