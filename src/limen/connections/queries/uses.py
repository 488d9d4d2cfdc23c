"""Which connections use a part of the structure; asked by `structure.queries.uses_of` through the settings."""

from __future__ import annotations

from limen.connections.models import Connection
from limen.events import queries as events
from limen.structure.rules import Subject, Use
from limen.structure.rules.removal import MOST_EXAMPLES

# Events that are looked at: enough for a night's run of an ERP, and quick.
LATELY = 20_000


def uses_of_structure(subject: Subject) -> tuple[Use, ...]:
    """Tell the connections that wrote an attribute lately, who wrote most first. 2 queries, 1 when there are none."""
    if subject.resource != "attribute":
        return ()
    (code,) = subject.codes
    often = events.connections_that_changed(f"values.{code}", kind="product.updated", among=LATELY)
    if not often:
        return ()
    found = dict(Connection.objects.filter(id__in=often).values_list("id", "code"))
    codes = [found[id] for id in sorted(often, key=lambda id: -often[id]) if id in found]
    return (Use("connections that wrote it lately", len(codes), tuple(codes[:MOST_EXAMPLES]), False),) if codes else ()
