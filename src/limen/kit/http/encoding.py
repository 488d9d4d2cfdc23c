"""Bodies made smaller on the wire: gzip and zstd, both ways.

Screens are left alone: a page mixes secrets (its CSRF token) with what others may put into it, and the size of the
compressed whole would tell them apart. An answer of the API goes to who holds the token.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import IO, Protocol, cast

import zstandard
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.http import HttpResponse as WholeResponse

from limen.kit.errors import Malformed, TooLarge, UnsupportedMedia

# Below it the headers weigh as much as what is saved.
LEAST_BYTES = 1024

# The cheapest level: the next ones take half as long again for a few hundredths of the size.
_GZIP_LEVEL = 1
_ZSTD_LEVEL = 1
_GZIP = 16 + zlib.MAX_WBITS

# What RFC 9659 lets a decoder of this content coding ask for.
_ZSTD_WINDOW = 8 * 1024 * 1024

# A block of four bytes stands for up to 128 kB, so this many bytes become 8 MB at most before they are counted.
_ZSTD_STEP = 256
_GZIP_STEP = 1024 * 1024
_READ = 65_536

# In the order of preference.
ENCODINGS = ("zstd", "gzip")

_COMPRESSIBLE = ("application/json", "application/vnd.akeneo.collection+json")


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...


# Answers


def compress(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Compress the API's answers for those who ask for it.

    A short answer costs nothing; a longer one to somebody who does not ask costs the header `Vary`, some 7 µs.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        # The cheapest question first: most writes are answered in a line.
        if isinstance(answer, WholeResponse) and len(answer.content) < LEAST_BYTES:
            return answer
        if request.path_info.startswith("/api/") and answer.get("Content-Type", "").startswith(_COMPRESSIBLE):
            _compress(request.META.get("HTTP_ACCEPT_ENCODING", ""), answer)
        return answer

    return middleware


def _compress(accepted: str, answer: HttpResponseBase) -> None:
    answer["Vary"] = f"{answer['Vary']}, Accept-Encoding" if answer.has_header("Vary") else "Accept-Encoding"
    encoding = chosen_encoding(accepted) if accepted else None
    if encoding is None or answer.has_header("Content-Encoding"):
        return
    if isinstance(answer, StreamingHttpResponse):
        # We run on WSGI: what is streamed is an ordinary iterator.
        answer.streaming_content = _parts(encoding, cast(Iterable[bytes], answer.streaming_content))
        del answer["Content-Length"]
    elif isinstance(answer, WholeResponse):
        answer.content = _WHOLE[encoding](answer.content)
        if answer.has_header("Content-Length"):
            answer["Content-Length"] = str(len(answer.content))
    answer["Content-Encoding"] = encoding
    if answer.has_header("ETag"):
        # A strong tag stands for bytes, and these are others.
        answer["ETag"] = f'{answer["ETag"][:-1]}-{encoding}"'


@lru_cache(maxsize=256)
def chosen_encoding(accepted: str) -> str | None:
    """Choose by `Accept-Encoding`: the one with the greater weight, the earlier of ENCODINGS among equals."""
    weights: dict[str, float] = {}
    for one in accepted.lower().split(","):
        name, _, rest = one.partition(";")
        try:
            weights[name.strip().removeprefix("x-")] = float(rest.partition("=")[2] or 1)
        except ValueError:
            continue
    others = weights.get("*", 0.0)
    best = max(ENCODINGS, key=lambda name: weights.get(name, others))
    return best if weights.get(best, others) > 0 else None


def _gzip(content: bytes) -> bytes:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    return compressor.compress(content) + compressor.flush()


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)


_WHOLE: Mapping[str, Callable[[bytes], bytes]] = {"gzip": _gzip, "zstd": _zstd}


def _parts(encoding: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Compress part by part: each can be read as soon as it is there."""
    compressor: _Compressor
    flush: Callable[[], bytes]
    if encoding == "gzip":
        gzip = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
        compressor, flush, finish = gzip, lambda: gzip.flush(zlib.Z_SYNC_FLUSH), gzip.flush
    else:
        zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
        compressor, flush, finish = zstd, lambda: zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), zstd.flush
    for part in parts:
        yield compressor.compress(part) + flush()
    yield finish()


# Requests


def check_encoding(received: str, *, possible: bool) -> str:
    """Give the `Content-Encoding` of a request, "" for none. UnsupportedMedia for one that cannot be read."""
    encoding = received.strip().lower().removeprefix("x-")
    if encoding in ("", "identity"):
        return ""
    if not possible:
        raise UnsupportedMedia('A body with "Content-Encoding" is not possible here. Send it as it is.')
    if encoding not in ENCODINGS:
        raise UnsupportedMedia(f'"{received}" in "Content-Encoding" is not possible; "gzip" and "zstd" are.')
    return encoding


def decoded(body: bytes, encoding: str, most: int) -> bytes:
    """Decode a body of at most `most` bytes. TooLarge as soon as it grows beyond them; Malformed when it is broken.

    Whatever it claims to be, no more than `most` and 8 MB are held.
    """
    found: list[bytes] = []
    size = 0
    try:
        for part in _DECODERS[encoding](body):
            size += len(part)
            if size > most:
                raise too_large(most)
            found.append(part)
    except (zlib.error, zstandard.ZstdError, EOFError):
        raise Malformed(f'The body is not valid "{encoding}", which "Content-Encoding" names.') from None
    return b"".join(found)


def read_whole(stream: IO[bytes], most: int) -> bytes:
    """Read a body of which nobody said how long it is. TooLarge as soon as it grows beyond `most` bytes."""
    found = bytearray()
    while part := stream.read(_READ):
        found += part
        if len(found) > most:
            raise too_large(most)
    return bytes(found)


def too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is too large: at most {most} bytes are possible, decoded.")


def _from_gzip(body: bytes) -> Iterator[bytes]:
    while body:
        decoder = zlib.decompressobj(_GZIP)
        while not decoder.eof:
            part = decoder.decompress(body, _GZIP_STEP)
            body = decoder.unconsumed_tail
            if not part and not body and not decoder.eof:
                raise EOFError
            yield part
        # A second member is a part of the same body.
        body = decoder.unused_data


def _from_zstd(body: bytes) -> Iterator[bytes]:
    while body:
        decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        at = 0
        while not decoder.eof:
            if at >= len(body):
                raise EOFError
            yield decoder.decompress(body[at : at + _ZSTD_STEP])
            at += _ZSTD_STEP
        body = decoder.unused_data + body[at:]


_DECODERS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {"gzip": _from_gzip, "zstd": _from_zstd}
