"""What is kept of a call, what is hidden of it, and what can be read from what is kept. Pure."""

from limen.calls.rules.capture import Call, Kept, keep, keep_lines, refused_lines
from limen.calls.rules.masking import MASK, hide, hide_in_query
from limen.calls.rules.reading import (
    Condition,
    Line,
    Recorded,
    Touched,
    lines_of,
    pretty,
    products_touched,
    search_conditions,
    why_not_replayed,
)
from limen.calls.rules.watching import METHODS, STATUS_CLASSES, Filters, read_filters

__all__ = [
    "MASK",
    "METHODS",
    "STATUS_CLASSES",
    "Call",
    "Condition",
    "Filters",
    "Kept",
    "Line",
    "Recorded",
    "Touched",
    "hide",
    "hide_in_query",
    "keep",
    "keep_lines",
    "lines_of",
    "pretty",
    "products_touched",
    "read_filters",
    "refused_lines",
    "search_conditions",
    "why_not_replayed",
]
