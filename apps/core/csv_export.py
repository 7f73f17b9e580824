"""Tables as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TextIO

# What begins a formula, or is skipped before one (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | float | Decimal | dt.datetime | dt.date | None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180 in UTF-8, with a byte order mark so that spreadsheets read it as such."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_table(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """The same with tabs between, row by row into an open file."""
    writer = csv.writer(out, dialect="excel-tab")
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)


def safe_cell(value: Cell) -> str:
    """Text that would be a formula begins with an apostrophe; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    text = str(value)
    if isinstance(value, str) and unicodedata.normalize("NFKC", text.lstrip(" "))[:1] in FORMULA:
        return f"'{text}" if text.strip(" ") else text
    return text
