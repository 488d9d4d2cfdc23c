"""Bodies of many parts: uploads."""

from __future__ import annotations

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
        return request.POST, request.FILES
    except (MultiPartParserError, UnreadablePostError):
        raise Malformed(f'The body is not valid "{MULTIPART}".') from None
    except (TooManyFieldsSent, TooManyFilesSent):
        raise Malformed("The body has too many parts.") from None
    except RequestDataTooBig:
        raise TooLarge("The parts beside the file are too large.") from None
