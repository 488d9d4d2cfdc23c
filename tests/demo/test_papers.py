from __future__ import annotations

import re

from limen.demo.papers import paper


def test_every_entry_of_the_table_points_to_its_object() -> None:
    document = paper("Care", ["Keep (dry) \\ cool."])
    table = document.index(b"xref\n")
    assert document.endswith(b"startxref\n%d\n%%%%EOF\n" % table)
    places = [int(place) for place in re.findall(rb"^(\d{10}) 00000 n", document[table:], re.MULTILINE)]
    assert len(places) == 5
    for number, place in enumerate(places, 1):
        assert document[place:].startswith(b"%d 0 obj" % number)


def test_characters_that_end_a_text_are_escaped() -> None:
    assert rb"(Keep \(dry\) \\ cool.) Tj" in paper("Care", ["Keep (dry) \\ cool."])


def test_letters_with_accents_are_possible() -> None:
    assert "Où huiler".encode("cp1252") in paper("Entretien", ["Où huiler ?"])
