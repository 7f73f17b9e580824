"""Concepts that a statement in plain words makes: of a device, or of a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apps.reports.search import concepts
from apps.reports.search.tokens import Phrases, Token, at, tokens_of

_SENTENCES = re.compile(r"[.;!\n]+(?=\s|$)|\bbut\b|\bhowever\b", re.IGNORECASE)
_DENIED = Phrases((phrase, "not") for phrase in (
    "no", "not", "without", "absence of", "negative for", "rather than", "no longer",
    "resolved", "resolution of", "has replaced", "instead of",
))  # fmt: skip
_TAKEN_BACK = Phrases((phrase, "not") for phrase in (
    "is no longer", "no longer", "has resolved", "resolved", "is absent", "absent", "not seen",
    "not present", "is not present", "ruled out", "excluded", "has gone", "is gone",
    "has been replaced",
))  # fmt: skip


def recognised(text: str) -> set[str]:
    """Codes of what the text says is there; a denial holds to the end of its part of a sentence.

    What is possible counts as said: a search is to find it, a reader decides.
    """
    parts = (part for part in _SENTENCES.split(text) if part.strip())
    return {code for part in parts for code in _said(tokens_of(part))}


def _said(tokens: Sequence[Token]) -> Iterator[str]:
    place, is_denied = 0, False
    while place < len(tokens):
        code, length = concepts.spoken().longest(tokens, place)
        if not code:
            code, length = _acronym(tokens[place]), 1
        denial, width = _DENIED.longest(tokens, place)
        if code and length >= width:
            if not is_denied and not _TAKEN_BACK.longest(tokens, place + length)[1]:
                yield code
            place += length
            continue
        if at(tokens, place) in (",", ":"):
            is_denied = False
        is_denied = is_denied or bool(denial)
        place += max(width, 1)


def _acronym(token: Token) -> str:
    """In running text acronyms of two meanings, and words of English, say nothing."""
    if not token.is_shouted or token.key in concepts.SHOUTED:
        return ""
    return concepts.acronym(token)
