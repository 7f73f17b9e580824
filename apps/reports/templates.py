"""Templates of texts: lines with statements by acronym and places for measured numbers.

`[LBBB]` is a statement of the library or of the organization, in its words. `{hr}` is a number the
platform measured, followed by its unit: another unit, or none, is refused when the template is
saved. A number that is not there is a blank for the reader to fill, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

BLANK = "___"
MINUS = "\N{MINUS SIGN}"
LONGEST = 4000

STATEMENT = re.compile(r"\[([^\[\]\n]*)\]")
PLACE = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Number:
    """What a placeholder stands for: the measurement, its unit there and as it is written."""

    measurement: str
    unit: str
    written: str
    words: str


PLACES: dict[str, Number] = {
    "hr": Number("heart_rate_bpm", "/min", " /min", "heart rate"),
    "rr": Number("rr_ms", "ms", " ms", "RR interval"),
    "p": Number("p_ms", "ms", " ms", "P duration"),
    "pr": Number("pr_ms", "ms", " ms", "PR interval"),
    "qrs": Number("qrs_ms", "ms", " ms", "QRS duration"),
    "qt": Number("qt_ms", "ms", " ms", "QT interval"),
    "qtc": Number("qtc_fridericia_ms", "ms", " ms", "QTc, Fridericia"),
    "qtcb": Number("qtc_bazett_ms", "ms", " ms", "QTc, Bazett"),
    "p_axis": Number("p_axis_deg", "deg", "°", "P axis"),
    "qrs_axis": Number("qrs_axis_deg", "deg", "°", "QRS axis"),
    "t_axis": Number("t_axis_deg", "deg", "°", "T axis"),
}


class BadTemplate(Exception):
    """Refused: `field` is what is wrong, the text says why in words for a page."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def check(body: str, statements: Mapping[str, str]) -> None:
    """`statements` are texts by acronym in capitals. Raises BadTemplate for the first fault."""
    if not body.strip() or len(body) > LONGEST:
        raise BadTemplate("body", f"Write a text of at most {LONGEST} characters.")
    for fault in _faults(body, statements):
        raise BadTemplate("body", fault)


def _faults(body: str, statements: Mapping[str, str]) -> Iterator[str]:
    for found in STATEMENT.finditer(body):
        if found[1].strip().upper() not in statements:
            yield f"No statement has the acronym {found[0]}."
    for found in PLACE.finditer(body):
        place = PLACES.get(found[1])
        if place is None:
            yield f"{found[0]} is no measurement. There are {_all_places()}."
        elif not _has_unit(body[found.end() :], place):
            yield f"Write the unit after {found[0]}: {found[0]}{place.written}."
    if re.search(r"[\[\]{}]", PLACE.sub("", STATEMENT.sub("", body))):
        yield "A bracket is open or too many: [ACRONYM] is a statement, {hr} a number."


def _all_places() -> str:
    return ", ".join(f"{{{name}}}" for name in PLACES)


def _has_unit(rest: str, place: Number) -> bool:
    """The unit itself, not the beginning of another word: 4 ms, not 4 mseconds."""
    following = rest.removeprefix(place.written)
    return len(following) < len(rest) and not following[:1].isalnum()


def fill(
    body: str, statements: Mapping[str, str], measured: Mapping[str, tuple[Decimal, str]]
) -> str:
    """The text for one recording; `measured` are value and unit by name.

    What was retired since, and a number that is missing or of another unit, is a blank.
    """

    def statement(found: re.Match[str]) -> str:
        return statements.get(found[1].strip().upper(), BLANK)

    def number(found: re.Match[str]) -> str:
        place = PLACES.get(found[1])
        value, unit = measured.get(place.measurement, (None, "")) if place else (None, "")
        if place is None or value is None or unit != place.unit:
            return BLANK
        return str(value.quantize(Decimal(1), ROUND_HALF_UP)).replace("-", MINUS)

    return PLACE.sub(number, STATEMENT.sub(statement, body))
