"""Products over the API, by identifier and by uuid (api-products 3), and files uploaded into their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import orjson
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from limen.events import operations as events
from limen.events.once import Sent, again, once
from limen.kit import clock
from limen.kit.errors import Invalid, Malformed, Misshaped, NotFound, Refused, Unprocessable
from limen.kit.http import ndjson
from limen.kit.http.endpoint import COLLECTION, MULTIPART, ApiRequest, endpoint, tells_codes
from limen.kit.http.json import base_url, created, decode_object, deleted, flag, marked, updated
from limen.kit.http.multipart import form_digest, read_form
from limen.kit.http.pages import (
    MOST_ITEMS,
    MOST_ITEMS_EXTENDED,
    PageQuery,
    Parts,
    extended_limits,
    page_answer,
    read_page,
)
from limen.kit.http.tags import conditions_of, tag_with, tagged
from limen.media import wire as media_wire
from limen.products import operations, queries, wire
from limen.products.api.watching import report_lines, watched
from limen.products.operations import Line, LineResult
from limen.products.queries.conditions import Where
from limen.products.rules.reading import Flavour, Naming
from limen.products.rules.rulebook import rulebook
from limen.products.rules.search import (
    MOST_IDENTIFIERS,
    MOST_IDENTIFIERS_EXTENDED,
    Asked,
    check_body_limits,
    read_search,
)
from limen.products.rules.tags import tag_of_row
from limen.products.rules.uploads import UploadTarget, read_upload_target
from limen.products.rules.views import View, read_single_view, read_view
from limen.products.rules.world import Row
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure

LIST, EDIT, REMOVE = "pim_api_product_list", "pim_api_product_edit", "pim_api_product_remove"

# Beyond it the page type is refused; clients take that as the sign to page by cursor.
DEEPEST = 10_000


# By identifier


@endpoint(name="pim_api_product_list", permission=LIST, streams=True)
def list_products(request: ApiRequest) -> HttpResponseBase:
    """List products that have an identifier, by identifier: by page or by cursor."""
    return answer_list(request, "identifier", request.GET)


@endpoint(name="pim_api_product_create", permission=EDIT, anchor="post_products")
def create_product(request: ApiRequest) -> HttpResponse:
    """Create a product with its identifier."""
    return _write(request, "identifier", Line(decode_object(request.body), new=True, full=asks_full(request)))


@endpoint(
    name="pim_api_product_partial_update_list", permission=EDIT, anchor="patch_products__code_", accepts=(COLLECTION,)
)
def upsert_products(request: ApiRequest) -> HttpResponse:
    """Update or create up to 100 products by identifier, one JSON object per line; a bad line harms only itself."""
    return _write_lines(request, "identifier")


@endpoint(name="pim_api_product_get", permission=LIST)
def get_product(request: ApiRequest, code: str) -> HttpResponse:
    """Give one product by its identifier; case does not count."""
    return answer_one(request, "identifier", code)


@endpoint(name="pim_api_product_partial_update", permission=EDIT, anchor="patch_products__code_", conditional=True)
def patch_product(request: ApiRequest, code: str) -> HttpResponse:
    """Update a product, or create it under this identifier; another `identifier` in the body renames it."""
    return _write(
        request,
        "identifier",
        Line(decode_object(request.body), code, conditions=conditions_of(request), full=asks_full(request)),
    )


@endpoint(name="pim_api_product_delete", permission=REMOVE, conditional=True)
def delete_product(request: ApiRequest, code: str) -> HttpResponse:
    """Delete a product and the associations that lead to it."""
    return _delete(request, "identifier", code)


# By uuid


@endpoint(name="pim_api_product_uuid_list", permission=LIST, streams=True)
def list_products_by_uuid(request: ApiRequest) -> HttpResponseBase:
    """List products by uuid: by page or by cursor."""
    return answer_list(request, "uuid", request.GET)


@endpoint(name="pim_api_product_uuid_create", permission=EDIT, anchor="post_products_uuid")
def create_product_by_uuid(request: ApiRequest) -> HttpResponse:
    """Create a product; the uuid is made when none is sent."""
    return _write(request, "uuid", Line(decode_object(request.body), new=True, full=asks_full(request)))


@endpoint(
    name="pim_api_product_uuid_partial_update_list",
    permission=EDIT,
    anchor="patch_products_uuid__uuid_",
    accepts=(COLLECTION,),
)
def upsert_products_by_uuid(request: ApiRequest) -> HttpResponse:
    """Update or create up to 100 products by uuid, one JSON object per line; a bad line harms only itself."""
    return _write_lines(request, "uuid")


@endpoint(name="pim_api_product_uuid_get", permission=LIST)
def get_product_by_uuid(request: ApiRequest, uuid: str) -> HttpResponse:
    """Give one product by its uuid."""
    return answer_one(request, "uuid", uuid)


@endpoint(
    name="pim_api_product_uuid_partial_update", permission=EDIT, anchor="patch_products_uuid__uuid_", conditional=True
)
def patch_product_by_uuid(request: ApiRequest, uuid: str) -> HttpResponse:
    """Update a product, or create it under this uuid."""
    return _write(
        request,
        "uuid",
        Line(decode_object(request.body), uuid, conditions=conditions_of(request), full=asks_full(request)),
    )


@endpoint(name="pim_api_product_uuid_delete", permission=REMOVE, conditional=True)
def delete_product_by_uuid(request: ApiRequest, uuid: str) -> HttpResponse:
    """Delete a product and the associations that lead to it."""
    return _delete(request, "uuid", uuid)


@endpoint(name="pim_api_product_uuid_search", permission=LIST)
def search_products_by_uuid(request: ApiRequest) -> HttpResponseBase:
    """As the list, its parameters in a body where they may be long; pagination stays in the address."""
    body = decode_object(request.body)
    check_body_limits(body)
    params: dict[str, Any] = {name: str(value) for name, value in request.GET.items()}
    for name, value in body.items():
        if name == "with_quality_scores__products":
            name = "with_quality_scores"
        if isinstance(value, bool):
            params[name] = "true" if value else "false"
        elif isinstance(value, str) or (name == "search" and isinstance(value, dict)):
            params[name] = value
        elif value is not None:
            params[name] = _as_json(value)
    return answer_list(request, "uuid", params)


# Files


@endpoint(name="pim_api_media_file_create", accepts=(MULTIPART,))
def create_media_file(request: ApiRequest) -> HttpResponse:
    """Upload a file into a value of a product: the part `file` beside the part `product`, which is JSON."""
    parts, files = read_form(request)
    target = read_upload_target(product=parts.get("product"), product_model=parts.get("product_model"))
    file = files.get("file")
    if file is None:
        raise Unprocessable('The part "file" is missing, or has no file name.')
    sent = cache(partial(form_digest, parts, files))
    return again(request, sent) or _upload(request, target, file, sent)


def _upload(request: ApiRequest, target: UploadTarget, file: UploadedFile[bytes], sent: Sent) -> HttpResponse:
    dry_run = flag(request, "dry_run")
    try:
        with operations.uploading(
            target, file=file, filename=file.name or "", by=request.caller, now=clock.now(), dry_run=dry_run
        ) as upload:

            def answer() -> HttpResponse:
                return marked(created(request, media_wire.media_file_url(upload.set_value(), "")), dry_run)

            return once(request, answer, sent=sent)
    except Invalid as refusal:
        if not dry_run:
            report_lines(request, target.flavour, [(Line({}, target.key), refusal)])
        raise


# Reading


def answer_list(request: ApiRequest, flavour: Asked, params: Any) -> HttpResponseBase:
    streamed = ndjson.wants_stream(request) and request.endpoint.streams
    page = _WHOLE if streamed else _read_page(request, flavour)
    structure = structure_queries.snapshot(request.caller.structure_versions)
    book = rulebook(structure)
    view = read_view(params, structure)
    criteria = read_search(
        params.get("search"),
        flavour=flavour,
        book=book,
        now=clock.now().astimezone(settings.LIMEN_API_TIME_ZONE),
        locale=params.get("search_locale"),
        scope=params.get("search_scope"),
        most_identifiers=MOST_IDENTIFIERS_EXTENDED if extended_limits(request) else MOST_IDENTIFIERS,
    )
    store = queries.MODELS if flavour == "model" else queries.PRODUCTS
    where = queries.list_condition(criteria, view, structure, store)
    if streamed:
        return ndjson.stream(_portions(request, flavour, where, view, structure))
    if page.kind == "page":
        rows = queries.page(where, flavour=flavour, offset=page.offset, limit=page.limit)
    else:
        rows = queries.page_after(where, flavour=flavour, after=page.after, limit=page.limit)
    writer = queries.writer_for(rows, view=view, flavour=flavour, base=base_url(request), structure=structure)
    _count_reads(request, len(rows), flavour)
    return page_answer(
        request,
        page,
        writer.items(rows),
        count=queries.count(where, flavour=flavour) if page.with_count else None,
        params=_link_params(request, page),
        next_after=_cursor(rows, flavour),
    )


# A stream has no pages: those of the request do not count, but for the cursor that it may begin after.
_WHOLE = PageQuery("search_after", 1, MOST_ITEMS_EXTENDED, False, None)


def _portions(request: ApiRequest, flavour: Asked, where: Where, view: View, structure: Structure) -> Iterator[bytes]:
    """Write all that is found, in the order of the list, a portion at a time; each counts as read when it is sent.

    As with pages by cursor, what is created or deleted meanwhile is in it if its place has not been passed.
    """
    after = request.GET.get("search_after")
    while True:
        rows = queries.page_after(where, flavour=flavour, after=after, limit=_WHOLE.limit)
        writer = queries.writer_for(rows, view=view, flavour=flavour, base=base_url(request), structure=structure)
        _count_reads(request, len(rows), flavour)
        if rows:
            yield b"".join(part for item in writer.items(rows) for part in (*_pieces(item), b"\n"))
        if len(rows) < _WHOLE.limit:
            return
        after = _cursor(rows, flavour)


def _pieces(item: bytes | Parts) -> Parts:
    return item if isinstance(item, tuple) else (item,)


def _read_page(request: HttpRequest, flavour: Asked) -> PageQuery:
    page = read_page(request, cursors=True, most=MOST_ITEMS_EXTENDED if extended_limits(request) else MOST_ITEMS)
    if page.kind == "page" and page.page * page.limit > DEEPEST:
        what = "product models" if flavour == "model" else "products"
        raise Misshaped(
            f"You have reached the maximum of {DEEPEST} {what} that pages can reach."
            ' Use the pagination type "search_after" to go on.',
            help="pagination.html#the-search-after-method",
        )
    return page


def _cursor(rows: list[Row], flavour: Asked) -> str | None:
    if not rows:
        return None
    return rows[-1].uuid if flavour == "uuid" else rows[-1].identifier


_IN_LINKS = (
    "search",
    "scope",
    "search_scope",
    "search_locale",
    "locales",
    "attributes",
    "with_attribute_options",
    "with_quality_scores",
    "with_completenesses",
)
_OWN = frozenset({"page", "with_count", "pagination_type", "limit", "search_after", *_IN_LINKS})


def _link_params(request: HttpRequest, page: PageQuery) -> list[tuple[str, str]]:
    """Give the parameters of links in the order of the contract (3.2), those of the caller unchanged."""
    given = request.GET
    shown = [("with_count", given.get("with_count", "false")), ("pagination_type", page.kind)]
    shown += [("limit", str(page.limit))]
    shown += [(name, _compact(name, given[name])) for name in _IN_LINKS if name in given]
    return shown + [(name, value) for name, values in given.lists() for value in values if name not in _OWN]


def _compact(name: str, value: str) -> str:
    """Write the JSON of `search` anew; it has been read before, so it can be."""
    return _as_json(orjson.loads(value)) if name == "search" and value else value


def _as_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        # The decoder follows 1,024 levels, the encoder 254.
        raise Malformed("The search is nested too deeply.") from None


def answer_one(request: ApiRequest, flavour: Asked, key: str) -> HttpResponse:
    row = queries.product(flavour=flavour, key=key)
    if row is None:
        raise unknown(key, "product model" if flavour == "model" else "product")
    view = read_single_view(request.GET)
    structure = structure_queries.snapshot(request.caller.structure_versions)
    writer = queries.writer_for([row], view=view, flavour=flavour, base=base_url(request), structure=structure)
    shown = writer.one(row)
    # What is printed depends on more than the row: the view, the structure, the names of what it is linked with.
    answer = tagged(request, tag_with(tag_of_row(row), shown), lambda: shown)
    _count_reads(request, int(answer.status_code == 200), flavour)
    return answer


def unknown(key: str, what: str = "product") -> NotFound:
    return NotFound(f'The {what} "{key}" does not exist, or you have no permission to see it.')


def _count_reads(request: ApiRequest, number: int, flavour: Asked) -> None:
    """Models are not counted (api-products 8.1)."""
    caller = request.caller
    if caller.reads_counted and number and flavour != "model":
        events.tally({"product.read": number}, caller.connection_id, now=clock.now())


# Writing


def _write(request: ApiRequest, flavour: Flavour, line: Line) -> HttpResponse:
    try:
        with watched(request, flavour):
            # A POST may be bound to a key, so that it can be sent again.
            if line.new:
                return once(request, lambda: _written(request, flavour, line))
            return _written(request, flavour, line)
    except Refused as refusal:
        # Out here there is no transaction any more that would take the report back.
        if not flag(request, "dry_run"):
            report_lines(request, flavour, [(line, refusal)])
        raise


def _written(request: ApiRequest, flavour: Flavour, line: Line) -> HttpResponse:
    dry_run = flag(request, "dry_run")
    (result,) = operations.upsert_products([line], flavour=flavour, by=request.caller, now=clock.now(), dry_run=dry_run)
    if isinstance(result.outcome, Refused):
        raise result.outcome
    answer = (created if result.outcome == 201 else updated)(request, _path(flavour, result))
    return with_ignored(marked(answer, dry_run), result)


def with_ignored(answer: HttpResponse, result: LineResult) -> HttpResponse:
    _tell_ignored(answer, result.ignored)
    return answer


def _tell_ignored(answer: HttpResponse, ignored: int) -> None:
    """Say how many values were dropped because they stand on another level."""
    if ignored:
        answer["Limen-Ignored-Values"] = str(ignored)


def _path(flavour: Flavour, result: LineResult) -> str:
    return wire.product_path(flavour, result.uuid or "", result.identifier)


def _write_lines(request: ApiRequest, flavour: Flavour) -> HttpResponse:
    return answer_lines(request, flavour, partial(operations.upsert_products, flavour=flavour))


def answer_lines(request: ApiRequest, flavour: Naming, upsert: Callable[..., list[LineResult]]) -> HttpResponse:
    """Hand the lines of a body in, and answer them one by one."""
    dry_run = flag(request, "dry_run")
    full = asks_full(request)
    lines = [_read_line(raw, flavour, full) for raw in ndjson.lines(request, extended=True)]
    with watched(request, flavour):
        results = upsert(
            lines, by=request.caller, now=clock.now(), dry_run=dry_run, all_or_nothing=flag(request, "atomic")
        )
    if not dry_run:
        refused = [
            (line if isinstance(line, Line) else None, result.outcome)
            for line, result in zip(lines, results, strict=True)
            if isinstance(result.outcome, Refused)
        ]
        report_lines(request, flavour, refused)
    base, anchor, codes = base_url(request), request.endpoint.anchor, tells_codes(request)
    written = [
        ndjson.line_result(number, result.outcome, base, anchor, _echo(line, flavour), codes=codes)
        for number, (line, result) in enumerate(zip(lines, results, strict=True), start=1)
    ]
    answer = ndjson.answer(written)
    _tell_ignored(answer, sum(one.ignored for one in results))
    return marked(answer, dry_run)


def asks_full(request: HttpRequest) -> bool:
    """Tell whether all that is wrong is asked for at once."""
    return request.GET.get("validation") == "full"


def _read_line(raw: bytes, flavour: Naming, full: bool) -> Line | Refused:
    try:
        body = ndjson.read_line(raw)
        return Line(body, ndjson.read_key(body, flavour), full=full)
    except Refused as refusal:
        return refusal


def _echo(line: Line | Refused, flavour: Naming) -> dict[str, str]:
    """What identified the line; nothing when that could not be read."""
    if isinstance(line, Refused) or line.key is None:
        return {}
    return {flavour: line.key.lower() if flavour == "uuid" else line.key}


def _delete(request: ApiRequest, flavour: Flavour, key: str) -> HttpResponse:
    dry_run = flag(request, "dry_run")
    conditions = conditions_of(request)
    if not operations.delete_product(
        flavour=flavour, key=key, by=request.caller, now=clock.now(), dry_run=dry_run, conditions=conditions
    ):
        refusal = unknown(key).watched_as("business", product_identifier=key)
        if not dry_run:
            report_lines(request, flavour, [(None, refusal)])
        raise refusal
    return marked(deleted(), dry_run)
