from __future__ import annotations

import struct
import zlib

import pytest

from limen.demo.catalogue import _designs
from limen.demo.drawing import SIZE, Board, colour_of
from limen.demo.pictures import KINDS, picture

WHITE, RED = (255, 255, 255), (200, 30, 30)


def pixels(png: bytes) -> list[list[tuple[int, int, int]]]:
    """Read back what `Board.png` writes, checksums included."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, data = 8, b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        content = png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length :][:4])[0] == zlib.crc32(kind + content)
        data += content if kind == b"IDAT" else b""
        place += 12 + length
    rows = zlib.decompress(data)
    width = 1 + 3 * SIZE
    lines = [rows[start + 1 : start + width] for start in range(0, len(rows), width)]
    return [[(line[x], line[x + 1], line[x + 2]) for x in range(0, len(line), 3)] for line in lines]


class TestBoard:
    def test_a_box_covers_its_pixels_and_no_others(self) -> None:
        board = Board(WHITE, WHITE)
        board.box(10, 20, 5, 4, RED)
        rows = pixels(board.png())
        painted = {(x, y) for y, row in enumerate(rows) for x, pixel in enumerate(row) if pixel == RED}
        assert painted == {(x, y) for x in range(10, 15) for y in range(20, 24)}

    def test_an_edge_between_pixels_is_mixed(self) -> None:
        board = Board(WHITE, WHITE)
        board.box(10.5, 20, 5, 4, RED)
        assert WHITE > pixels(board.png())[21][10] > RED

    def test_what_leaves_the_board_is_cut(self) -> None:
        board = Board(WHITE, WHITE)
        board.oval(0, SIZE, 30, 30, RED)
        board.stroke((-20, -20), (SIZE + 20, SIZE + 20), 6, RED)
        rows = pixels(board.png())
        assert rows[SIZE - 1][0] == RED
        assert rows[150][150] == RED
        assert rows[0][SIZE - 1] == WHITE


class TestPicture:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_has_one_of_some_kilobytes(self, kind: str) -> None:
        family = _designs()["kinds"][kind]["family"]
        for shape in (0.0, 0.999):
            png = picture(family, kind, "c8a06a", shape)
            assert len(png) < 5000
            assert len({pixel for row in pixels(png) for pixel in row}) > 5

    def test_another_finish_is_another_picture(self) -> None:
        assert picture("seating", "chair", "c8a06a", 0.3) != picture("seating", "chair", "3b3a3c", 0.3)

    def test_colours_are_written_in_hexadecimal(self) -> None:
        assert colour_of("c8a06a") == (200, 160, 106)
