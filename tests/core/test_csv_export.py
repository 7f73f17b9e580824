"""No cell of an export is a formula to a spreadsheet."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest

from apps.core.csv_export import csv_bytes, safe_cell

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_begins_a_formula_is_made_text(start):
    text = f"{start}cmd|' /C calc'!A0"
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"  {text}") == f"'  {text}"
    assert safe_cell(f"a{text}") == f"a{text}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(-1, "-1"), (Decimal("-1.50"), "-1.50"), (None, ""), ("", ""), ("plain", "plain")],
)
def test_numbers_and_plain_words_stay(value, text):
    assert safe_cell(value) == text


def test_moments_are_written_with_their_zone():
    assert safe_cell(dt.datetime(2026, 1, 2, tzinfo=dt.UTC)) == "2026-01-02T00:00:00+00:00"
    assert safe_cell(dt.date(2026, 1, 2)) == "2026-01-02"


def test_a_table_comes_back_as_it_went_out():
    rows = [["Ünal, “A”", "line\nbreak", 'quote"d'], ["", "x", "y"]]
    text = csv_bytes(["=a", "b", "c"], rows).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["'=a", "b", "c"], *rows]


def test_no_other_module_writes_csv():
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "apps").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(name.name == "csv" for name in node.names)
    ]
    # The others only read.
    readers = ["apps/reports/library/__init__.py", "apps/reports/search/data.py"]
    assert found == ["apps/core/csv_export.py", *readers, "apps/tenants/people_file.py"]
