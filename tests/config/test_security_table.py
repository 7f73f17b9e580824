"""The table of security requirements is whole, and what it names exists."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/security.md").read_text()
DOCUMENTS = ["security.md", "security-policy.md", "threat-model.md", "hazard-log.md"]
STATUSES = {"met", "not met", "n/a"}

# How many requirements of levels 1 and 2 the standard's chapters have.
IN_CHAPTER = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7,
    10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip
OF_LEVEL_1 = 70

ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in TABLE.splitlines()
    if re.match(r"\| \d+\.\d+\.\d+ \|", line)
]
PATH = re.compile(
    r"`((?:\.ci|apps|config|deploy|docs|requirements|simulators|static|templates|tests)/[^`\s]*"
    r"|pyproject\.toml|Makefile)`"
)


def named_in(text):
    """(path, test or empty) of everything a text names."""
    return [found.partition("::")[::2] for found in PATH.findall(text)]


def test_every_requirement_of_both_levels_has_one_row():
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids))
    assert Counter(int(one.split(".")[0]) for one in ids) == IN_CHAPTER
    assert Counter(row[1] for row in ROWS) == {"1": OF_LEVEL_1, "2": sum(IN_CHAPTER.values()) - 70}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_what_and_why(row):
    _, _, words, status, behind = row
    assert words
    assert status in STATUSES
    assert behind
    assert status != "met" or named_in(behind)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_named_exists(name):
    found = named_in((ROOT / "docs" / name).read_text())
    assert found
    for path, test in found:
        assert (ROOT / path).exists(), path
        if test:
            assert f"def {test}(" in (ROOT / path).read_text(), (path, test)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name):
    text = (ROOT / "docs" / name).read_text()
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / "docs" / link).exists(), link


def test_the_counts_above_the_table_are_the_tables():
    for level in ("1", "2"):
        counted = Counter(row[3] for row in ROWS if row[1] == level)
        line = f"| level {level} | {counted['met']} | {counted['not met']} | {counted['n/a']} |"
        assert line in TABLE


def test_a_file_that_is_gone_would_be_noticed():
    named = named_in("`tests/web/test_gone.py::test_x` and `apps/web/urls.py`")
    assert named == [("tests/web/test_gone.py", "test_x"), ("apps/web/urls.py", "")]
    assert not (ROOT / named[0][0]).exists()
