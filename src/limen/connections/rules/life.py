"""How long a door stays open: pause, end, silence, and what may be written about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from limen.connections.rules.data_flows import read_zone
from limen.kit.errors import Violation

NOTES_MAX = 2_000
AGENT_MAX = 200

# A card speaks of silence after a week, and a list can be asked for what nobody has used in a season.
SILENT_AFTER = timedelta(days=7)
UNUSED_AFTER = timedelta(days=90)
# The end of a connection is announced this long before, and pressed for in the last week.
END_IN_SIGHT = timedelta(days=30)
END_IS_NEAR = timedelta(days=7)
# Those who manage connections are reminded of an end this many days before it.
REMINDERS = (30, 7, 1)
# Whoever deletes what was used within this time types its code.
IN_USE = timedelta(days=7)

_LAST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Until when a connection lets its connector in (None: no end), whom to ask about it, and what to know."""

    expires_at: datetime | None = None
    owner_id: int | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from, as it came: its address and what it says of its software. Either may be anything."""

    address: str = ""
    agent: str = ""


def agent_of(header: str) -> str:
    """Give what a caller says of its software, without what cannot be printed, at most AGENT_MAX characters."""
    return "".join(character for character in header if character.isprintable())[:AGENT_MAX].strip()


def closed_by(*, enabled: bool, expires_at: datetime | None, now: datetime) -> Literal["paused", "expired"] | None:
    """Tell why a connection lets nobody in, None when it does."""
    if not enabled:
        return "paused"
    return "expired" if expires_at is not None and now >= expires_at else None


def end_of_day(day: date, timezone: str) -> datetime:
    """Give the moment at which a day is over in a time zone."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=read_zone(timezone))


def last_day(expires_at: datetime | None, timezone: str) -> date | None:
    """Give the last day on which a connection still works, as its end falls in a time zone."""
    if expires_at is None:
        return None
    return (expires_at - timedelta(microseconds=1)).astimezone(read_zone(timezone)).date()


def check_last_day(day: date) -> list[Violation]:
    if day.year > _LAST_YEAR:
        return [Violation("expires_on", "expires_on.too_late", "This day is too far away. Leave it empty for no end.")]
    return []


def check_end(expires_at: datetime | None, now: datetime) -> list[Violation]:
    """Judge a new end of a connection: one that lies behind would be a pause that looks like something else."""
    if expires_at is None or expires_at > now:
        return []
    message = "This day is over. Choose today or a later day, or pause the connection to stop it now."
    return [Violation("expires_on", "expires_on.past", message)]


def tidy_notes(notes: str) -> str:
    """Give notes as they are kept: one kind of line break, nothing around them."""
    return notes.replace("\r\n", "\n").replace("\r", "\n").strip()


def check_notes(notes: str) -> list[Violation]:
    if len(notes) > NOTES_MAX:
        return [Violation("notes", "notes.too_long", f"Notes have at most {NOTES_MAX} characters.")]
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in notes):
        return [Violation("notes", "notes.invalid", "The notes have a character that cannot be stored.")]
    return []


def owner_unknown() -> Violation:
    message = "This person is not here any more, or cannot sign in. Choose somebody else."
    return Violation("owner_id", "owner.unknown", message)


def silent_days(last_used_at: datetime | None, now: datetime) -> int | None:
    """Tell for how many whole days a connection has been silent; None when never used, or used in the last week."""
    if last_used_at is None or now - last_used_at < SILENT_AFTER:
        return None
    return (now - last_used_at).days


def is_unused(*, last_used_at: datetime | None, created_at: datetime, now: datetime) -> bool:
    """Tell whether nobody has used a connection for a season; a new one has that long to begin."""
    return now - (last_used_at or created_at) >= UNUSED_AFTER


def days_left(expires_at: datetime | None, now: datetime) -> int | None:
    """Tell how many days a connection still has, begun ones counted; None while its end is not in sight or behind."""
    if expires_at is None or not timedelta(0) < expires_at - now <= END_IN_SIGHT:
        return None
    return -((now - expires_at) // timedelta(days=1))


def reminder_due(expires_at: datetime | None, reminded_of: int | None, now: datetime) -> int | None:
    """Give the step of REMINDERS that an end has reached; None before the first, and when that one was given."""
    left = days_left(expires_at, now)
    reached = [step for step in REMINDERS if left is not None and left <= step]
    if not reached or (reminded_of is not None and reminded_of <= reached[-1]):
        return None
    return reached[-1]


def is_news(expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether people should hear of an end: it is in sight, or behind for no longer than it was in sight."""
    return expires_at is not None and abs(expires_at - now) <= END_IN_SIGHT


def is_in_use(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is not None and now - last_used_at < IN_USE
