"""Sections set into rows, and rows into pages; nothing is ever cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from apps.reports.pdf.palette import MUTED, TEXT
from apps.reports.pdf.sheet import Sheet
from apps.reports.pdf.text import Block, Run, line_mm, paragraph, wrap

TITLE_SIZE = 10.5
GAP_MM = 4.5


@dataclass(frozen=True, slots=True)
class Row:
    """A piece that stays whole: its text, a rule above it, or a sheet of traces."""

    height: float
    runs: tuple[Run, ...] = ()
    ruled: bool = False
    art: Sheet | None = None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]
    head: tuple[Row, ...] = ()


@dataclass(slots=True)
class Body:
    """The rows of one page with the y of each."""

    placed: list[tuple[float, Row]] = field(default_factory=list)
    used: float = 0.0

    def add(self, row: Row) -> None:
        self.placed.append((self.used, row))
        self.used += row.height


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float
    align: str = "left"
    bold: bool = False


def paginate(sections: Iterable[Section], height: float) -> list[Body]:
    """Fill pages of a height; a title never stands alone and a table repeats its head."""
    pages = [Body()]
    for section in sections:
        _place(section, pages, height)
    return [page for page in pages if page.placed]


def _place(section: Section, pages: list[Body], height: float) -> None:
    opening = [_title(section.title), *section.head]
    needed = sum(row.height for row in (*opening, *section.rows[:1])) + GAP_MM
    if pages[-1].used + needed > height:
        pages.append(Body())
    if pages[-1].placed:
        pages[-1].used += GAP_MM
    _add_all(pages[-1], opening)
    for row in section.rows:
        if pages[-1].used + row.height > height:
            pages.append(Body())
            _add_all(pages[-1], [_title(f"{section.title} (continued)"), *section.head])
        pages[-1].add(row)


def _add_all(page: Body, rows: Iterable[Row]) -> None:
    for row in rows:
        page.add(row)


def _title(text: str) -> Row:
    block = paragraph(text, 1000, TITLE_SIZE, bold=True)
    return Row(block.height + 1.2, block.runs)


def lines_of(block: Block) -> tuple[Row, ...]:
    """A block as rows of one line each, so that it may run over a page end."""
    ys = sorted({run.y for run in block.runs})
    if not ys:
        return ()
    ends = [*(y - ys[0] for y in ys[1:]), block.height]
    rows, top = [], 0.0
    for y, end in zip(ys, ends, strict=True):
        shifted = (replace(run, y=y - top) for run in block.runs if run.y == y)
        rows.append(Row(end - top, tuple(shifted)))
        top = end
    return tuple(rows)


def together(rows: Iterable[Row], most_mm: float = 40.0) -> tuple[Row, ...]:
    """Rows of text as one that no page end parts, unless they are higher than `most_mm`."""
    parts = tuple(rows)
    if sum(row.height for row in parts) > most_mm:
        return parts
    runs, top = [], 0.0
    for row in parts:
        runs += [replace(run, y=run.y + top) for run in row.runs]
        top += row.height
    return (Row(top, tuple(runs)),)


def table(
    title: str, columns: tuple[Column, ...], rows: Iterable[tuple[str, ...]], size: float = 8.5
) -> Section:
    """A ruled table; cells wrap, and a row longer than a few lines may run over a page end."""
    head = tuple(_table_row(columns, tuple(c.title for c in columns), 7.5, head=True))
    body = [row for cells in rows for row in _table_row(columns, cells, size)]
    return Section(title, tuple(body), head)


def _table_row(
    columns: tuple[Column, ...], cells: tuple[str, ...], size: float, head: bool = False
) -> Iterator[Row]:
    wrapped = [
        wrap(cell, column.width - 3, size, column.bold and not head)
        for column, cell in zip(columns, cells, strict=True)
    ]
    most = max(map(len, wrapped))
    for start in range(0, most, 8):
        part = [lines[start : start + 8] for lines in wrapped]
        yield _lines(columns, part, size, head, ruled=start == 0)


def _lines(
    columns: tuple[Column, ...], cells: list[list[str]], size: float, head: bool, ruled: bool
) -> Row:
    step = line_mm(size)
    runs, x = [], 0.0
    for column, lines in zip(columns, cells, strict=True):
        right = column.align == "right"
        at = x + column.width - 3 if right else x
        ink = MUTED if head else TEXT
        bold = column.bold and not head
        runs += [
            Run(at, 0.6 + (i + 0.78) * step, line, size, bold, ink, column.align)
            for i, line in enumerate(lines)
            if line
        ]
        x += column.width
    return Row(max(map(len, cells)) * step + 1.2, tuple(runs), ruled=ruled)
