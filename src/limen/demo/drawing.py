"""A little drawing board: filled shapes with smooth edges, given out as a PNG. Pure; about 15 ms an image.

Enough to paint pictograms at load time, so that the demo catalogue brings no binary files along.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from math import ceil, floor, hypot, sqrt

Colour = tuple[int, int, int]
Point = tuple[float, float]
# Where a convex shape begins and ends on the horizontal line at a height; None beside it.
Span = Callable[[float], tuple[float, float] | None]

SIZE = 320
# Lines looked at within one row of pixels: what makes slanted edges smooth.
LINES = 3


class Board:
    """A square of SIZE pixels, painted from back to front. Coordinates are pixels, y points down."""

    def __init__(self, top: Colour, bottom: Colour) -> None:
        self.rows = [bytearray(bytes(mixed(top, bottom, y / (SIZE - 1))) * SIZE) for y in range(SIZE)]

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a convex polygon."""
        edges = [(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True) if a[1] != b[1]]

        def span(y: float) -> tuple[float, float] | None:
            hits = [
                a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
                for a, b in edges
                if min(a[1], b[1]) <= y < max(a[1], b[1])
            ]
            return (min(hits), max(hits)) if len(hits) > 1 else None

        heights = [y for _, y in points]
        self._fill(span, min(heights), max(heights), colour)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, radius: float = 0) -> None:
        """Fill a rectangle with rounded corners; `x`, `y` is its upper left corner."""

        def span(line: float) -> tuple[float, float] | None:
            into = min(line - y, y + height - line)
            if into < 0:
                return None
            rest = radius - into
            inset = radius - sqrt(radius * radius - rest * rest) if rest > 0 else 0.0
            return x + inset, x + width - inset

        self._fill(span, y, y + height, colour)

    def oval(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill an ellipse around its centre."""

        def span(line: float) -> tuple[float, float] | None:
            share = 1 - ((line - y) / height) ** 2
            reach = width * sqrt(share) if share > 0 else 0.0
            return (x - reach, x + reach) if reach else None

        self._fill(span, y - height, y + height, colour)

    def stroke(self, start: Point, end: Point, width: float, colour: Colour) -> None:
        """Draw a straight line of some thickness."""
        (x0, y0), (x1, y1) = start, end
        length = hypot(x1 - x0, y1 - y0)
        across, along = (y1 - y0) / length * width / 2, (x1 - x0) / length * width / 2
        corners = [(x0 + across, y0 - along), (x1 + across, y1 - along), (x1 - across, y1 + along)]
        self.polygon([*corners, (x0 - across, y0 + along)], colour)

    def png(self) -> bytes:
        """Encode as 8-bit RGB, unfiltered: on flat areas filters cost time and save nothing."""
        lines = b"".join(b"\0" + row for row in self.rows)
        header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
        chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + chunks

    def _fill(self, span: Span, top: float, bottom: float, colour: Colour) -> None:
        paint = bytes(colour)
        for y in range(max(0, floor(top)), min(SIZE, ceil(bottom))):
            spans = [found for line in range(LINES) if (found := span(y + (line + 0.5) / LINES))]
            if not spans:
                continue
            row = self.rows[y]
            first, last = floor(min(left for left, _ in spans)), ceil(max(right for _, right in spans))
            inner, outer = first, first
            if len(spans) == LINES:
                # What all lines cover needs no arithmetic.
                inner, outer = ceil(max(left for left, _ in spans)), floor(min(right for _, right in spans))
                inner, outer = max(0, inner), min(SIZE, outer)
                if outer > inner:
                    row[inner * 3 : outer * 3] = paint * (outer - inner)
                else:
                    inner, outer = first, first
            for x in [*range(max(0, first), inner), *range(max(0, outer), min(SIZE, last))]:
                share = sum(max(0.0, min(x + 1, right) - max(x, left)) for left, right in spans) / LINES
                # Few different tints make a small file.
                share = round(share * 4) / 4
                under = (row[x * 3], row[x * 3 + 1], row[x * 3 + 2])
                row[x * 3 : x * 3 + 3] = bytes(mixed(under, colour, share))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Give the colour that lies `share` (0 to 1) of the way from one to the other."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


def darker(colour: Colour, share: float = 0.25) -> Colour:
    return mixed(colour, (24, 22, 28), share)


def lighter(colour: Colour, share: float = 0.3) -> Colour:
    return mixed(colour, (255, 252, 246), share)


def colour_of(code: str) -> Colour:
    """`c8a06a` → (200, 160, 106)"""
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
