"""How a connection is doing, in words and a tone: what stands in the badge of its card and of its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.connections import rules


@dataclass(frozen=True, slots=True)
class State:
    """Empty words: it is open, and no end is in sight. `is_closed`: it lets nobody in now."""

    words: str = ""
    tone: str = ""
    is_closed: bool = False

    @classmethod
    def of(cls, *, enabled: bool, expires_at: datetime | None, now: datetime) -> State:
        closed = rules.closed_by(enabled=enabled, expires_at=expires_at, now=now)
        if closed:
            return cls(_("Paused"), "warn", True) if closed == "paused" else cls(_("Expired"), "bad", True)
        left = rules.days_left(expires_at, now)
        if left is None:
            return cls()
        words = ngettext("Expires in %(n)s day", "Expires in %(n)s days", left) % {"n": left}
        return cls(words, "warn" if left <= rules.END_IS_NEAR.days else "")
