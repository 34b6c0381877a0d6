"""The table of security requirements keeps itself: each is held by a test that exists, or is a written exception."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "asvs.md"
THREATS = ROOT / "docs" / "threat-model.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LEVELS = {"1": 70, "2": 183}  # as many requirements as ASVS 5.0.0 has


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:3] == "| V"]


@cache
def names_in(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module(body=[], type_ignores=[])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def faults(row: list[str]) -> list[str]:
    """What is wrong with a row of the table."""
    number, level, words, held = row
    named = TEST.findall(held)
    exception = held.partition("Exception: ")[2]
    wrong = [f"no such test: {path}::{name}" for path, name in named if name not in names_in(path)]
    if not re.fullmatch(r"V\d{1,2}\.\d{1,2}\.\d{1,2}", number) or level not in LEVELS or not words:
        wrong.append("is no requirement")
    if not named and len(exception) < 10:
        wrong.append("has neither test nor exception")
    return wrong


def test_every_requirement_has_a_test_or_an_exception():
    found = rows(TABLE.read_text())

    assert {row[0]: wrong for row in found if (wrong := faults(row))} == {}
    assert {level: sum(row[1] == level for row in found) for level in LEVELS} == LEVELS
    assert len({row[0] for row in found}) == len(found)


def test_the_figures_in_the_words_are_those_of_the_table():
    text = TABLE.read_text()
    found = rows(text)
    held = sum(bool(TEST.search(row[3])) for row in found)

    assert f"{held} have a test, {len(found) - held} have none" in " ".join(text.split())


@pytest.mark.parametrize(
    "row",
    [
        ["V1.1.1", "1", "words", ""],
        ["V1.1.1", "1", "words", "Exception: no"],
        ["V1.1.1", "1", "words", "`tests/house/test_docs.py::test_of_nothing`"],
        ["V1.1.1", "1", "words", "`tests/house/gone.py::test_every_scheduled_task_exists`"],
        ["1.1.1", "1", "words", "Exception: long enough to be one."],
        ["V1.1.1", "3", "words", "Exception: long enough to be one."],
    ],
)
def test_a_row_that_holds_nothing_is_seen(row):
    """The negative control."""
    assert faults(row)
    assert not faults(["V1.1.1", "1", "words", "`tests/house/test_docs.py::test_every_scheduled_task_exists`"])


def test_every_test_that_the_threat_model_names_exists():
    named = TEST.findall(THREATS.read_text())

    assert len(named) >= 20
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []
