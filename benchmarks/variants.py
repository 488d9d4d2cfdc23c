"""Variants, 1,000 to a model: bulk PATCH of new and of changed ones, and a change of one value of each model, which
all its variants get in the same transaction. Half of a variant's values are its model's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import orjson

from benchmarks import catalogue, figures, server
from benchmarks.catalogue import Json, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, check_lines, make_structure

TO_A_MODEL = 1_000
FAMILY, VARIANT, AXIS = "bench_variants", "bench_by_size", "bench_size"


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        make_structure(session, shape)
        _make_trees(session, shape)
        facts = {"memory_mb_before": server.memory_mb(target)}
        yield Figure("variants.create", shape.products, _push(session, shape, _variant, 201), facts=facts)
        yield Figure("variants.update", shape.products, _push(session, shape, _change, 204))
        yield Figure("variants.hand_down", shape.products, _hand_down(session, shape))


def _make_trees(session: Session, shape: Shape) -> None:
    whole = catalogue.product(shape, 0)["values"]
    axis = {
        "code": AXIS,
        "type": "pim_catalog_metric",
        "group": "other",
        "metric_family": "Length",
        "default_metric_unit": "METER",
        "decimals_allowed": False,
        "negative_allowed": False,
    }
    levels = [{"level": 1, "axes": [AXIS], "attributes": [AXIS, *list(whole)[1::2]]}]
    for path, line in (
        ("attributes", axis),
        ("families", {"code": FAMILY, "attributes": ["sku", AXIS, *whole]}),
        (f"families/{FAMILY}/variants", {"code": VARIANT, "variant_attribute_sets": levels}),
        *(("product-models", _model(shape, number)) for number in range(_models(shape))),
    ):
        status = orjson.loads(session.bulk(path, orjson.dumps(line)))["status_code"]
        if status not in (201, 204):
            raise SystemExit(f"{path} answered {status} to {line}")


def _models(shape: Shape) -> int:
    return -(-shape.products // TO_A_MODEL)


def _model(shape: Shape, number: int) -> Json:
    values = catalogue.product(shape, shape.families * number)["values"]
    return {
        "code": f"bench_model_{number}",
        "family_variant": VARIANT,
        "categories": ["master"],
        "values": {code: values[code] for code in list(values)[::2]},
    }


def _variant(shape: Shape, number: int) -> Json:
    values = catalogue.product(shape, shape.families * number)["values"]
    size = [{"locale": None, "scope": None, "data": {"amount": number, "unit": "METER"}}]
    return {
        "identifier": f"bench-variant-{number:08}",
        "parent": f"bench_model_{number // TO_A_MODEL}",
        "values": {AXIS: size, **{code: values[code] for code in list(values)[1::2]}},
    }


def _change(shape: Shape, number: int) -> Json:
    """Three other values of its own."""
    values = catalogue.product(shape, shape.families * (number + 1))["values"]
    chosen = {code: values[code][:1] for code in list(values)[1:6:2]}
    return {"identifier": f"bench-variant-{number:08}", "values": chosen}


def _push(session: Session, shape: Shape, make: Callable[[Shape, int], Json], status: int) -> float:
    watch = Stopwatch()
    for _, body in catalogue.bodies(make(shape, number) for number in range(shape.products)):
        with watch:
            content = session.bulk("products", body)
        check_lines(content, status)
    return watch.seconds


def _hand_down(session: Session, shape: Shape) -> float:
    """Change the first value of every model."""
    watch = Stopwatch()
    for number in range(_models(shape)):
        values = _model(shape, number + 1)["values"]
        code = next(iter(values))
        line = {"code": f"bench_model_{number}", "values": {code: values[code]}}
        with watch:
            content = session.bulk("product-models", orjson.dumps(line))
        check_lines(content, 204)
    return watch.seconds


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
