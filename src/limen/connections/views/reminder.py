"""What those who manage connections are reminded of: ends that come soon, and those that came lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from limen.accounts.rules import MANAGE_CONNECTIONS, Caller
from limen.connections import rules
from limen.connections.queries import ListedConnection
from limen.connections.views.state import State

# As many are named; the list shows the rest.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Ending:
    code: str
    label: str
    state: State
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Reminder:
    """The connections whose end is nearest, what came first before the rest, and how many `more` there are."""

    endings: list[Ending]
    more: int

    @property
    def count(self) -> int:
        return len(self.endings) + self.more

    @property
    def tone(self) -> str:
        return "warn" if any(one.state.tone for one in self.endings) else ""


def reminder_of(listed: Iterable[ListedConnection], *, caller: Caller, now: datetime) -> Reminder | None:
    """Give what to remind somebody of; None when there is nothing, or when it is not theirs to mend."""
    news = [one for one in listed if rules.is_news(one.expires_at, now)] if caller.may(MANAGE_CONNECTIONS) else []
    if not news:
        return None
    news.sort(key=attrgetter("expires_at", "code"))
    endings = [
        Ending(
            code=one.code,
            label=one.label,
            # Whether it is paused besides is the card's to say.
            state=State.of(enabled=True, expires_at=one.expires_at, now=now),
            last_day=rules.last_day(one.expires_at, caller.timezone),
        )
        for one in news[:NAMED]
    ]
    return Reminder(endings, more=len(news) - len(endings))
