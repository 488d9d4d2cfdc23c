"""The words and numbers of a bicycle wholesaler, for make_export.py. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass

Labels = dict[str, str]


def _labels(english: str, german: str) -> Labels:
    return {"EN": english, "DE": german}


# Code lists of the ERP: list name, then code and labels.
LISTS: dict[str, dict[str, Labels]] = {
    "BRAND": {
        code: _labels(name, name)
        for code, name in {
            "OVREL": "Ovrel",
            "TARNLODE": "Tarnlode",
            "QUILLAN": "Quillan Cycles",
            "BRUNNBY": "Brunnby",
            "KASIMO": "Kasimo",
            "FENNICK": "Fennick & Daughters",
            "HALVARD7": "Halvard 7",
            "LUMETTA": "Lumetta",
        }.items()
    },
    "COLOUR": {
        "BLK": _labels("Black", "Schwarz"),
        "WHT": _labels("White", "Weiß"),
        "RED": _labels("Signal red", "Signalrot"),
        "BLU": _labels("Fjord blue", "Fjordblau"),
        "GRN": _labels("Moss green", "Moosgrün"),
        "GRY": _labels("Slate grey", "Schiefergrau"),
        "SLV": _labels("Silver", "Silber"),
        "SND": _labels("Sand", "Sand"),
        "YEL": _labels("Warning yellow", "Warngelb"),
    },
    "MATERIAL": {
        "ALU": _labels("Aluminium", "Aluminium"),
        "STEEL": _labels("Steel", "Stahl"),
        "CRMO": _labels("Chromoly steel", "Chrom-Molybdän-Stahl"),
        "CARBON": _labels("Carbon", "Carbon"),
        "RUBBER": _labels("Rubber", "Gummi"),
        "NYLON": _labels("Nylon", "Nylon"),
        "EPS": _labels("Foam (EPS)", "Schaum (EPS)"),
        "ABS": _labels("Hard shell (ABS)", "Hartschale (ABS)"),
        "GLASS": _labels("Glass", "Glas"),
    },
    "ORDER_UNIT": {
        "PCE": _labels("Piece", "Stück"),
        "PR": _labels("Pair", "Paar"),
        "SET": _labels("Set", "Satz"),
        "CTN": _labels("Carton", "Karton"),
    },
    "ORIGIN": {
        "DE": _labels("Germany", "Deutschland"),
        "PT": _labels("Portugal", "Portugal"),
        "PL": _labels("Poland", "Polen"),
        "TW": _labels("Taiwan", "Taiwan"),
        "VN": _labels("Vietnam", "Vietnam"),
        "IT": _labels("Italy", "Italien"),
    },
    "FRAME": {
        "DIAMOND": _labels("Diamond", "Diamant"),
        "WAVE": _labels("Step-through", "Tiefeinsteiger"),
        "TRAPEZE": _labels("Trapeze", "Trapez"),
        "CARGO": _labels("Cargo", "Lastenrad"),
    },
    "BRAKE": {
        "RIM": _labels("Rim brake", "Felgenbremse"),
        "DISC_M": _labels("Disc, mechanical", "Scheibe, mechanisch"),
        "DISC_H": _labels("Disc, hydraulic", "Scheibe, hydraulisch"),
        "COASTER": _labels("Coaster brake", "Rücktritt"),
    },
    "WHEEL_SIZE": {
        "W20": _labels('20"', '20"'),
        "W24": _labels('24"', '24"'),
        "W26": _labels('26"', '26"'),
        "W275": _labels('27.5"', '27,5"'),
        "W28": _labels('28"', '28"'),
        "W29": _labels('29"', '29"'),
    },
    "NORM": {
        "EN1078": _labels("EN 1078", "EN 1078"),
        "EN15194": _labels("EN 15194", "EN 15194"),
        "STVZO": _labels("StVZO (German road approval)", "StVZO"),
        "IPX4": _labels("IPX4 splash-proof", "IPX4 spritzwassergeschützt"),
        "IPX6": _labels("IPX6 rain-proof", "IPX6 strahlwassergeschützt"),
    },
    "DRIVE": {
        "HEX": _labels("Hexagon", "Innensechskant"),
        "TORX": _labels("Six-lobe", "Sechsrund"),
        "PH": _labels("Cross", "Kreuzschlitz"),
        "JIS": _labels("Cross JIS", "Kreuzschlitz JIS"),
    },
}

# Category tree of the ERP: code, parent, labels; parents first.
TREE: tuple[tuple[str, str, Labels], ...] = (
    ("bikes", "", _labels("Bikes", "Fahrräder")),
    ("bikes_city", "bikes", _labels("City", "Stadt")),
    ("bikes_electric", "bikes", _labels("Electric", "Elektrisch")),
    ("bikes_cargo", "bikes", _labels("Cargo", "Lasten")),
    ("parts", "", _labels("Parts", "Teile")),
    ("parts_wheels", "parts", _labels("Wheels", "Laufräder")),
    ("parts_tyres", "parts", _labels("Tyres", "Reifen")),
    ("parts_lights", "parts", _labels("Lights", "Leuchten")),
    ("equipment", "", _labels("Equipment", "Ausrüstung")),
    ("equipment_helmets", "equipment", _labels("Helmets", "Helme")),
    ("equipment_workshop", "equipment", _labels("Workshop", "Werkstatt")),
    ("spring", "", _labels("Spring offers", "Frühjahrsangebote")),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A product group of the ERP. `nouns` pair English and German; `weight` and `price` are ranges in kg and EUR."""

    group: str
    prefix: str
    node: str
    share: int
    nouns: tuple[tuple[str, str], ...]
    weight: tuple[float, float]
    price: tuple[float, float]
    pack: tuple[int, int, int]
    materials: tuple[str, ...]
    sentence: tuple[str, str]


KINDS: tuple[Kind, ...] = (
    Kind(
        "CITYBIKE",
        "CB",
        "bikes_city",
        14,
        (("City bike", "Stadtrad"), ("Touring bike", "Tourenrad"), ("Commuter", "Pendlerrad")),
        (11, 19),
        (549, 1899),
        (142, 22, 80),
        ("ALU", "STEEL", "CRMO"),
        ("Rides quietly, carries a week's shopping.", "Fährt leise und trägt den Wocheneinkauf."),
    ),
    Kind(
        "EBIKE",
        "EB",
        "bikes_electric",
        12,
        (("Electric city bike", "Elektro-Stadtrad"), ("Electric tourer", "Elektro-Tourenrad")),
        (19, 34),
        (1999, 5499),
        (150, 26, 88),
        ("ALU", "CARBON"),
        ("Pulls away without a jerk, even uphill.", "Zieht ohne Ruck an, auch am Berg."),
    ),
    Kind(
        "WHEEL",
        "WH",
        "parts_wheels",
        14,
        (("Front wheel", "Vorderrad"), ("Rear wheel", "Hinterrad"), ("Dynamo wheel", "Nabendynamo-Laufrad")),
        (0.7, 2.9),
        (39, 399),
        (74, 14, 74),
        ("ALU", "STEEL", "CARBON"),
        ("Trued by hand and tensioned evenly.", "Von Hand zentriert und gleichmäßig gespannt."),
    ),
    Kind(
        "TYRE",
        "TY",
        "parts_tyres",
        18,
        (("Touring tyre", "Tourenreifen"), ("Winter tyre", "Winterreifen"), ("Folding tyre", "Faltreifen")),
        (0.3, 1.3),
        (15, 69),
        (74, 8, 74),
        ("RUBBER", "NYLON"),
        ("Grips on wet cobbles.", "Haftet auf nassem Pflaster."),
    ),
    Kind(
        "LIGHT",
        "LG",
        "parts_lights",
        18,
        (("Front light", "Frontscheinwerfer"), ("Rear light", "Rücklicht"), ("Light set", "Beleuchtungsset")),
        (0.04, 0.4),
        (12, 149),
        (14, 6, 18),
        ("ALU", "ABS", "GLASS"),
        ("Wide beam without glare for others.", "Breites Lichtfeld, das niemanden blendet."),
    ),
    Kind(
        "HELMET",
        "HE",
        "equipment_helmets",
        12,
        (("Helmet", "Helm"), ("City helmet", "Stadthelm"), ("Children's helmet", "Kinderhelm")),
        (0.22, 0.52),
        (29, 189),
        (32, 22, 20),
        ("EPS", "ABS"),
        ("Sits firmly, with a dial that gloves can turn.", "Sitzt fest, mit einem Rad, das auch Handschuhe drehen."),
    ),
    Kind(
        "TOOL",
        "TL",
        "equipment_workshop",
        12,
        (("Key set", "Schlüsselsatz"), ("Torque wrench", "Drehmomentschlüssel"), ("Multi-tool", "Multiwerkzeug")),
        (0.08, 3.5),
        (9, 219),
        (24, 5, 12),
        ("STEEL", "CRMO"),
        ("Hardened, with sizes that stay readable.", "Gehärtet, mit Größen, die lesbar bleiben."),
    ),
)

ADJECTIVES: tuple[tuple[str, str], ...] = (
    ("Kestrel", "Kestrel"),
    ("Harbour", "Hafen"),
    ("North", "Nord"),
    ("Lark", "Lerche"),
    ("Meadow", "Wiese"),
    ("Ferry", "Fähre"),
    ("Granite", "Granit"),
    ("Juniper", "Wacholder"),
    ("Dune", "Düne"),
    ("Orchard", "Obstgarten"),
)

SENTENCES: tuple[tuple[str, str], ...] = (
    ("Made to be repaired: every wearing part can be ordered.", "Reparierbar: jedes Verschleißteil ist lieferbar."),
    ("Tested for 5,000 km on salted winter roads.", "Auf 5.000 km gestreuter Winterstraße erprobt."),
    ("Comes in a carton without plastic.", "Kommt im Karton ohne Kunststoff."),
    ("Fits the luggage system of the series.", "Passt zum Gepäcksystem der Serie."),
    ("Assembled in under ten minutes with the enclosed key.", "Mit beiliegendem Schlüssel in zehn Minuten montiert."),
)
