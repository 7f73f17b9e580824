"""Text set into lines: wrapped at words, broken inside words only where one is too long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.reports.pdf.fonts import MM_PER_POINT, width_mm
from apps.reports.pdf.palette import MUTED, TEXT

LEADING = 1.3
ASCENT = 0.93


@dataclass(frozen=True, slots=True)
class Run:
    """Text at one place: x from the left, y of its baseline from the top of its block, mm."""

    x: float
    y: float
    text: str
    size: float = 8.0
    bold: bool = False
    ink: str = TEXT
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Block:
    """Set text and the height it takes, in mm."""

    height: float
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value, the value bolder, as identity is printed."""

    label: str
    value: str
    after: str = ""


def line_mm(size: float) -> float:
    return size * MM_PER_POINT * LEADING


def baseline_mm(size: float) -> float:
    return size * MM_PER_POINT * ASCENT


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines no wider than width, nothing left out; an empty text is one empty line."""
    return [line for part in text.split("\n") for line in _wrap(part, width, size, bold)]


def _wrap(text: str, width: float, size: float, bold: bool) -> list[str]:
    if width_mm(text, size, bold) <= width:
        return [text]
    lines, line, used = [], "", 0.0
    space = width_mm(" ", size, bold)
    for word in _pieces(text, width, size, bold):
        wide = width_mm(word, size, bold)
        if line and used + space + wide > width:
            lines.append(line)
            line, used = word, wide
        else:
            line, used = (f"{line} {word}", used + space + wide) if line else (word, wide)
    return [*lines, line]


def _pieces(text: str, width: float, size: float, bold: bool) -> Iterable[str]:
    for word in text.split(" "):
        while width_mm(word, size, bold) > width and len(word) > 1:
            fits = _fitting(word, width, size, bold)
            yield word[:fits]
            word = word[fits:]
        yield word


def _fitting(word: str, width: float, size: float, bold: bool) -> int:
    used = 0.0
    for i, character in enumerate(word):
        used += width_mm(character, size, bold)
        if used > width:
            return max(i, 1)
    return len(word)


def paragraph(
    text: str, width: float, size: float = 8.0, *, x: float = 0, bold: bool = False, ink: str = TEXT
) -> Block:
    lines = wrap(text, width, size, bold)
    step, first = line_mm(size), baseline_mm(size)
    runs = tuple(
        Run(x, first + i * step, line, size, bold, ink) for i, line in enumerate(lines) if line
    )
    return Block(step * len(lines), runs)


def facts(items: Iterable[Fact], width: float, size: float = 8.5, gap: float = 5.0) -> Block:
    """Facts beside each other, as many to a line as have room; a long value wraps by itself."""
    runs: list[Run] = []
    x = y = 0.0
    for item in items:
        parts = _parts(item, size)
        wide = sum(width_mm(text, size, bold) for text, bold, _ in parts)
        if x and x + wide > width:
            x, y = 0.0, y + line_mm(size)
        for text, bold, ink in parts:
            for i, line in enumerate(wrap(text, max(width - x, 20.0), size, bold)):
                if i:
                    x, y = 0.0, y + line_mm(size)
                runs.append(Run(x, y + baseline_mm(size), line, size, bold, ink))
                x += width_mm(line, size, bold)
        x += gap
    return Block(y + line_mm(size), tuple(runs))


def _parts(item: Fact, size: float) -> list[tuple[str, bool, str]]:
    parts = [(f"{item.label}\N{NO-BREAK SPACE}", False, MUTED), (item.value, True, TEXT)]
    if item.after:
        parts.append((f"\N{NO-BREAK SPACE}{item.after}", False, MUTED))
    return parts
