"""The library of statements: standard terms with acronym, code, category and severity.

Versioned as a whole. A line of an interpretation that is a statement of the library word for word
is a coded finding; every other line is free text.
"""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

VERSION = "1"
SOURCE = Path(__file__).with_name("statements.tsv")
SEVERITIES = ("normal", "minor", "abnormal", "critical")


@dataclass(frozen=True, slots=True)
class LibraryStatement:
    """`code` is unique and stays; `acronym` is what a reader types."""

    code: str
    acronym: str
    category: str
    severity: str
    text: str


@cache
def library() -> tuple[LibraryStatement, ...]:
    """Every statement, in the file's order."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return tuple(LibraryStatement(**row) for row in csv.DictReader(file, delimiter="\t"))


def as_rows() -> list[dict[str, str]]:
    return [asdict(row) for row in library()]


def clash(acronym: str, text: str) -> LibraryStatement | None:
    """The statement of the library with that acronym or those words, whatever the case."""
    wanted = (acronym.strip().casefold(), as_line(text))
    same = (
        r for r in library() if r.acronym.casefold() == wanted[0] or as_line(r.text) == wanted[1]
    )
    return next(same, None)


@cache
def _by_text() -> dict[str, LibraryStatement]:
    return {as_line(row.text): row for row in library()}


def as_line(line: str) -> str:
    """A line as it is compared: blanks, the last full stop and capitals say nothing."""
    return " ".join(line.split()).rstrip(".").casefold()


def coded_findings(interpretation: str) -> list[LibraryStatement]:
    """The statements of the library that the text makes, line by line, each once."""
    found = (_by_text().get(as_line(line)) for line in interpretation.splitlines())
    return list(dict.fromkeys(row for row in found if row is not None))
