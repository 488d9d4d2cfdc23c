"""First paint of the screens of Settings: how long the server takes for each page of a large catalogue.

`--rows` are the options of one select, `--attributes` all attributes: `--rows 100000 --attributes 10000`. Floors say
nothing here; what counts is `median_ms`, and `first_ms`, the page that is asked for after the structure has changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from statistics import median

import orjson

from benchmarks import catalogue, figures
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Browser, Session, Stopwatch, check_lines, make_structure

ROUNDS = 10
LINES_OF_A_PASTE = 1000

_USUAL = f"/settings/families/{catalogue.USUAL}"
_LARGE = f"/settings/attributes/{catalogue.LARGE}"
# What a person waits for; `{last}` is the code of the last option of the large select.
PAGES = {
    "settings": "/settings",
    "attributes": "/settings/attributes",
    "attributes.search": "/settings/attributes?search=benchmark+99",
    "attributes.filter": "/settings/attributes?family=bench_family_0&type=pim_catalog_text",
    "attribute": _LARGE,
    "attribute.new": "/settings/attributes/create-attribute?type=pim_catalog_metric",
    "attribute.usage": "/settings/attributes/bench_number_001/usage",
    "choose_attributes": "/settings/choose-attributes?name=attributes&attributes-search=benchmark+9",
    "options": f"{_LARGE}/options",
    "options.by_code": f"{_LARGE}/options?by=code",
    "options.search_many": f"{_LARGE}/options?search=amber",
    "options.search_one": f"{_LARGE}/options?search={{last}}",
    "options.search_none": f"{_LARGE}/options?search=nothing+like+this",
    "option": f"{_LARGE}/options/{{last}}",
    "channels": "/settings/channels",
    "channel": "/settings/channels/ecommerce",
    "locales": "/settings/locales",
    "currencies": "/settings/currencies",
    "measurement_families": "/settings/measurement-families",
    "measurement_family": "/settings/measurement-families/Weight",
    "attribute_groups": "/settings/attribute-groups",
    "attribute_group.attributes": "/settings/attribute-groups/other/attributes",
    "association_types": "/settings/association-types",
    "families": "/settings/families",
    "families.search": "/settings/families?search=usual",
    "family": _USUAL,
    "family.attributes": f"{_USUAL}/attributes",
    "family.variants": f"{_USUAL}/variants",
    "family.history": f"{_USUAL}/history",
    "variant": f"{_USUAL}/variants/{catalogue.USUAL}_by_select",
    "variant.new": f"{_USUAL}/variants/create-variant",
    "jobs": "/system/jobs",
}


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    count = shape.products
    with Session(target) as session:
        # Products play no part, so neither do the options that they would have.
        make_structure(session, replace(shape, options=1))
        session.bulk("attributes", orjson.dumps(catalogue.large_select()))
        family, variant = catalogue.usual_family(shape)
        check_lines(session.bulk("families", orjson.dumps(family)), 201)
        check_lines(session.bulk(f"families/{catalogue.USUAL}/variants", orjson.dumps(variant)), 201)
    # Neither is kept while the other works: that takes minutes, and a connection that rests is closed.
    with Browser(target) as browser:
        yield _paste(browser, shape, count)
        facts = {"attributes": shape.attributes, "options": count}
        for name, path in PAGES.items():
            yield look(target, browser, name, path.format(last=f"large_{count - 1:06}"), facts)


def _paste(browser: Browser, shape: Shape, count: int) -> Figure:
    watch = Stopwatch()
    for lines in _parts(catalogue.large_options(shape, count)):
        with watch:
            status = browser.post(f"{_LARGE}/paste-options", {"text": lines, "save": "1"})
        if status != 303:
            raise SystemExit(f"Pasting options answered {status}.")
    return Figure("settings.paste_options", count, watch.seconds, None, {"attributes": shape.attributes})


def _parts(lines: Iterator[str]) -> Iterator[str]:
    while part := list(islice(lines, LINES_OF_A_PASTE)):
        yield "\n".join(part)


def look(target: Target, browser: Browser, name: str, path: str, facts: dict[str, int]) -> Figure:
    """Ask for a page several times, the first time after the structure has changed."""
    with Session(target) as session:
        _touch(session)
    times = []
    for _ in range(ROUNDS):
        watch = Stopwatch()
        with watch:
            browser.get(path)
        times.append(watch.seconds * 1000)
    told = {"median_ms": round(median(times), 1), "first_ms": round(times[0], 1)}
    return Figure(f"settings.{name}", ROUNDS, sum(times) / 1000, None, {**told, **facts})


def _touch(session: Session) -> None:
    """Change the structure, so that the first page has to read what is new."""
    status, content = session.send("GET", f"attributes/{catalogue.LARGE}")
    order = orjson.loads(content)["sort_order"] if status == 200 else 0
    line = {"code": catalogue.LARGE, "sort_order": order + 1}
    check_lines(session.bulk("attributes", orjson.dumps(line)), 204)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
