"""Products and models as JSON. Stored text is passed on; what of it, when a view narrows it, is `rules.cutting`.

`doc` is stored as the API prints it, minus what depends on the caller, so an answer is put together by
joining texts. Links in documents start with `~` for scheme and host. Replacing the bytes `"href":"~/`
cannot hit a value: inside a JSON string a quote is always escaped, so that sequence only ever opens
the text of a member named `href`, and the API has no such member but links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Literal
from urllib.parse import quote

import orjson

from limen.products.rules import links
from limen.products.rules.world import Row
from limen.structure.rules import Structure

DOWNLOADS = b'"href":"~/'
PATHS = {
    "identifier": "/api/rest/v1/products/",
    "uuid": "/api/rest/v1/products-uuid/",
    "model": "/api/rest/v1/product-models/",
}
# Whose answer is written: products by identifier or by uuid, or models; these are in their rows with their code as
# identifier.
Written = Literal["identifier", "uuid", "model"]

# Identifiers by uuid, for the ends of associations; products that are gone are absent.
Identifiers = Mapping[str, str | None]
# A product in pieces, which are copied once, where the whole answer is joined.
Parts = tuple[bytes | memoryview, ...]
_ASSOCIATIONS = frozenset({"associations", "quantified_associations"})
# Product id → members to add at the end.
Members = Mapping[int, Mapping[str, Any]]


# What `quote` leaves as it is, and nearly all identifiers: a quarter of its time.
_PLAIN = re.compile(r"[A-Za-z0-9_.~/@:!;,*-]*").fullmatch


def segment(identifier: str) -> str:
    """Percent-encode an identifier for a path; slashes stay (as `kit.http.json.segment`, which is not pure)."""
    return identifier if _PLAIN(identifier) else quote(identifier, safe="/@:!;,*")


def product_path(flavour: Literal["identifier", "uuid"], uuid: str, identifier: str | None) -> str:
    """Give the path of a product, percent-encoded."""
    return PATHS[flavour] + (uuid if flavour == "uuid" else segment(identifier or ""))


def model_path(code: str) -> str:
    """Give the path of a model, percent-encoded."""
    return PATHS["model"] + segment(code)


class Writer:
    """Writes the products or models of one answer."""

    def __init__(
        self,
        flavour: Written,
        base: str,
        structure: Structure,
        *,
        identifiers: Identifiers | None = None,
        body: Callable[[bytes], bytes] | None = None,
        members: Members | None = None,
        fields: Set[str] | None = None,
    ) -> None:
        """`body` turns a stored document into the one to show, None leaves it. `fields` are the members to show, with
        the one that identifies; None for all."""
        self.flavour = flavour
        self.base = base
        self.structure = structure
        self.identifiers = identifiers or {}
        self.body = body
        self.members = members or {}
        self.fields = fields
        self.by_uuid = flavour == "uuid"
        # What a product without associations ends with: the same for all of them.
        self.bare = _associations_text({}, {}, structure, {}, by_uuid=self.by_uuid)
        self.end = b",%b}" % self.bare
        self.link = b'"href":"' + base.encode() + b"/"

    def one(self, row: Row) -> bytes:
        return b"".join(self._parts(b"{", row))

    def items(self, rows: Sequence[Row]) -> list[Parts]:
        """Items of a list carry a link to themselves, first."""
        start = b'{"_links":{"self":{"href":' + orjson.dumps(self.base + PATHS[self.flavour])[:-1]
        # What follows is ASCII without quotes or backslashes: a uuid, or an identifier that is percent-encoded.
        if self.by_uuid:
            return [self._parts(b'%b%b"}},' % (start, row.uuid.encode()), row) for row in rows]
        return [self._parts(b'%b%b"}},' % (start, segment(row.identifier or "").encode()), row) for row in rows]

    def _parts(self, start: bytes, row: Row) -> Parts:
        doc = row.doc if self.body is None else self.body(row.doc)
        # Looking for one byte first takes a tenth of the time, and most documents do not have it.
        if b"~" in doc and DOWNLOADS in doc:
            doc = doc.replace(DOWNLOADS, self.link)
        if self.fields is not None:
            return (start, *self._chosen(row, doc, self.fields), b"}")
        return self._head(start, row), memoryview(doc)[1:-1], self._end(row)

    def _end(self, row: Row) -> bytes:
        if row.associations is None and row.quantified is None:
            return self.end if not self.members else b",%b%b}" % (self.bare, self._more(row.id))
        return b",%b%b}" % (self._associations(row), self._more(row.id))

    def _head(self, start: bytes, row: Row) -> bytes:
        if self.by_uuid:
            return b'%b"uuid":"%b",' % (start, row.uuid.encode())
        if self.flavour == "model":
            return b'%b"code":%b,' % (start, orjson.dumps(row.identifier))
        return b'%b"uuid":"%b","identifier":%b,' % (start, row.uuid.encode(), orjson.dumps(row.identifier))

    def _chosen(self, row: Row, doc: bytes, fields: Set[str]) -> Parts:
        """Give only the members that are asked for; what identifies the product is always among them."""
        names: dict[str, Any] = {"code": row.identifier} if self.flavour == "model" else {}
        if self.flavour != "model" and (self.by_uuid or "uuid" in fields):
            names["uuid"] = row.uuid
        if self.flavour == "identifier":
            names["identifier"] = row.identifier
        parts = [orjson.dumps(names)[1:-1], doc[1:-1]]
        if not fields.isdisjoint(_ASSOCIATIONS):
            whole = orjson.loads(b"{" + self._associations(row) + b"}")
            parts.append(orjson.dumps({name: one for name, one in whole.items() if name in fields})[1:-1])
        members = {name: one for name, one in self.members.get(row.id, {}).items() if name in fields}
        parts.append(orjson.dumps(members)[1:-1])
        return (b",".join(part for part in parts if part),)

    def _associations(self, row: Row) -> bytes:
        associations = orjson.loads(row.associations) if row.associations else {}
        quantified = orjson.loads(row.quantified) if row.quantified else {}
        return _associations_text(associations, quantified, self.structure, self.identifiers, by_uuid=self.by_uuid)

    def _more(self, id: int) -> bytes:
        members = self.members.get(id)
        return b"," + orjson.dumps(members)[1:-1] if members else b""


def _associations_text(
    associations: links.Associations,
    quantified: links.Quantified,
    structure: Structure,
    identifiers: Identifiers,
    *,
    by_uuid: bool,
) -> bytes:
    shown = {
        "associations": links.shown_associations(associations, structure, identifiers, by_uuid=by_uuid),
        "quantified_associations": links.shown_quantified(quantified, structure, identifiers, by_uuid=by_uuid),
    }
    return orjson.dumps(shown)[1:-1]


def linked_uuids(rows: Sequence[Row]) -> set[str]:
    """Collect the uuids that the associations of some products point at."""
    found: set[str] = set()
    for row in rows:
        if row.associations is not None or row.quantified is not None:
            associations = orjson.loads(row.associations) if row.associations else {}
            quantified = orjson.loads(row.quantified) if row.quantified else {}
            found.update(links.linked_uuids(associations, quantified))
    return found
