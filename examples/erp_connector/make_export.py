#!/usr/bin/env python3
"""Writes the export that the ERP Kontor of a bicycle wholesaler would write at night.

The same arguments give the same bytes on every machine. `--run 2` is the next night: some articles have
changed, some are new, and a few broken ones have been mended.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

from kontor.trade import ADJECTIVES, KINDS, LISTS, SENTENCES, TREE, Kind

FIRST_NIGHT = datetime(2026, 3, 2, 2, 15)  # the ERP writes local time, as they do
NEW_SHARE = 0.01
MENDED_SHARE = 0.25

Row = dict[str, object]


@dataclass(slots=True)
class Article:
    """What is written into one <article>; plain elements by name, the rest as the export has it."""

    plain: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    prices: list[tuple[str, str]] = field(default_factory=list)
    measures: dict[str, tuple[str, str]] = field(default_factory=dict)
    features: list[tuple[str, str]] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export holds, by position from 1: `broken` says of which kind; the others count whole articles.

    `new`, `changed` and `mended` are against the night before. `good` articles are those that are not broken.
    """

    articles: int
    broken: dict[int, str]
    new: frozenset[int]
    changed: frozenset[int]
    mended: frozenset[int]

    @property
    def good(self) -> int:
        return self.articles - len(self.broken)


def plan(*, articles: int, seed: int, run: int = 1, changed: float = 0.08, broken: float = 0.01) -> Plan:
    """Decide which articles are broken, new, changed and mended; the export follows it exactly."""
    still = _breaks(articles, seed, broken)
    mended: frozenset[int] = frozenset()
    for night in range(2, run + 1):
        random = Random(f"{seed} mended {night}")
        mended = frozenset(position for position in still if random.random() < MENDED_SHARE)
        still = {position: kind for position, kind in still.items() if position not in mended}
    size = _size(articles, run)
    before = _size(articles, run - 1) if run > 1 else 0
    ever_broken = _breaks(articles, seed, broken)
    touched = frozenset(
        position
        for position in range(1, before + 1)
        if position not in ever_broken and _changes(seed, position, run, changed)
    )
    return Plan(size, still, frozenset(range(before + 1, size + 1)), touched, mended)


def write(path: Path, *, articles: int, seed: int, run: int = 1, changed: float = 0.08, broken: float = 0.01) -> Plan:
    """Write the export, one article in memory at a time."""
    made = plan(articles=articles, seed=seed, run=run, changed=changed, broken=broken)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for piece in _document(made, articles, seed, run, changed, broken):
            file.write(piece)
    return made


def _breaks(articles: int, seed: int, share: float) -> dict[int, str]:
    """Spread the broken articles; every kind occurs when there are enough of them."""
    count = min(round(articles * share), articles - 1)
    # The first article stays whole: the duplicate number of another is taken from it.
    positions = sorted(Random(f"{seed} broken").sample(range(2, articles + 1), count))
    kinds = list(BREAKS)
    return {position: kinds[index % len(kinds)] for index, position in enumerate(positions)}


def _size(articles: int, night: int) -> int:
    return articles + (night - 1) * max(1, round(articles * NEW_SHARE))


def _changes(seed: int, position: int, night: int, share: float) -> bool:
    return Random(f"{seed} changed {night} {position}").random() < share


def _document(made: Plan, articles: int, seed: int, run: int, changed: float, broken: float) -> Iterator[str]:
    created = FIRST_NIGHT + timedelta(days=run - 1)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<kontor-export version="7.2" created="{created.isoformat()}" articles="{made.articles}">\n'
    yield from _heading()
    yield "  <articles>\n"
    ever_broken = _breaks(articles, seed, broken)
    for position in range(1, made.articles + 1):
        article = _article(seed, position)
        for night in range(2, run + 1):
            was_there = position <= _size(articles, night - 1) and position not in ever_broken
            if was_there and _changes(seed, position, night, changed):
                _change(article, Random(f"{seed} change {night} {position}"), night)
        if position in made.broken:
            BREAKS[made.broken[position]](article, _article(seed, 1).plain["number"])
        yield from _written(article)
    yield "  </articles>\n</kontor-export>\n"


def _article(seed: int, position: int) -> Article:
    random = Random(f"{seed} {position}")
    kind = random.choices(KINDS, [kind.share for kind in KINDS])[0]
    article = Article()
    _common(article, kind, random, position)
    DETAILS[kind.group](article, random)
    return article


def _common(article: Article, kind: Kind, random: Random, position: int) -> None:
    adjective, noun = random.choice(ADJECTIVES), random.choice(kind.nouns)
    series = random.randint(1, 9) * 10
    brand = random.choice(list(LISTS["BRAND"]))
    weight = random.uniform(*kind.weight)
    price = round(random.uniform(*kind.price)) - 0.05
    length, width, height = (max(2, side + random.randint(-2, 6)) for side in kind.pack)
    article.plain = {
        "number": f"{kind.prefix}-{100000 + position}",
        "group": kind.group,
        "status": "X" if random.random() < 0.03 else "A",
        "ean": _ean(position),
        "supplierNumber": f"{brand[:3]}{random.randint(10000, 99999)}",
        "modelYear": str(random.randint(2022, 2026)),
        "availableFrom": f"{random.randint(1, 28):02}.{random.randint(1, 12):02}.{random.randint(2024, 2026)}",
        "minOrder": str(random.choice((1, 1, 1, 2, 5, 10))),
        "clearance": "Y" if random.random() < 0.1 else "N",
        "dangerousGoods": "Y" if kind.group == "EBIKE" else "N",
        "customsCode": f"{random.randint(8712, 8714)} {random.randint(1000, 9999)}",
    }
    article.texts = {
        language: _texts(f"{adjective[at]} {series} {noun[at]}", noun[at], kind.sentence[at], at, random)
        for at, language in enumerate(("EN", "DE"))
    }
    if random.random() < 0.06:
        del article.texts["DE"]["long"]
    article.prices = [("EUR", f"{price:.2f}"), ("USD", f"{round(price * 1.08) - 0.01:.2f}")]
    article.measures = {
        "weight": (f"{weight * 1000:.0f}", "g") if weight < 1 else (f"{weight:.2f}", "kg"),
        "packLength": (str(length), "cm"),
        "packWidth": (str(width), "cm"),
        "packHeight": (str(height), "cm"),
        "packWeight": (f"{weight * 1.12 + 0.05:.2f}", "kg"),
        "leadTime": (str(random.choice((2, 3, 5, 10, 21))), "d"),
    }
    article.features = [
        ("BRAND", brand),
        ("COLOUR", random.choice(list(LISTS["COLOUR"]))),
        ("ORDER_UNIT", random.choice(list(LISTS["ORDER_UNIT"]))),
        ("ORIGIN", random.choice(list(LISTS["ORIGIN"]))),
    ]
    chosen = random.sample(kind.materials, random.randint(1, min(2, len(kind.materials))))
    article.features += [("MATERIAL", material) for material in sorted(chosen)]
    article.nodes = [kind.node]
    if random.random() < 0.08:
        article.nodes.append("spring")


def _texts(name: str, noun: str, sentence: str, at: int, random: Random) -> dict[str, str]:
    more = [pair[at] for pair in SENTENCES]
    points = "".join(f"<li>{point}</li>" for point in random.sample(more, 3))
    return {
        "name": name,
        "short": f"{noun}: {sentence}",
        "long": f"<h3>{name}</h3><p>{sentence} {random.choice(more)}</p><ul>{points}</ul>",
    }


def _ean(position: int) -> str:
    body = f"2{position:011}"  # 2…: numbers for use within one company
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _bike(article: Article, random: Random) -> None:
    article.measures["frameSize"] = (str(random.choice((46, 50, 54, 58, 62))), "cm")
    article.measures["maxLoad"] = (str(random.choice((120, 140, 160))), "kg")
    article.features.append(("FRAME", random.choice(list(LISTS["FRAME"]))))
    article.features.append(("BRAKE", random.choice(list(LISTS["BRAKE"]))))
    article.features.append(("WHEEL_SIZE", random.choice(("W26", "W275", "W28", "W29"))))
    article.plain["gears"] = str(random.choice((1, 3, 7, 8, 9, 10, 12)))
    article.plain["mudguards"] = random.choice("YN")


def _ebike(article: Article, random: Random) -> None:
    _bike(article, random)
    article.measures["motorPower"] = ("250", "W")
    article.measures["voltage"] = (random.choice(("36", "48")), "V")
    article.measures["range"] = (str(random.randint(8, 18) * 10), "km")
    article.measures["topSpeed"] = ("25", "km/h")
    article.measures["coldLimit"] = (str(random.choice((-20, -10, -5))), "C")
    article.plain["torque"] = f"{random.randint(40, 95) - 0.5:.1f}"
    article.features.append(("NORM", "EN15194"))


def _wheel(article: Article, random: Random) -> None:
    article.features.append(("WHEEL_SIZE", random.choice(list(LISTS["WHEEL_SIZE"]))))
    article.features.append(("BRAKE", random.choice(("RIM", "DISC_M", "DISC_H"))))
    article.plain["spokes"] = str(random.choice((20, 24, 28, 32, 36)))
    article.plain["tubeless"] = random.choice("YN")


def _tyre(article: Article, random: Random) -> None:
    article.features.append(("WHEEL_SIZE", random.choice(list(LISTS["WHEEL_SIZE"]))))
    article.measures["tyreWidth"] = (str(random.choice((28, 32, 37, 40, 47, 54))), "mm")
    article.measures["maxPressure"] = (f"{random.randint(30, 70) / 10:.1f}", "bar")
    article.plain["tubeless"] = random.choice("YN")
    article.plain["punctureProtection"] = random.choice("YYN")


def _light(article: Article, random: Random) -> None:
    article.plain["lumens"] = str(random.randint(2, 120) * 10)
    article.measures["beamRange"] = (str(random.randint(15, 140)), "m")
    article.measures["burnTime"] = (f"{random.randint(4, 80) / 2:.1f}", "h")
    article.measures["voltage"] = (random.choice(("6", "12")), "V")
    article.measures["coldLimit"] = (str(random.choice((-20, -10))), "C")
    article.features += [("NORM", norm) for norm in sorted(random.sample(("STVZO", "IPX4", "IPX6"), 2))]


def _helmet(article: Article, random: Random) -> None:
    size = random.choice((48, 51, 54, 57))
    article.measures["headFrom"] = (str(size), "cm")
    article.measures["headTo"] = (str(size + 5), "cm")
    article.features.append(("NORM", "EN1078"))


def _tool(article: Article, random: Random) -> None:
    article.plain["pieces"] = str(random.randint(1, 24))
    article.features.append(("DRIVE", random.choice(list(LISTS["DRIVE"]))))


DETAILS: dict[str, Callable[[Article, Random], None]] = {
    "CITYBIKE": _bike,
    "EBIKE": _ebike,
    "WHEEL": _wheel,
    "TYRE": _tyre,
    "LIGHT": _light,
    "HELMET": _helmet,
    "TOOL": _tool,
}


def _change(article: Article, random: Random, night: int) -> None:
    """What happens to an article between two nights: mostly its price, sometimes a delay or a new text."""
    euro = float(article.prices[0][1]) + random.choice((-3, -2, 2, 3, 4, 5)) + night / 100
    article.prices = [("EUR", f"{euro:.2f}"), ("USD", f"{round(euro * 1.08) - 0.01:.2f}")]
    if random.random() < 0.3:
        article.measures["leadTime"] = (str(random.randint(30, 60)), "d")
    if random.random() < 0.2:
        article.texts["EN"]["short"] += " Now with five years of warranty."
        article.texts["DE"]["short"] += " Jetzt mit fünf Jahren Garantie."


def _break_feature(name: str, code: str) -> Callable[[Article, str], None]:
    def broken(article: Article, other: str) -> None:
        article.features = [(key, code if key == name else value) for key, value in article.features]

    return broken


def _break_plain(name: str, content: str) -> Callable[[Article, str], None]:
    def broken(article: Article, other: str) -> None:
        article.plain[name] = content

    return broken


def _break_number(change: Callable[[str], str]) -> Callable[[Article, str], None]:
    def broken(article: Article, other: str) -> None:
        article.plain["number"] = change(article.plain["number"])

    return broken


def _break_measure(name: str, change: Callable[[str], str], unit: str = "") -> Callable[[Article, str], None]:
    def broken(article: Article, other: str) -> None:
        amount, was = article.measures[name]
        article.measures[name] = (change(amount), unit or was)

    return broken


def _take_number(article: Article, other: str) -> None:
    article.plain["number"] = other


def _price_in_words(article: Article, other: str) -> None:
    article.prices[0] = ("EUR", "on request")


def _price_in_pounds(article: Article, other: str) -> None:
    article.prices.append(("GBP", "99.00"))


def _long_name(article: Article, other: str) -> None:
    article.texts["EN"]["name"] += " and everything that belongs to it" * 8


# The ways in which real exports are broken, each with the article number of a whole article at hand.
BREAKS: dict[str, Callable[[Article, str], None]] = {
    "weight_with_unit": _break_measure("weight", lambda amount: f"{amount} kg"),
    "decimal_comma": _break_measure("packWeight", lambda amount: amount.replace(".", ",")),
    "unknown_colour": _break_feature("COLOUR", "MAUVE"),
    "empty_number": _break_plain("number", ""),
    "duplicate_number": _take_number,
    "price_in_words": _price_in_words,
    "impossible_date": _break_plain("availableFrom", "31.02.2024"),
    "text_too_long": _long_name,
    "unknown_family": _break_plain("group", "SCOOTER"),
    "foreign_currency": _price_in_pounds,
    "number_with_blank": _break_number(lambda number: f"{number} "),
    "number_with_comma": _break_number(lambda number: f"{number},0"),
    "short_ean": _break_plain("ean", "4012345"),
    "unknown_unit": _break_measure("packLength", lambda amount: amount, "elle"),
    "year_in_words": _break_plain("modelYear", "2025/26"),
    "unclear_flag": _break_plain("clearance", "maybe"),
}


def _heading() -> Iterator[str]:
    yield "  <codelists>\n"
    for name, entries in LISTS.items():
        yield f'    <list name="{name}">\n'
        for code, labels in entries.items():
            yield f'      <entry code="{code}">{_label_elements(labels)}</entry>\n'
        yield "    </list>\n"
    yield "  </codelists>\n  <tree>\n"
    for code, parent, labels in TREE:
        yield f'    <node code="{code}" parent="{parent}">{_label_elements(labels)}</node>\n'
    yield "  </tree>\n"


def _label_elements(labels: dict[str, str]) -> str:
    return "".join(f'<text lang="{language}">{escape(text)}</text>' for language, text in labels.items())


def _written(article: Article) -> Iterator[str]:
    yield "    <article>\n"
    for name, content in article.plain.items():
        yield f"      <{name}>{escape(content)}</{name}>\n"
    for language, texts in article.texts.items():
        inner = "".join(f"<{name}>{_text(content)}</{name}>" for name, content in texts.items())
        yield f'      <texts lang="{language}">{inner}</texts>\n'
    for currency, amount in article.prices:
        yield f'      <price currency="{currency}">{amount}</price>\n'
    for name, (amount, unit) in article.measures.items():
        yield f'      <measure name="{name}" unit={quoteattr(unit)}>{escape(amount)}</measure>\n'
    for name, code in article.features:
        yield f'      <feature name="{name}">{escape(code)}</feature>\n'
    for node in article.nodes:
        yield f"      <node>{node}</node>\n"
    yield "    </article>\n"


def _text(content: str) -> str:
    return f"<![CDATA[{content}]]>" if "<" in content else escape(content)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    made = write(
        options.out,
        articles=options.articles,
        seed=options.seed,
        run=options.run,
        changed=options.changed,
        broken=options.broken,
    )
    summary: Row = {
        "file": str(options.out),
        "articles": made.articles,
        "broken": len(made.broken),
        "new": len(made.new),
        "changed": len(made.changed),
        "mended": len(made.mended),
    }
    counts = ", ".join(f"{value} {name}" for name, value in summary.items() if name != "file")
    print(json.dumps(summary) if options.json else f"{options.out}: {counts}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Write an export of the ERP Kontor, of a bicycle wholesaler.")
    parser.add_argument("--articles", type=_at_least(2), default=2000, help="articles of the first night (%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another catalogue (%(default)s)")
    parser.add_argument("--run", type=_at_least(1), default=1, help="which night: 2 is the one after (%(default)s)")
    parser.add_argument("--changed", type=_share, default=0.08, help="share changed from night to night (%(default)s)")
    parser.add_argument("--broken", type=_share, default=0.01, help="share of broken articles (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("export.xml"), help="file to write (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise ValueError
        return value

    return number


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError
    return value


if __name__ == "__main__":
    sys.exit(main())
