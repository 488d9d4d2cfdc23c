"""What refused writes of products and models tell Error monitoring (api-products 8.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from limen.kit.errors import Invalid, Refused
from limen.kit.http.endpoint import ApiRequest
from limen.kit.http.watching import Mistake, report
from limen.kit.text import fold
from limen.products.operations import Line
from limen.products.queries.named import About, named
from limen.products.rules.reading import Naming
from limen.structure import queries as structure_queries

# As many as are kept; the rest is counted.
_MOST_DESCRIBED = 100


@contextmanager
def watched(request: ApiRequest, flavour: Naming) -> Iterator[None]:
    """Count it when a write of products breaks for a reason of ours."""
    try:
        yield
    except Refused:
        raise
    except Exception:
        if flavour != "code" and _is_watched(request):
            report(request.caller, [Mistake("technical")])
        raise


def report_lines(request: ApiRequest, flavour: Naming, refused: Sequence[tuple[Line | None, Refused]]) -> None:
    """Report refused lines, after their transaction. 1 query to say which products, and what recording costs.

    Nothing at all for callers that are nobody's connection, and of models, which are not watched.
    """
    if not refused or flavour == "code" or not _is_watched(request):
        return
    counted = [(line, refusal) for line, refusal in refused if refusal.watched or isinstance(refusal, Invalid)]
    described = [line for line, refusal in counted if line is not None][:_MOST_DESCRIBED]
    keys = {key for line in described if (key := _key(line, flavour)) is not None}
    structure = structure_queries.snapshot(request.caller.structure_versions)
    known = named(keys, flavour=flavour, structure=structure) if keys else {}
    report(
        request.caller,
        [Mistake(refusal.watched or "business", refusal, _about(line, flavour, known)) for line, refusal in counted],
    )


def _is_watched(request: ApiRequest) -> bool:
    """Only what a connection sends with its own user is its mistake."""
    caller = request.caller
    return caller.connection_id is not None and caller.connection_id == caller.author_connection_id


def _key(line: Line, flavour: Naming) -> str | None:
    sent = line.key if line.key is not None else line.body.get(flavour)
    if not isinstance(sent, str):
        return None
    return sent.lower() if flavour == "uuid" else fold(sent)


def _about(line: Line | None, flavour: Naming, known: dict[str, About]) -> About | None:
    if line is None:
        return None
    key = _key(line, flavour)
    if key in known:
        return known[key]
    family = line.body.get("family")
    named_as = line.key if line.key is not None else line.body.get(flavour)
    shown = named_as if isinstance(named_as, str) else None
    return {
        "uuid": shown if flavour == "uuid" else None,
        "identifier": shown if flavour == "identifier" else None,
        "label": shown,
        "family": family if isinstance(family, str) else None,
    }
