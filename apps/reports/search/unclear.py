"""Words with more than one meaning: a sentence asks which."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from apps.reports.search.data import rows
from apps.reports.search.parts import Context, Found
from apps.reports.search.tokens import Phrases, Token


@cache
def _phrases() -> Phrases:
    return Phrases((row["phrase"], row["sentence"]) for row in rows("ambiguous"))


def match(tokens: Sequence[Token], place: int, _: Context) -> Found | None:
    sentence, length = _phrases().longest(tokens, place)
    return Found(length, problem=sentence) if length else None
