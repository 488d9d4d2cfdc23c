"""What a file is called, where it lies, and what is in it. Pure."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

# Whose values a file is for. Products and categories never share one: who may read it differs.
Owner = Literal["product", "category"]

# How many of a file's first bytes `mime_type_of` wants to see.
HEAD_SIZE = 512
UNKNOWN = "application/octet-stream"

# A machine's own tables would make the same file differ from host to host: only Python's are asked, and these first.
_BY_EXTENSION = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "jfif": "image/jpeg",
    "jif": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "psd": "image/vnd.adobe.photoshop",
    "rtf": "application/rtf",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "wav": "audio/x-wav",
    "webp": "image/webp",
}
_PYTHONS_OWN = mimetypes.MimeTypes(filenames=())

# The first bytes of the formats that a catalogue is full of; a `.` in the pattern is any byte.
_BY_CONTENT: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
_SHOWN_BY_CONTENT = frozenset(kind for _, kind in _BY_CONTENT)

_CODE = re.compile(r"(?:[0-9a-f]/){4}[0-9a-f]{40}_[A-Za-z0-9_.]+")


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A stored file. `size` in bytes; `hash` is the SHA-256 of the content, in hexadecimal."""

    code: str
    original_filename: str
    mime_type: str
    size: int
    extension: str
    hash: str


def code_for(key: str, filename: str) -> str:
    """Give the code of a new file: four folders, the key (40 hexadecimal digits), the name made harmless.

    `("3b90…", "Stuhl blau.png")` → `3/b/9/0/3b90…_Stuhl_blau.png`; a code needs no quoting in an address.
    """
    harmless = re.sub(r"[^A-Za-z0-9.]", "_", filename)[-100:]
    return "/".join([*key[:4], f"{key}_{harmless}"])


def is_code(text: str) -> bool:
    """Tell whether this can be a code at all; nothing else may reach the storage."""
    return _CODE.fullmatch(text) is not None


def clean_filename(filename: str) -> str:
    """Give the name alone, without folders and without characters that no screen and no header can carry."""
    name = re.split(r"[/\\]", filename)[-1]
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")).strip()
    return name[-255:] or "file"


def extension_of(filename: str) -> str:
    """Give the lower-case extension without its dot; empty when there is none."""
    _, dot, extension = filename.rpartition(".")
    return extension.lower() if dot and re.fullmatch(r"[A-Za-z0-9]{1,20}", extension) else ""


def mime_type_of(filename: str, head: bytes) -> str:
    """Give the type of a file by its first bytes, else by its name.

    A name that promises a format whose first bytes are known and are not there is not believed.
    """
    for pattern, kind in _BY_CONTENT:
        if pattern.match(head):
            return kind
    promised = type_of_extension(extension_of(filename))
    if promised is None or promised in _SHOWN_BY_CONTENT:
        return "text/plain" if _is_text(head) else UNKNOWN
    return promised


def type_of_extension(extension: str) -> str | None:
    return _BY_EXTENSION.get(extension) or _PYTHONS_OWN.guess_type(f"file.{extension}", strict=True)[0]


def type_fits_extension(mime_type: str, extension: str) -> bool:
    """Tell whether a stored file is what its name says; an extension nobody knows says nothing."""
    promised = type_of_extension(extension)
    return promised is None or promised == mime_type


def content_disposition(filename: str) -> str:
    """Give the header that makes a browser save the file under its own name (RFC 6266).

    Clients of the target read `filename="…"`; a name beyond ASCII is sent a second time as RFC 5987 has it.
    """
    name = clean_filename(filename)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or "file"
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    header = f'attachment; filename="{quoted}"'
    return header if name.isascii() else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut in the middle.
        return error.start >= len(head) - 3 and error.reason == "unexpected end of data"
    return True
