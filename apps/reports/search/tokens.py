"""A line as words, numbers and signs, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHAPES = re.compile(
    r"""
    (?P<date>\d{4}-\d{2}-\d{2}(?!\d))
  | (?P<slashed>\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?!\d))
  | (?P<word>\d{1,2}(?:st|nd|rd|th)\b|\d(?:AVB\d?|TO1)\b|\d{1,2}:\d{2}\b|\d:\d\b
      |[^\W\d_](?:[\w]|['’]\w)*)
  | (?P<number>(?<![\w.])[-−]?\d+(?:\.\d+)?)
  | (?P<sign>>=|<=|=>|=<|[^\w\s])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WIDE = {"−": "-", "–": "-", "—": "-", "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "＞": ">"}
_SINGULAR = re.compile(r"(?<=[^\Wsui])s$")
SHORT = 4


@dataclass(frozen=True, slots=True)
class Token:
    """`key` is what it is compared by; `text` is what stands there."""

    kind: str
    text: str
    key: str
    start: int
    end: int

    @property
    def is_shouted(self) -> bool:
        """In capitals, as acronyms are written."""
        return self.text.isupper()


def tokens_of(line: str) -> list[Token]:
    """Every character but white space is part of one token."""
    found = []
    for match in _SHAPES.finditer(line):
        kind = match.lastgroup or ""
        found.append(Token(kind, match[0], _key(kind, match[0]), match.start(), match.end()))
    return found


def _key(kind: str, text: str) -> str:
    if kind == "word":
        return folded(text)
    return _WIDE.get(text, text.replace("−", "-"))


def folded(word: str) -> str:
    """Without case, plural and the spelling of one side of the Atlantic."""
    plain = word.casefold().replace("’", "'").removesuffix("'s").replace("ae", "e")
    plain = plain.replace("oe", "e")
    return _SINGULAR.sub("", plain) if len(plain) >= SHORT else plain


def keys_of(phrase: str) -> tuple[str, ...]:
    return tuple(token.key for token in tokens_of(phrase) if token.key != "-")


def at(tokens: Sequence[Token], place: int) -> str:
    """The key at a place; empty past the end."""
    return tokens[place].key if 0 <= place < len(tokens) else ""


def matches(tokens: Sequence[Token], place: int, keys: Sequence[str]) -> int:
    """How many tokens from here spell the phrase, hyphens between them left aside; 0 if none."""
    here = place
    for number, key in enumerate(keys):
        if number and at(tokens, here) == "-" and _is_hyphen(tokens, here):
            here += 1
        if at(tokens, here) != key:
            return 0
        here += 1
    return here - place


def _is_hyphen(tokens: Sequence[Token], place: int) -> bool:
    """Close to the words on both sides."""
    if place + 1 >= len(tokens):
        return False
    return tokens[place - 1].end == tokens[place].start and (
        tokens[place].end == tokens[place + 1].start
    )


class Phrases:
    """Phrases and what each means, found by their first word."""

    def __init__(self, meanings: Iterable[tuple[str, str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, meaning in meanings:
            keys = keys_of(phrase)
            self._by_first.setdefault(keys[0], []).append((keys, meaning))

    def longest(self, tokens: Sequence[Token], place: int) -> tuple[str, int]:
        """What the longest that stands here means, and its length in tokens; empty and 0."""
        best = ("", 0)
        for keys, meaning in self._by_first.get(at(tokens, place), ()):
            length = matches(tokens, place, keys)
            if length > best[1]:
                best = (meaning, length)
        return best
