"""HL7 v2 escape sequences (2.5.1 §2.7) for the default delimiters |^~\\&."""

from __future__ import annotations

import re

# Field, component, repetition, escape and subcomponent, as MSH-1 and -2 give them; their letters.
USUAL, LETTERS = "|^~\\&", "FSRET"
_LETTERS = dict(zip(USUAL, LETTERS, strict=True))
_UNSAFE = re.compile(r"[|^&~\\\x00-\x1f\x7f]")
_SEQUENCE = re.compile(r"\\([^\\]*)\\")
_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


class Safe(str):
    """Text known to need no escaping, such as base64."""

    __slots__ = ()


def escape(text: str) -> str:
    """Text that can stand in any field: no delimiter, line end or other control character."""
    return text if isinstance(text, Safe) else _UNSAFE.sub(_sequence, text)


def unescape(text: str, delimiters: str = USUAL) -> str:
    """The inverse of `escape`; also reads \\.br\\ and leaves unknown sequences as they are."""
    characters = dict(zip(LETTERS, delimiters, strict=True))
    return _SEQUENCE.sub(lambda match: _character(match, characters), text)


def _sequence(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\{_LETTERS.get(character) or f'X{ord(character):02X}'}\\"


def _character(match: re.Match[str], characters: dict[str, str]) -> str:
    name = match[1]
    if name in characters:
        return characters[name]
    if name == ".br":
        return "\r"
    coded = _HEX.fullmatch(name)
    return bytes.fromhex(coded[1]).decode(errors="replace") if coded else match[0]
