"""The picture of a connection: what is taken, and what is kept of it."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageOps, UnidentifiedImageError

from limen.kit.errors import Violation

EXTENSIONS = ("jpg", "jpeg", "gif", "png", "wbmp", "xbm", "webp", "bmp")
MOST_BYTES = 2 * 1024 * 1024
# A small file can claim a huge picture: what it says of itself is looked at before anything is unpacked.
MOST_PIXELS = 25_000_000
# Large enough for the header of the page on a fine screen.
EDGE = 320
KEPT_AS = "image/webp"

# The library's own limit is higher, and it warns before it refuses.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = ("JPEG", "GIF", "PNG", "XBM", "WEBP", "BMP")


class NoPicture(Exception):
    """What was sent cannot be the picture of a connection; `violation` says why, at `image`."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(violation.message)
        self.violation = violation


def check_image_name(filename: str) -> list[Violation]:
    """Judge a file by its name, before it is read."""
    if PurePath(filename).suffix.lower().removeprefix(".") in EXTENSIONS:
        return []
    message = f"A picture is a file that ends in {', '.join(EXTENSIONS[:-1])} or {EXTENSIONS[-1]}."
    return [Violation("image", "image.extension", message)]


def image_too_large() -> Violation:
    message = f"The picture is larger than {MOST_BYTES // 1024 // 1024} MB. Choose a smaller one."
    return Violation("image", "image.too_large", message)


def make_image(content: bytes) -> bytes:
    """Draw a picture anew, small enough for cards and headers, as WebP; NoPicture when it is none.

    What is kept is never what was sent: nothing but the pixels survives. The format is told from the bytes,
    whatever the file is called. Cost: 5 to 200 ms.
    """
    if not content:
        raise NoPicture(Violation("image", "image.empty", "The file is empty. Choose a picture."))
    if len(content) > MOST_BYTES:
        raise NoPicture(image_too_large())
    try:
        picture = _opened(content)
        if picture.width * picture.height > MOST_PIXELS:
            message = f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels. Choose a smaller one."
            raise NoPicture(Violation("image", "image.too_many_pixels", message))
        # JPEG can be read at a fraction of its size, which is many times quicker.
        picture.draft(None, (2 * EDGE, 2 * EDGE))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail((EDGE, EDGE))
        kept = BytesIO()
        upright.save(kept, "WEBP", quality=85)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's ways of saying that a file is broken.
        message = "This file is not a picture, or it is damaged. Choose another."
        raise NoPicture(Violation("image", "image.invalid", message)) from error
    return kept.getvalue()


def image_digest(content: bytes) -> str:
    """Name a picture by its bytes, for its address; "" for none."""
    return sha256(content).hexdigest()[:16] if content else ""


def _opened(content: bytes) -> Image.Image:
    wireless = _wireless_bitmap(content)
    return wireless or Image.open(BytesIO(content), formats=_FORMATS)


def _wireless_bitmap(content: bytes) -> Image.Image | None:
    """Read a WBMP of type 0, which Pillow does not know: two zero bytes, width and height, a bit for each pixel."""
    if not content.startswith(b"\0\0"):
        return None
    width, after = _multibyte(content, 2)
    height, after = _multibyte(content, after)
    pixels = content[after:]
    if not width or not height or len(pixels) != (width + 7) // 8 * height:
        return None
    return Image.frombytes("1", (width, height), pixels)


def _multibyte(content: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, and tell where it ends; 0 when it does not end within four bytes."""
    number = 0
    for place, byte in enumerate(content[at : at + 4], start=at):
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place + 1
    return 0, at
