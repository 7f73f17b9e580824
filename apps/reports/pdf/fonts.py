"""The embedded typeface and what it can write."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "LiberationSans"
BOLD = "LiberationSans-Bold"
FILES = {REGULAR: "LiberationSans-Regular.ttf", BOLD: "LiberationSans-Bold.ttf"}
FOLDER = Path(__file__).parent / "fonts"
MM_PER_POINT = 25.4 / 72


@cache
def _face(name: str) -> TTFont:
    font = TTFont(name, str(FOLDER / FILES[name]))
    pdfmetrics.registerFont(font)
    return font


def font_name(bold: bool) -> str:
    """Name of the face, registered with reportlab on first use."""
    return str(_face(BOLD if bold else REGULAR).fontName)


def width_mm(text: str, size: float, bold: bool = False) -> float:
    """Printed width of text at a size in points."""
    return float(_face(BOLD if bold else REGULAR).stringWidth(text, size)) * MM_PER_POINT


def legible(text: str) -> str:
    """Text with every character the face cannot write replaced by its code point.

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
    known = all(ord(character) in _face(name).face.charToGlyph for name in FILES)
    if known and character.isprintable() and _left_to_right(character):
        return character
    return f"[U+{ord(character):04X}]"


def _left_to_right(character: str) -> bool:
    return unicodedata.bidirectional(character) not in ("R", "AL")
