"""Where the reading stands, how urgent it is, whose it is, by which way it came."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from apps.reports.search.data import phrases_of, rows
from apps.reports.search.parts import Context, Found, Term
from apps.reports.search.tokens import Phrases, Token

# Words that deny what they name.
NOT = "not "


@cache
def _said() -> tuple[Phrases, dict[str, dict[str, str]]]:
    found = {f"{row['kind']} {row['name']}": row for row in rows("states")}
    phrases = [(phrase, name) for name, row in found.items() for phrase in phrases_of(row)]
    return Phrases(phrases), found


def match(tokens: Sequence[Token], place: int, _: Context) -> Found | None:
    phrases, found = _said()
    name, length = phrases.longest(tokens, place)
    if not length:
        return None
    row = found[name]
    kind = row["kind"].removeprefix(NOT)
    term = Term(kind, row["code"], text=row["name"])
    return Found(length, (term,), negated=kind != row["kind"])
