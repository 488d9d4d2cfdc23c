"""Makes sure that the PIM has what the products need: locales, attribute groups, attributes, options,
categories and families. What is missing is made, what differs is changed, and the rest is left alone:
on a second run nothing is sent.

Only what this connector owns is compared. Labels in other languages, further attributes in a family,
or a longer description that people have added in the PIM stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kontor import mapping
from kontor.export import Entry, Heading
from kontor.pim import LINES_AT_ONCE, Line, Pim, PimError
from kontor.report import reasons_of


@dataclass(frozen=True, slots=True)
class _Part:
    """One kind of structure: what it is called, its path, the lines that should be there and those that are."""

    name: str
    path: str
    wanted: list[Line]
    # By code in lower case: the case of a code does not count.
    found: dict[str, Line]


def ensure(pim: Pim, heading: Heading, counts: dict[str, int]) -> None:
    """Bring the structure up to date, and count by kind what was made or changed."""
    counts["channels"] = int(_ensure_channel(pim))
    for part in _parts(pim, heading):
        found = part.found
        lines = [changed for line in part.wanted if (changed := _difference(line, found.get(line["code"].lower())))]
        for start in range(0, len(lines), LINES_AT_ONCE):
            _push(pim, part, lines[start : start + LINES_AT_ONCE])
        counts[part.name] = counts.get(part.name, 0) + len(lines)


def _ensure_channel(pim: Pim) -> bool:
    """Add our locales to the channel: a locale is active as soon as one channel has it."""
    channel = pim.get(f"channels/{mapping.CHANNEL}")
    if channel is None:
        raise PimError(f'The PIM has no channel "{mapping.CHANNEL}".')
    changes = {
        "locales": _added(channel["locales"], mapping.LOCALES.values()),
        "currencies": _added(channel["currencies"], mapping.CURRENCIES),
    }
    if all(changes[name] == channel[name] for name in changes):
        return False
    pim.patch(f"channels/{mapping.CHANNEL}", changes)
    return True


def _parts(pim: Pim, heading: Heading) -> Iterator[_Part]:
    """Give the parts in the order in which they need each other; each is read when its turn comes."""
    groups = [_line(code, labels) for code, labels in mapping.ATTRIBUTE_GROUPS.items()]
    yield _part(pim, "attribute groups", "attribute-groups", groups)
    yield _part(pim, "attributes", "attributes", [_attribute(field) for field in mapping.FIELDS])
    for field in mapping.FIELDS:
        if field.options:
            path = f"attributes/{field.attribute}/options"
            wanted = [_option(field.attribute, entry) for entry in heading.lists.get(field.options, [])]
            found = {line["code"].lower(): line for line in pim.items(path)} if wanted else {}
            yield _Part("options", path, wanted, found)
    root = str((pim.get(f"channels/{mapping.CHANNEL}") or {}).get("category_tree"))
    yield _part(pim, "categories", "categories", [_category(node, root) for node in heading.tree])
    yield _part(pim, "families", "families", [_family(group) for group in mapping.FAMILIES])


def _part(pim: Pim, name: str, path: str, wanted: list[Line]) -> _Part:
    found: dict[str, Line] = {}
    for start in range(0, len(wanted), LINES_AT_ONCE):
        codes = [line["code"] for line in wanted[start : start + LINES_AT_ONCE]]
        search = {"code": [{"operator": "IN", "value": codes}]}
        found |= {line["code"].lower(): line for line in pim.items(path, search)}
    return _Part(name, path, wanted, found)


def _difference(wanted: Line, found: Line | None) -> Line | None:
    """Give what has to be sent so that `found` becomes as wanted; None when it is already."""
    if found is None:
        return wanted
    changes: Line = {}
    for name, value in wanted.items():
        here = found.get(name)
        if isinstance(value, list):
            value = _added(here or [], value)
        elif isinstance(value, dict) and isinstance(here, dict):
            value = _changed_keys(value, here)
            if not value:
                continue
        if value != here:
            changes[name] = value
    return {"code": wanted["code"], **changes} if changes else None


def _changed_keys(wanted: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
    merged = {
        key: _added(here.get(key) or [], value) if isinstance(value, list) else value for key, value in wanted.items()
    }
    return {key: value for key, value in merged.items() if here.get(key) != value}


def _push(pim: Pim, part: _Part, lines: list[Line]) -> None:
    for line, result in zip(lines, pim.patch_lines(part.path, lines), strict=True):
        if result["status_code"] not in (201, 204):
            reasons = "; ".join(" ".join(reason).strip() for reason in reasons_of(result))
            raise PimError(f"The PIM refuses {part.path}/{line['code']}: {reasons}")


def _added(here: Iterable[str], wanted: Iterable[str]) -> list[str]:
    here = list(here)
    return here + [code for code in wanted if code not in here]


def _line(code: str, labels: tuple[str, str], **properties: Any) -> Line:
    return {"code": code, **properties, "labels": dict(zip(mapping.LOCALES.values(), labels, strict=True))}


def _labels(entry: Entry) -> dict[str, str]:
    return {mapping.LOCALES[language]: text for language, text in entry.labels.items() if language in mapping.LOCALES}


def _attribute(field: mapping.Field) -> Line:
    return _line(field.attribute, field.labels, type=field.type, group=field.group, **field.properties)


def _option(attribute: str, entry: Entry) -> Line:
    return {"code": entry.code, "attribute": attribute, "labels": _labels(entry)}


def _category(node: Entry, root: str) -> Line:
    return {"code": node.code, "parent": node.parent or root, "labels": _labels(node)}


def _family(group: str) -> Line:
    family = mapping.FAMILIES[group]
    fields = [field for field in mapping.FIELDS if not field.groups or group in field.groups]
    return _line(
        family.code,
        family.labels,
        attributes=[field.attribute for field in fields],
        attribute_as_label="name",
        attribute_requirements={mapping.CHANNEL: [field.attribute for field in fields if field.required]},
    )
