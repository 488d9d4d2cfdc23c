"""Media files over the API (api-products 3.10). Uploading is the room products' part: it sets a value."""

from __future__ import annotations

from urllib.parse import unquote

from django.http import HttpResponse, HttpResponseBase

from limen.kit.conditions import tag_of
from limen.kit.errors import NotFound, Unprocessable
from limen.kit.http.endpoint import ApiRequest, endpoint
from limen.kit.http.files import file_answer
from limen.kit.http.json import base_url
from limen.kit.http.pages import page_answer, read_page
from limen.kit.http.tags import tagged
from limen.media import previews, queries, rules, wire
from limen.media.previews import preview_answer
from limen.media.rules import MediaRow, Owner


@endpoint(name="pim_api_media_file_list")
def list_media_files(request: ApiRequest) -> HttpResponse:
    """List product files in the order they came in."""
    page = read_page(request)
    base = base_url(request)
    items = [wire.encode_item(row, base) for row in queries.media_file_page(offset=page.offset, limit=page.limit)]
    return page_answer(request, page, items, count=queries.count_media_files() if page.with_count else None)


@endpoint(name="pim_api_media_file_get", conditional=True)
def get_media_file(request: ApiRequest, code: str) -> HttpResponse:
    """Give the facts of one product file."""
    printed = wire.encode(_existing(code), base_url(request))
    return tagged(request, tag_of(printed), lambda: printed)


@endpoint(name="pim_api_media_file_download", conditional=True)
def download_media_file(request: ApiRequest, code: str) -> HttpResponseBase:
    """Stream the bytes, or the range asked for; always as an attachment, so that no file runs as a page of this host.

    With `preview=small`, `medium` or `large` a small picture of an image, as WebP.
    """
    row = _existing(code)
    size = request.GET.get("preview")
    return _download(request, code, row) if size is None else _preview(request, row, size)


@endpoint(name="pim_api_category_media_file_download", permission="pim_api_category_list", conditional=True)
def download_category_media_file(request: ApiRequest, code: str) -> HttpResponseBase:
    """Stream the bytes of a category's image; its code may be percent-encoded once more (api-conventions B7)."""
    code = unquote(code)
    return _download(request, code, _existing(code, "category"))


def _download(request: ApiRequest, code: str, row: MediaRow) -> HttpResponseBase:
    answer = file_answer(
        request, lambda: queries.open_file(row.code), size=row.size, media_type=row.mime_type, tag=row.hash
    )
    if answer is None:
        raise NotFound(f'The content of the media file "{code}" is not in the storage.')
    answer["Content-Disposition"] = rules.content_disposition(row.original_filename)
    return answer


def _preview(request: ApiRequest, row: MediaRow, size: str) -> HttpResponseBase:
    if size not in previews.SIZES:
        raise Unprocessable(f'There is no preview "{size}". Possible are: {", ".join(previews.SIZES)}.')
    answer = preview_answer(request, row, size)
    if answer is None:
        raise Unprocessable(f'The media file "{row.code}" has no preview: it is no image, damaged, or too large.')
    return answer


def _existing(code: str, owner: Owner = "product") -> MediaRow:
    row = queries.media_file(code, owner)
    if row is None:
        raise NotFound(f'The media file "{code}" does not exist.')
    return row
