"""A picture of each kind of thing the demo catalogue sells, in its finish, on its family's wall. Pure.

`k` is a number from 0 to 1 that belongs to a design: it moves proportions, so that no two chairs are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

from limen.demo.drawing import Board, Colour, colour_of, darker, lighter, mixed

FLOOR = 262.0
BRASS = colour_of("c79a4b")
OPAL = colour_of("fff4da")
STEEL = colour_of("4a4d55")

# Wall above, floor below.
WALLS: dict[str, tuple[str, str]] = {
    "seating": ("e9eef0", "cfdadd"),
    "tables": ("f1ebe1", "ddd1bf"),
    "storage": ("e8ebe3", "ccd4c2"),
    "lighting": ("3a4252", "5a6375"),
    "textiles": ("f4e9e4", "e2cec5"),
    "accessories": ("ece8f1", "d3cadf"),
}


def picture(family: str, kind: str, finish: str, k: float) -> bytes:
    """Paint one product as PNG; `finish` is a colour in hexadecimal."""
    top, bottom = (colour_of(code) for code in WALLS[family])
    board = Board(top, mixed(top, bottom, 0.5))
    if kind not in HANGING:
        board.box(0, FLOOR - 14, 320, 80, bottom)
        board.oval(160, FLOOR + 4, 104, 9, darker(bottom, 0.14))
    KINDS[kind](board, colour_of(finish), k)
    return board.png()


def _legs(board: Board, spots: tuple[float, ...], top: float, lean: float, colour: Colour, width: float = 8) -> None:
    for x in spots:
        board.stroke((x, top), (x + (lean if x > 160 else -lean), FLOOR), width, colour)


def _chair(board: Board, colour: Colour, k: float) -> None:
    back, slats = 70 + 40 * k, 2 + round(3 * k)
    dark = darker(colour)
    _legs(board, (122, 200), 176, 12, dark)
    board.stroke((112, 184), (104 - 4 * k, back - 8), 9, dark)
    board.stroke((208, 184), (216 + 4 * k, back - 8), 9, dark)
    for slat in range(slats):
        board.box(104, back + slat * 22, 112, 12, colour, 6)
    board.box(98, 172, 124, 16, lighter(colour, 0.15), 8)


def _shell_chair(board: Board, colour: Colour, k: float) -> None:
    _legs(board, (128, 192), 186, 22, STEEL, 6)
    board.box(100, 76 + 18 * k, 120, 110, darker(colour, 0.12), 40)
    board.box(92, 150, 136, 42, colour, 20)
    board.box(104, 154, 112, 10, lighter(colour), 5)


def _armchair(board: Board, colour: Colour, k: float) -> None:
    _legs(board, (104, 216), 218, 6, colour_of("8a6a45"), 9)
    board.box(88, 92 + 20 * k, 144, 120, darker(colour, 0.14), 30)
    board.box(72, 150, 40, 76, colour, 18)
    board.box(208, 150, 40, 76, colour, 18)
    board.box(104, 170, 112, 52, lighter(colour, 0.18), 14)


def _stool(board: Board, colour: Colour, k: float) -> None:
    height = 120 + 40 * k
    _legs(board, (132, 160, 188), height, 18, darker(colour))
    board.box(112, (height + FLOOR) / 2 + 6, 96, 6, darker(colour, 0.4), 3)
    board.box(104, height - 10, 112, 20, colour, 10)


def _bench(board: Board, colour: Colour, k: float) -> None:
    _legs(board, (78, 242), 190, 8, darker(colour), 10)
    for slat in range(4):
        board.box(46, 170 + slat * 8, 228, 6, lighter(colour, 0.05 + 0.08 * slat * k), 3)
    board.stroke((78, 226), (242, 226), 5, darker(colour))


def _sofa(board: Board, colour: Colour, k: float) -> None:
    _legs(board, (56, 264), 226, 3, colour_of("8a6a45"), 8)
    board.box(40, 116 + 16 * k, 240, 104, darker(colour, 0.14), 22)
    for x in (58, 162):
        board.box(x, 172, 100, 44, lighter(colour, 0.12), 12)
    board.box(26, 156, 38, 76, colour, 16)
    board.box(256, 156, 38, 76, colour, 16)
    board.box(72, 140, 44, 40, mixed(colour, BRASS, 0.6), 10)


def _table(board: Board, colour: Colour, k: float) -> None:
    dark = darker(colour)
    for x, lean in ((72, 16 * k), (248, -16 * k)):
        board.stroke((x, 146), (x - lean, FLOOR), 12, dark)
    board.stroke((66, 206), (254, 206), 6, dark)
    board.box(28, 130, 264, 18, colour, 5)
    for slat in range(1, 6):
        board.stroke((28 + slat * 44, 131), (28 + slat * 44, 147), 1.5, dark)


def _round_table(board: Board, colour: Colour, k: float) -> None:
    dark = darker(colour)
    board.polygon([(146, 150), (174, 150), (182 + 20 * k, FLOOR), (138 - 20 * k, FLOOR)], dark)
    board.oval(160, FLOOR - 2, 54, 8, darker(colour, 0.4))
    board.oval(160, 146, 122, 18, dark)
    board.oval(160, 140, 122, 18, colour)


def _low_table(board: Board, colour: Colour, k: float) -> None:
    _legs(board, (104, 216), 200, 10, darker(colour), 10)
    board.oval(160, 200, 100 + 20 * k, 16, darker(colour, 0.2))
    board.oval(160, 194, 100 + 20 * k, 16, lighter(colour, 0.1))
    board.box(176, 168, 26, 22, colour_of("f3efe6"), 8)


def _desk(board: Board, colour: Colour, k: float) -> None:
    dark = darker(colour)
    _legs(board, (54, 266), 144, 4, STEEL if k > 0.5 else dark, 9)
    board.box(34, 130, 252, 14, colour, 4)
    board.box(196, 144, 70, 34, dark, 4)
    board.oval(231, 161, 4, 4, BRASS)
    board.box(84, 84, 76, 44, STEEL, 5)
    board.box(89, 89, 66, 34, colour_of("a9c4cc"), 2)


def _shelf(board: Board, colour: Colour, k: float) -> None:
    dark = darker(colour)
    levels = 3 + round(2 * k)
    for x in (82, 230):
        board.box(x, 44, 8, FLOOR - 44, dark)
    for level in range(levels):
        y = 54 + level * (FLOOR - 66) / (levels - 1)
        for book in range(3 + level % 2):
            tint = (colour_of("7d8f8a"), colour_of("c58f6b"), colour_of("d8c9a8"))[(book + level) % 3]
            if level:
                board.box(100 + book * 13 + 44 * (level % 2), y - 26 - 4 * (book % 2), 10, 26 + 4 * (book % 2), tint)
        board.box(78, y, 164, 9, colour, 2)


def _sideboard(board: Board, colour: Colour, k: float) -> None:
    dark = darker(colour)
    _legs(board, (70, 250), 222, 5, dark, 8)
    board.box(36, 140, 248, 84, colour, 6)
    for slat in range(30):
        board.stroke((44 + slat * 8, 150), (44 + slat * 8, 216), 1.6, darker(colour, 0.16 + 0.1 * k))
    board.box(36, 136, 248, 9, lighter(colour, 0.2), 3)
    board.box(226, 96, 22, 40, colour_of("7d8f8a"), 9)


def _cabinet(board: Board, colour: Colour, k: float) -> None:
    _legs(board, (104, 216), 246, 0, darker(colour, 0.4), 10)
    board.box(88, 52, 144, 198, colour, 6)
    for x in (95, 162):
        board.box(x, 60, 63, 182, lighter(colour, 0.14 + 0.12 * k), 4)
    for x in (152, 166):
        board.box(x, 140, 4, 24, BRASS, 2)


def _wall_shelf(board: Board, colour: Colour, k: float) -> None:
    for y, x in ((110, 66), (196, 86 + 30 * k)):
        board.box(x + 24, y - 44, 22, 44, colour_of("c58f6b"), 9)
        board.box(x + 60, y - 30, 40, 30, colour_of("d8c9a8"), 3)
        board.box(x, y, 176, 12, colour, 3)
        board.box(x, y + 12, 176, 3, darker(colour, 0.35))


def _trolley(board: Board, colour: Colour, k: float) -> None:
    for x in (92, 222):
        board.box(x, 92, 7, 158, darker(colour), 3)
        board.oval(x + 3.5, 254, 9, 9, STEEL)
    for y in (118, 186 + 20 * k):
        board.box(84, y, 152, 12, colour, 4)
    for x, high in ((118, 40), (142, 54), (170, 34)):
        board.box(x, 118 - high, 16, high, mixed(colour_of("7d8f8a"), BRASS, high / 90), 6)


def _glow(board: Board, x: float, y: float, reach: float) -> None:
    """Two steps of light on a dark wall."""
    for step, share in ((1.0, 0.08), (0.66, 0.16)):
        board.oval(x, y, reach * step, reach * step, mixed(colour_of("454e60"), OPAL, share + 0.06))


def _pendant(board: Board, colour: Colour, k: float) -> None:
    _glow(board, 160, 196, 110)
    board.stroke((160, 0), (160, 110), 2.5, colour_of("14161b"))
    board.oval(160, 192, 26, 20, OPAL)
    spread = 52 + 34 * k
    board.polygon([(146, 104), (174, 104), (160 + spread, 186), (160 - spread, 186)], colour)
    board.polygon([(146, 104), (154, 104), (160 - spread * 0.5, 186), (160 - spread, 186)], lighter(colour, 0.22))


def _ball_pendant(board: Board, colour: Colour, k: float) -> None:
    size = 62 + 24 * k
    _glow(board, 160, 160, 128)
    board.stroke((160, 0), (160, 160 - size), 2.5, colour_of("14161b"))
    board.oval(160, 160, size, size, colour)
    for ring in range(-3, 4):
        y = 160 + ring * size / 4
        reach = (size**2 - (y - 160) ** 2) ** 0.5
        board.stroke((160 - reach, y), (160 + reach, y), 1.6, darker(colour, 0.12))


def _slat_pendant(board: Board, colour: Colour, k: float) -> None:
    _glow(board, 160, 172, 120)
    for x in (84, 236):
        board.stroke((x, 0), (x, 132), 2, colour_of("14161b"))
    board.box(44, 168, 232, 8, OPAL, 4)
    for slat in range(15):
        drop = 34 + 10 * k * sin(slat * pi / 7)
        board.box(44 + slat * 16, 132, 8, drop, lighter(colour, 0.1 * (slat % 2)), 2)
    board.box(38, 128, 244, 8, darker(colour), 3)


def _floor_lamp(board: Board, colour: Colour, k: float) -> None:
    _glow(board, 196, 92, 92)
    board.oval(132, FLOOR - 2, 40, 7, darker(colour, 0.3))
    board.stroke((132, FLOOR - 4), (140, 96), 6, darker(colour, 0.1))
    board.stroke((140, 98), (194, 62 + 16 * k), 6, darker(colour, 0.1))
    board.oval(198, 104 + 14 * k, 20, 10, OPAL)
    board.polygon([(184, 62 + 14 * k), (212, 62 + 14 * k), (234, 104 + 14 * k), (162, 104 + 14 * k)], colour)


def _table_lamp(board: Board, colour: Colour, k: float) -> None:
    _glow(board, 160, 138, 104)
    board.oval(160, FLOOR - 6, 46, 9, darker(colour, 0.2))
    board.stroke((160, FLOOR - 8), (160, 150), 8, colour)
    if k > 0.5:
        board.oval(160, 130, 48, 44, OPAL)
        board.box(138, 168, 44, 8, colour, 4)
    else:
        board.oval(160, 168, 40, 8, OPAL)
        board.polygon([(130, 96), (190, 96), (218, 168), (102, 168)], colour)


def _wall_lamp(board: Board, colour: Colour, k: float) -> None:
    _glow(board, 160, 150, 118)
    board.oval(160, 150, 60 + 14 * k, 60 + 14 * k, OPAL)
    board.oval(160, 150, 42 + 10 * k, 42 + 10 * k, colour)
    board.oval(152, 142, 16, 16, lighter(colour, 0.25))


def _rug(board: Board, colour: Colour, k: float) -> None:
    near, far = (26.0, 294.0), (74.0, 246.0)

    def across(y: float) -> tuple[float, float]:
        share = (y - 120) / 150
        return far[0] + (near[0] - far[0]) * share, far[1] + (near[1] - far[1]) * share

    board.polygon([(far[0], 120), (far[1], 120), (near[1], 270), (near[0], 270)], colour)
    for stripe in range(7):
        y = 128 + stripe * (18 + 2 * k)
        if y < 262:
            left, right = across(y)
            board.stroke(
                (left + 8, y), (right - 8, y), 4 + 3 * k, lighter(colour, 0.28) if stripe % 2 else darker(colour)
            )
    for tassel in range(24):
        board.stroke((30 + tassel * 11.3, 270), (29 + tassel * 11.3, 280), 2, lighter(colour, 0.4))


def _cushion(board: Board, colour: Colour, k: float) -> None:
    board.box(76, 88, 168, 168, darker(colour, 0.1), 40)
    board.box(84, 92, 152, 156, colour, 36)
    for line in range(5):
        x = 104 + line * 28
        board.stroke((x, 104), (x + 40 * k - 20, 238), 3, lighter(colour, 0.25))


def _throw(board: Board, colour: Colour, k: float) -> None:
    for fold in range(4):
        y = 148 + fold * 28
        board.box(70 - 4 * (fold % 2), y, 180 + 8 * (fold % 2), 30, lighter(colour, 0.09 * (3 - fold)), 14)
        board.stroke((84, y + 22), (236, y + 22), 2 + 2 * k, darker(colour, 0.12))
    for tassel in range(14):
        board.stroke((80 + tassel * 12, 262), (79 + tassel * 12, 274), 2, darker(colour, 0.1))


def _vase(board: Board, colour: Colour, k: float) -> None:
    for x, y, lean in ((150, 62, -18), (166, 44, 6), (176, 74, 30)):
        board.stroke((160, 150), (x + lean, y), 2.5, colour_of("6f7f5f"))
        board.oval(x + lean, y, 9, 13, colour_of("8fa07a"))
    board.oval(160, 206, 50 + 20 * k, 52, colour)
    board.box(142, 132, 36, 50, colour, 8)
    board.oval(142 - 8 * k, 196, 9, 24, lighter(colour, 0.3))


def _mirror(board: Board, colour: Colour, k: float) -> None:
    tall = 76 + 30 * k
    board.oval(160, 146, 82, tall + 6, colour)
    board.oval(160, 146, 72, tall - 4, colour_of("dfe9ee"))
    board.polygon([(120, 176), (150, 96), (166, 96), (136, 176)], colour_of("f2f7f9"))


def _clock(board: Board, colour: Colour, k: float) -> None:
    board.oval(160, 146, 92, 92, colour)
    board.oval(160, 146, 78, 78, lighter(colour, 0.75))
    for hour in range(12):
        angle = hour * pi / 6
        board.oval(160 + 64 * sin(angle), 146 - 64 * cos(angle), 3, 3, darker(colour, 0.5))
    board.stroke((160, 146), (160 + 34 * sin(k * 6), 146 - 34 * cos(k * 6)), 6, darker(colour, 0.6))
    board.stroke((160, 146), (160 + 54 * sin(k * 40), 146 - 54 * cos(k * 40)), 4, darker(colour, 0.6))
    board.oval(160, 146, 6, 6, BRASS)


def _candle_holder(board: Board, colour: Colour, k: float) -> None:
    for x, high in ((112, 60 + 30 * k), (160, 104), (208, 44 + 40 * k)):
        top = FLOOR - high
        board.box(x - 5, top, 10, high, colour, 3)
        board.oval(x, FLOOR - 3, 24, 6, darker(colour, 0.2))
        board.oval(x, top, 14, 4, darker(colour, 0.1))
        board.box(x - 5, top - 46, 10, 46, colour_of("f6efdf"), 2)
        board.oval(x, top - 56, 4, 9, colour_of("f2b65a"))


def _hooks(board: Board, colour: Colour, k: float) -> None:
    board.box(48, 110, 224, 24, colour, 8)
    for peg in range(5):
        x = 72 + peg * 44
        board.stroke((x, 122), (x, 158), 9, darker(colour))
        board.oval(x, 160, 9 + 3 * k, 9 + 3 * k, lighter(colour, 0.2))
    board.polygon([(112, 160), (122, 160), (150, 232), (84, 232)], colour_of("7d8f8a"))


def _tray(board: Board, colour: Colour, k: float) -> None:
    board.oval(160, 226, 122, 34, darker(colour))
    board.oval(160, 218, 122, 34, colour)
    board.oval(160, 220, 106, 26, lighter(colour, 0.16))
    board.box(116, 170, 40, 46, colour_of("f3efe6"), 14)
    board.box(174, 182 - 10 * k, 30, 36 + 10 * k, colour_of("c58f6b"), 10)


KINDS: dict[str, Callable[[Board, Colour, float], None]] = {
    "chair": _chair,
    "shell_chair": _shell_chair,
    "armchair": _armchair,
    "stool": _stool,
    "bench": _bench,
    "sofa": _sofa,
    "dining_table": _table,
    "round_table": _round_table,
    "coffee_table": _low_table,
    "side_table": _low_table,
    "desk": _desk,
    "shelf": _shelf,
    "sideboard": _sideboard,
    "cabinet": _cabinet,
    "wall_shelf": _wall_shelf,
    "trolley": _trolley,
    "pendant": _pendant,
    "ball_pendant": _ball_pendant,
    "slat_pendant": _slat_pendant,
    "floor_lamp": _floor_lamp,
    "table_lamp": _table_lamp,
    "wall_lamp": _wall_lamp,
    "rug": _rug,
    "cushion": _cushion,
    "throw": _throw,
    "vase": _vase,
    "mirror": _mirror,
    "clock": _clock,
    "candle_holder": _candle_holder,
    "hooks": _hooks,
    "tray": _tray,
}
# Things on a wall or under a ceiling stand on no floor.
HANGING = frozenset({"wall_shelf", "pendant", "ball_pendant", "slat_pendant", "wall_lamp", "mirror", "clock", "hooks"})
