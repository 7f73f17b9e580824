"""The embedded typefaces and what they can write."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics

from apps.reports.pdf.embedded import Font

REGULAR = "LiberationSans"
BOLD = "LiberationSans-Bold"
# Chinese, Japanese and Korean; it is read when the first such name is printed, and has no bold.
EASTERN = "DroidSansFallback"
FILES = {
    REGULAR: "LiberationSans-Regular.ttf",
    BOLD: "LiberationSans-Bold.ttf",
    EASTERN: "DroidSansFallback.ttf",
}
FOLDER = Path(__file__).parent / "fonts"
MM_PER_POINT = 25.4 / 72


@cache
def _face(name: str) -> Font:
    font = Font(name, str(FOLDER / FILES[name]))
    pdfmetrics.registerFont(font)
    return font


def font_name(bold: bool) -> str:
    """Name of the face, registered with reportlab on first use."""
    return str(_face(BOLD if bold else REGULAR).fontName)


def pieces(text: str, bold: bool) -> Iterator[tuple[str, str]]:
    """The text in order, each part with the name of the face that writes it."""
    if text.isascii():
        yield font_name(bold), text
        return
    for eastern, part in groupby(text, _is_eastern):
        name = str(_face(EASTERN).fontName) if eastern else font_name(bold)
        yield name, "".join(part)


def width_mm(text: str, size: float, bold: bool = False) -> float:
    """Printed width of text at a size in points."""
    parts = pieces(text, bold)
    return sum(float(_face(name).stringWidth(part, size)) for name, part in parts) * MM_PER_POINT


def legible(text: str) -> str:
    """Text with every character no face can write replaced by its code point.

    Right-to-left letters count among those: set without shaping they would read as another name.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_legible, unicodedata.normalize("NFC", text)))


@cache
def _legible(character: str) -> str:
    if character == "\n":
        return character
    if character.isspace():
        return " "
    known = _is_western(character) or _is_eastern(character)
    if known and character.isprintable() and _left_to_right(character):
        return character
    return f"[U+{ord(character):04X}]"


def _is_western(character: str) -> bool:
    return all(_has(name, character) for name in (REGULAR, BOLD))


@cache
def _is_eastern(character: str) -> bool:
    """Whether only the eastern face writes it."""
    return not _is_western(character) and _has(EASTERN, character)


def _has(name: str, character: str) -> bool:
    return ord(character) in _face(name).face.charToGlyph


def _left_to_right(character: str) -> bool:
    return unicodedata.bidirectional(character) not in ("R", "AL")
