"""`limen structure`: export, change the file, look at the plan, apply."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Installation


@pytest.fixture(scope="module", autouse=True)
def migrated(installation: Installation) -> None:
    answer = installation.run("migrate")
    assert answer.returncode == 0, answer.stderr


@pytest.fixture(scope="module")
def exported(installation: Installation) -> str:
    return installation.run("structure", "export").stdout


def test_what_is_exported_changes_nothing(installation: Installation, exported: str) -> None:
    answer = installation.run("structure", "apply", "-", stdin=exported)
    assert (answer.returncode, answer.stdout) == (0, "Nothing to change: the structure is what the file says.\n")


def test_a_plan_tells_each_change_and_changes_nothing(installation: Installation, exported: str) -> None:
    wanted = exported.replace("en_US: SKU", "en_US: Article number") + "groups:\n  summer:\n"
    wanted = wanted.replace("groups: {}\n", "")
    plan = installation.run("structure", "apply", "-", "--dry-run", stdin=wanted)
    assert plan.stdout.splitlines() == [
        "~ change attributes.sku",
        "    labels.en_US: SKU → Article number",
        "+ create groups.summer",
        "1 to create, 1 to change, 0 to delete. Nothing is changed yet.",
    ], plan.stderr
    assert installation.run("structure", "export").stdout == exported


def test_a_plan_can_be_read_by_a_program(installation: Installation) -> None:
    answer = installation.run(
        "structure", "apply", "-", "--dry-run", "--json", stdin="groups: {summer: {labels: {en_US: Summer}}}"
    )
    assert json.loads(answer.stdout) == {
        "steps": [
            {
                "verb": "create",
                "place": ["groups", "summer"],
                "properties": [{"path": "labels.en_US", "before": None, "after": "Summer"}],
                "uses": [],
            }
        ],
        "kept": [],
    }


def test_everything_wrong_is_told_with_its_line_and_nothing_is_changed(installation: Installation) -> None:
    wanted = "\n".join(
        [
            "groups:",
            "  winter:",
            "    labels:",
            "      xx_XX: Winter",
            "categories:",
            "  master:",
            "    children:",
            "      snow shovels:",
            "attributes:",
            "  color:",
            "    type: pim_catalog_text",
            "    grop: other",
        ]
    )
    answer = installation.run("structure", "apply", "-", stdin=wanted)
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        '<stdin>:3: groups.winter.labels: The locale "xx_XX" does not exist.',
        "<stdin>:8: categories.snow shovels.code: The code may contain only letters, numbers and underscores.",
        '<stdin>:10: attributes.color: Property "grop" does not exist.',
        "Error: Nothing is changed. Mend the file and apply it again.",
    ]
    assert "winter" not in installation.run("structure", "export").stdout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a\n- b", ":1: The file must be a map of sections, such as attributes."),
        ("attributes: [a]", ":1: attributes: Codes are expected here, each with its properties below it."),
        ("groups:\n  a: 5", ":2: groups.a: Properties are expected here, such as labels."),
        ("groups:\n  a:\n  a:", 'Line 3: the key "a" stands here for the second time.'),
    ],
)
def test_a_file_of_another_shape_is_refused(installation: Installation, text: str, sentence: str) -> None:
    answer = installation.run("structure", "apply", "-", stdin=text)
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
