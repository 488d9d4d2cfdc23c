"""Bodies of many parts: uploads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from limen.kit.errors import Malformed, TooLarge
from limen.kit.http.endpoint import MULTIPART


def read_form(request: HttpRequest) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[bytes]]]:
    """Let Django take the body apart; files that are not small go to the disk as they come in."""
    try:
        with _of_any_length(request):
            return request.POST, request.FILES
    except (MultiPartParserError, UnreadablePostError):
        raise Malformed(f'The body is not valid "{MULTIPART}".') from None
    except (TooManyFieldsSent, TooManyFilesSent):
        raise Malformed("The body has too many parts.") from None
    except RequestDataTooBig:
        raise TooLarge("The parts beside the file are too large.") from None


@contextmanager
def _of_any_length(request: HttpRequest) -> Iterator[None]:
    """Let Django read a body that comes in chunks: it reads as many bytes as were announced, and here none were."""
    announced = request.META.get("CONTENT_LENGTH")
    if announced or not request.META.get("wsgi.input_terminated"):
        yield
        return
    # The server's stream ends by itself, so what is announced may be as much as there can be.
    request._stream = request.META["wsgi.input"]
    request.META["CONTENT_LENGTH"] = str(2**63 - 1)
    try:
        yield
    finally:
        request.META["CONTENT_LENGTH"] = announced or ""


def form_digest(parts: QueryDict, files: MultiValueDict[str, UploadedFile[bytes]]) -> bytes:
    """Give a digest of a form: of its parts, whatever stands between them and in whatever order they came.

    Files are read once more, in chunks, and are at their beginning afterwards.
    """
    found = sha256()
    for name in sorted(parts):
        for value in parts.getlist(name):
            found.update(_digest(name, value))
    for name in sorted(files):
        for file in files.getlist(name):
            content = sha256()
            for chunk in file.chunks():
                content.update(chunk)
            file.seek(0)
            found.update(_digest(name, file.name or "") + content.digest())
    return found.digest()


def _digest(*texts: str) -> bytes:
    # Of equal length, so that nothing can pass for the end of one and the beginning of another.
    return b"".join(sha256(text.encode(errors="surrogatepass")).digest() for text in texts)
