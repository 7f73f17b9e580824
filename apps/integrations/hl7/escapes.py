"""HL7 v2 escape sequences (2.5.1 §2.7) for the default delimiters |^~\\&."""

from __future__ import annotations

import re

_LETTERS = {"|": "F", "^": "S", "&": "T", "~": "R", "\\": "E"}
_CHARACTERS = {letter: character for character, letter in _LETTERS.items()}
_UNSAFE = re.compile(r"[|^&~\\\x00-\x1f\x7f]")
_SEQUENCE = re.compile(r"\\([^\\]*)\\")
_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


class Safe(str):
    """Text known to need no escaping, such as base64."""

    __slots__ = ()


def escape(text: str) -> str:
    """Text that can stand in any field: no delimiter, line end or other control character."""
    return text if isinstance(text, Safe) else _UNSAFE.sub(_sequence, text)


def unescape(text: str) -> str:
    """The inverse of `escape`; also reads \\.br\\ and leaves unknown sequences as they are."""
    return _SEQUENCE.sub(_character, text)


def _sequence(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\{_LETTERS.get(character) or f'X{ord(character):02X}'}\\"


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    if name == ".br":
        return "\r"
    coded = _HEX.fullmatch(name)
    return bytes.fromhex(coded[1]).decode(errors="replace") if coded else match[0]
