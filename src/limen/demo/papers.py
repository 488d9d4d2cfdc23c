"""One-page PDF files, so that the demo catalogue has documents to hand out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

_CHARACTERS_PER_LINE = 62


def paper(title: str, lines: Sequence[str]) -> bytes:
    """Write a title and some sentences on an A5 page. Latin letters only: the font is the reader's own."""
    rows = [row for line in lines for row in wrap(line, _CHARACTERS_PER_LINE)]
    shown = "".join(f"({_escaped(row)}) Tj T*\n" for row in rows)
    drawn = f"BT /F1 20 Tf 48 520 Td ({_escaped(title)}) Tj /F1 11 Tf 0 -36 Td 17 TL\n{shown}ET".encode("cp1252")
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ]
    )


def _document(objects: Sequence[bytes]) -> bytes:
    written = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
