"""Whom an ECG is of: sex and age in words, names and record numbers exactly as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from apps.reports.search.data import phrases_of, rows, said
from apps.reports.search.numbers import sized
from apps.reports.search.parts import Bounds, Context, Found, Term
from apps.reports.search.quantities import quantities
from apps.reports.search.ranges import range_at
from apps.reports.search.tokens import Phrases, Token, at

# What a record number may be called; a number of so many digits needs no name.
NUMBERS = ("mrn", "nh", "hospital")
LONG = 6
NAMES = ("named", "called", "name", "surname")
PEOPLE = ("patient", "people", "person", "anyone", "everyone", "those", "in")
ANNOUNCED = Phrases(said("ages"))


@cache
def _said() -> tuple[Phrases, dict[str, Term]]:
    terms = {row["name"]: _term(row) for row in rows("people")}
    phrases = [(phrase, row["name"]) for row in rows("people") for phrase in phrases_of(row)]
    return Phrases(phrases), terms


def _term(row: dict[str, str]) -> Term:
    if row["kind"] == "sex":
        return Term("sex", row["code"], text=row["name"])
    low, high = (Decimal(row[name]) if row[name] else None for name in ("least", "below"))
    return Term("number", "age", Bounds(low, high, high_in=high is None), text=row["name"])


def match(tokens: Sequence[Token], place: int, _: Context) -> Found | None:
    phrases, terms = _said()
    name, length = phrases.longest(tokens, place)
    if length:
        return Found(length, (terms[name],))
    return _age(tokens, place) or _record_number(tokens, place) or _name(tokens, place)


def _age(tokens: Sequence[Token], place: int) -> Found | None:
    """Women over 65, patients 40 to 60: the number right after whom it is of."""
    announced = _announced(tokens, place)
    if not (announced or _is_of_people(tokens, place - 1)):
        return None
    start = place + announced
    written = range_at(tokens, start)
    if written is None or (written.unit is not None and written.unit.name != "years"):
        return None
    if not written.is_marked and written.unit is None and start == place:
        return None
    return sized(quantities()["age"], written, start - place + written.length)


def _announced(tokens: Sequence[Token], place: int) -> int:
    """`aged`, `between the ages of`: how many tokens of it can be left out."""
    _, length = ANNOUNCED.longest(tokens, place)
    return length


def _is_of_people(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word of people ends here; “aged”, “and” and “who are” may stand between."""
    while at(tokens, place) in ("who", "are", "is", "and", "or", "aged", ",", "all"):
        place -= 1
    phrases, terms = _said()
    if place < 0:
        return False
    name, length = phrases.longest(tokens, place)
    return at(tokens, place) in PEOPLE[:5] or bool(length and terms[name].kind == "sex")


def _record_number(tokens: Sequence[Token], place: int) -> Found | None:
    here = place
    if at(tokens, here) in NUMBERS:
        here += 1
        while at(tokens, here) in ("number", "no", "is", ":", "#", "="):
            here += 1
        parts = _joined(tokens, here)
        if not any(character.isdigit() for character in parts[0]):
            return None
        return Found(here + parts[1] - place, (_numbered(parts[0]),))
    token = tokens[place]
    if token.kind == "number" and token.text.isdecimal() and len(token.text) >= LONG:
        return Found(1, (_numbered(token.text),))
    return None


def _joined(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    """Everything up to the next space, and groups of digits: 004 417 882."""
    text, here = "", place
    while here < len(tokens):
        close = not text or tokens[here - 1].end == tokens[here].start
        grouped = bool(text) and text.isdecimal() and tokens[here].text.isdecimal()
        if not (close or grouped) or tokens[here].text in ",;()":
            break
        text += tokens[here].text
        here += 1
    return text, here - place


def _numbered(value: str) -> Term:
    return Term("mrn", value.upper(), text=f"MRN {value}")


def _name(tokens: Sequence[Token], place: int) -> Found | None:
    """“named Smith”, “patient Smith”: the words after it that are written as names are."""
    word = at(tokens, place)
    if word not in (*NAMES, "patient"):
        return None
    here = place + 1
    here += word != "patient" and at(tokens, here) in ("is", ":", "=")
    terms: list[Term] = []
    while here < len(tokens) and _is_name(tokens[here], word != "patient" and not terms):
        terms.append(Term("name", tokens[here].text.casefold(), text=f"named {tokens[here].text}"))
        here += 1
        if at(tokens, here) in (",", "-") and here + 1 < len(tokens):
            here += _is_name(tokens[here + 1], False)
    return Found(here - place, tuple(terms), is_all=True) if terms else None


def _is_name(token: Token, announced: bool) -> bool:
    """A capital and small letters; after “named” any first word."""
    if token.kind != "word":
        return False
    return announced or (token.text[:1].isupper() and not token.text.isupper())
