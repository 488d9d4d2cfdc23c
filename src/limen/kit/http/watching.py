"""Tells whoever watches over connections what was refused to one: the edges of products do not know it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from limen.kit.errors import Refused, Watched

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that a call got wrong. `refusal` is None when the mistake is ours; `about` says which product."""

    watched: Watched
    refusal: Refused | None = None
    about: Mapping[str, str | None] | None = None


def report(caller: Any, mistakes: Sequence[Mistake]) -> None:
    """Hand over what LIMEN_API_WATCHER is to keep. After the transaction of the call, which may have been undone.

    Nothing that goes wrong here reaches the caller.
    """
    try:
        _watcher()(caller, mistakes)
    except Exception:
        log.exception("the errors of a call could not be recorded", extra={"errors": len(mistakes)})


@cache
def _watcher() -> Callable[[Any, Sequence[Mistake]], None]:
    found: Callable[[Any, Sequence[Mistake]], None] = import_string(settings.LIMEN_API_WATCHER)
    return found
