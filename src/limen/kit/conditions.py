"""What a caller has seen of a resource before it reads or changes it again: `If-Match` and `If-None-Match`.

A tag names one state of a resource. What depends on the query string as well stands behind a dot, and the encoding
of the body behind a hyphen: the tag of a resource is what comes before them, whatever was read of it and how.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from limen.kit.errors import PreconditionFailed

_TAG = re.compile(r'(W/)?"([^"]*)"')
_ENCODING = re.compile(r"-(?:gzip|zstd)$")

Tags = frozenset[str]
ANY: Tags = frozenset("*")


def tag_of(printed: bytes) -> str:
    """Make a tag out of what is printed. Rooms that know a cheaper mark of a state may use that instead."""
    return blake2b(printed, digest_size=12).hexdigest()


def read_tags(header: str, *, weak: bool) -> Tags:
    """Take the tags out of a header, encodings left out; `weak` ones count only where bytes need not be the same."""
    if header.strip() == "*":
        return ANY
    return frozenset(_ENCODING.sub("", text) for mark, text in _TAG.findall(header) if weak or not mark)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a change is bound to; None where the caller does not ask.

    An operation checks them under the lock of its write: checked before, another writer could come in between.
    """

    if_match: Tags | None = None
    if_none_match: Tags | None = None

    def check(self, tag: Callable[[], str | None]) -> None:
        """Compare with the tag that the resource has now, None when there is no resource.

        Raises PreconditionFailed. The tag is not even made when nothing is asked for.
        """
        if self.if_match is None and self.if_none_match is None:
            return
        now = tag()
        if self.if_match is not None and not _names(self.if_match, now):
            raise PreconditionFailed(
                "This is not there any more, or not yet."
                if now is None
                else 'This has changed since it was read: "If-Match" names another state. Read it, then change it.'
            )
        if self.if_none_match is not None and _names(self.if_none_match, now):
            raise PreconditionFailed('This is there already, which "If-None-Match" rules out.')


UNCONDITIONAL = Conditions()


def _names(tags: Tags, now: str | None) -> bool:
    if now is None:
        return False
    return tags == ANY or now in {tag.partition(".")[0] for tag in tags}
