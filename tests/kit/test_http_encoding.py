"""Bodies made smaller, both ways: who gets what, and what a body may not do."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import zstandard
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from limen.kit.errors import Malformed, TooLarge, UnsupportedMedia
from limen.kit.http.encoding import check_encoding, chosen_encoding, compress, decoded

make = RequestFactory()

LONG = b'{"text":"' + b"tea and more tea " * 200 + b'"}'


def answered(answer: HttpResponseBase, accepted: str | None = "gzip", path: str = "/api/rest/v1/tea") -> Any:
    headers = {} if accepted is None else {"accept-encoding": accepted}
    return compress(lambda request: answer)(make.get(path, headers=headers))


def json(content: bytes = LONG) -> HttpResponse:
    return HttpResponse(content, content_type="application/json")


class TestAnswers:
    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [
            ("gzip", "gzip"),
            ("gzip, deflate", "gzip"),
            ("gzip, deflate, br, zstd", "zstd"),
            ("zstd;q=0.5, gzip;q=0.8", "gzip"),
            ("X-GZIP", "gzip"),
            ("*", "zstd"),
            ("*, zstd;q=0", "gzip"),
            ("gzip;q=0", None),
            ("br", None),
            ("identity", None),
            ("gzip;q=lots", None),
            ("", None),
        ],
    )
    def test_the_client_chooses(self, accepted: str, encoding: str | None) -> None:
        assert chosen_encoding(accepted) == encoding

    def test_gzip_and_zstd_are_smaller_and_the_same(self) -> None:
        for accepted, decode in (("gzip", gzip.decompress), ("zstd", zstandard.decompress)):
            answer = answered(json(), accepted)
            assert answer["Content-Encoding"] == accepted
            assert answer["Vary"] == "Accept-Encoding"
            assert len(answer.content) < len(LONG) / 10
            assert decode(answer.content) == LONG

    def test_who_does_not_ask_gets_the_bytes_as_they_are(self) -> None:
        answer = answered(json(), None)
        assert (answer.content, answer.has_header("Content-Encoding")) == (LONG, False)
        assert answer["Vary"] == "Accept-Encoding"

    @pytest.mark.parametrize(
        "answer",
        [
            json(b'{"code":"tea"}'),
            HttpResponse(LONG, content_type="text/html"),
            HttpResponse(LONG, content_type="image/png"),
            StreamingHttpResponse([LONG], content_type="image/png"),
        ],
        ids=["short", "page", "image", "file"],
    )
    def test_what_is_short_or_no_json_stays_as_it_is(self, answer: HttpResponseBase) -> None:
        assert not answered(answer).has_header("Content-Encoding")

    def test_a_screen_is_never_compressed(self) -> None:
        assert not answered(json(), path="/connections/").has_header("Content-Encoding")

    def test_an_announced_length_is_that_of_what_is_sent(self) -> None:
        plain = json()
        plain["Content-Length"] = str(len(LONG))
        answer = answered(plain)
        assert answer["Content-Length"] == str(len(answer.content))

    def test_a_strong_tag_tells_the_encoding(self) -> None:
        plain = json()
        plain["ETag"] = '"abc"'
        assert answered(plain)["ETag"] == '"abc-gzip"'

    def test_what_varies_already_still_does(self) -> None:
        plain = json()
        plain["Vary"] = "Origin"
        assert answered(plain)["Vary"] == "Origin, Accept-Encoding"

    @pytest.mark.parametrize("encoding", ["gzip", "zstd"])
    def test_a_stream_can_be_read_part_by_part(self, encoding: str) -> None:
        sent: list[bytes] = []

        def lines() -> Iterator[bytes]:
            for number in range(3):
                sent.append(b'{"line":%d}\n' % number)
                yield sent[-1]

        streaming = StreamingHttpResponse(lines(), content_type="application/vnd.akeneo.collection+json")
        answer = answered(streaming, encoding)
        assert answer["Content-Encoding"] == encoding
        decoder: Any = zlib.decompressobj(31) if encoding == "gzip" else zstandard.ZstdDecompressor().decompressobj()
        parts = iter(answer.streaming_content)
        for number in range(3):
            assert decoder.decompress(next(parts)) == b'{"line":%d}\n' % number
            assert len(sent) == number + 1
        assert b"".join(decoder.decompress(part) for part in parts) == b""
        assert decoder.eof


class TestRequests:
    @pytest.mark.parametrize("received", ["br", "deflate", "gzip, gzip", "nonsense"])
    def test_an_unknown_encoding_is_415(self, received: str) -> None:
        with pytest.raises(UnsupportedMedia, match='"gzip" and "zstd"'):
            check_encoding(received, possible=True)

    def test_known_ones_are_known_whatever_the_case(self) -> None:
        assert [check_encoding(one, possible=True) for one in ("GZip", "x-gzip", " zstd ", "identity", "")] == [
            *("gzip", "gzip", "zstd", "", ""),
        ]

    def test_an_upload_is_sent_as_it_is(self) -> None:
        with pytest.raises(UnsupportedMedia, match="as it is"):
            check_encoding("gzip", possible=False)

    def test_a_body_comes_out_as_it_was(self) -> None:
        assert decoded(gzip.compress(LONG), "gzip", len(LONG)) == LONG
        assert decoded(zstandard.compress(LONG), "zstd", len(LONG)) == LONG

    def test_a_body_in_two_pieces_is_one(self) -> None:
        assert decoded(gzip.compress(b"green ") + gzip.compress(b"tea"), "gzip", 100) == b"green tea"
        assert decoded(zstandard.compress(b"green ") + zstandard.compress(b"tea"), "zstd", 100) == b"green tea"

    @pytest.mark.parametrize("encoding", ["gzip", "zstd"])
    @pytest.mark.parametrize("harm", [lambda body: body[:-5], lambda body: body + b"rubbish", lambda body: b"{}"])
    def test_a_broken_body_is_400(self, encoding: str, harm: Any) -> None:
        body = gzip.compress(LONG) if encoding == "gzip" else zstandard.compress(LONG)
        with pytest.raises(Malformed, match=encoding):
            decoded(harm(body), encoding, 1_000_000)

    @pytest.mark.parametrize("encoding", ["gzip", "zstd"])
    def test_the_limit_is_that_of_the_decoded_body(self, encoding: str) -> None:
        body = gzip.compress(LONG) if encoding == "gzip" else zstandard.compress(LONG)
        with pytest.raises(TooLarge):
            decoded(body, encoding, len(LONG) - 1)

    @pytest.mark.parametrize("encoding", ["gzip", "zstd"])
    def test_a_bomb_is_refused_early_and_takes_no_memory(self, encoding: str) -> None:
        zeros = b"\0" * 1_000_000
        if encoding == "gzip":
            compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
            bomb = b"".join(compressor.compress(zeros) for _ in range(300)) + compressor.flush()
        else:
            zstd = zstandard.ZstdCompressor(level=9).compressobj()
            bomb = b"".join(zstd.compress(zeros) for _ in range(300)) + zstd.flush()
        assert len(bomb) < 400_000
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge):
                decoded(bomb, encoding, 2_000_000)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 12_000_000


def test_a_request_without_a_word_about_encodings_is_left_alone() -> None:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return json()

    answer = compress(view)(make.get("/api/rest/v1/tea"))
    assert isinstance(answer, HttpResponse)
    assert (len(seen), answer.content) == (1, LONG)
