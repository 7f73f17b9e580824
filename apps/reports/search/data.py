"""The vocabulary as it lies in this package: tables of words."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).with_name("data")


def rows(name: str) -> list[dict[str, str]]:
    """Every row of a table, its columns by name."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [{key: value or "" for key, value in row.items()} for row in reader]


def words(name: str) -> frozenset[str]:
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


def phrases_of(row: dict[str, str]) -> list[str]:
    return row["phrases"].split("|")


def said(table: str) -> list[tuple[str, str]]:
    """Phrases of comparing and what each means."""
    found = (row for row in rows("comparing") if row["table"] == table)
    return [(phrase, row["meaning"]) for row in found for phrase in phrases_of(row)]
