"""What statements are called: the library's acronyms and texts, and the words people use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from apps.reports.library import library
from apps.reports.search.data import phrases_of, rows, words
from apps.reports.search.parts import Context, Found, Term
from apps.reports.search.tokens import Phrases, Token, folded

# Acronyms of the library that are words of English or have another meaning: in capitals only.
SHOUTED = words("shouted")
# Those that mean two things to a reader, whatever their capitals.
NOT_SAID = frozenset({"st"})


@cache
def names() -> dict[str, str]:
    """Every concept's name, which is parsed to it."""
    found = {row.code: row.text for row in library()}
    return found | {row["code"]: row["name"] for row in rows("concepts")}


@cache
def spoken() -> Phrases:
    """Phrases in words, whatever their capitals."""
    said = [(phrase, row["code"]) for row in rows("concepts") for phrase in phrases_of(row)]
    said += [(row["name"], row["code"]) for row in rows("concepts")]
    said += [(row.text, row.code) for row in library()]
    return Phrases(said)


@cache
def _acronyms() -> dict[str, str]:
    return {folded(row.acronym): row.code for row in library()}


def match(tokens: Sequence[Token], place: int, _: Context) -> Found | None:
    code, length = spoken().longest(tokens, place)
    if not length:
        code, length = acronym(tokens[place]), 1
    return Found(length, (statement(code),)) if code else None


def acronym(token: Token) -> str:
    """The code of a library's acronym; empty for any other word."""
    if token.key in NOT_SAID or (token.key in SHOUTED and not token.is_shouted):
        return ""
    return _acronyms().get(token.key, "")


def statement(code: str) -> Term:
    return Term("statement", code, text=names()[code])


@cache
def _parents() -> dict[str, tuple[str, ...]]:
    return {row["code"]: tuple(row["parents"].split()) for row in rows("parents")}


def with_parents(codes: Iterable[str]) -> set[str]:
    """What is said, and what it is a kind of: rapid AF is AF."""
    said = set(codes)
    return said.union(*(_parents().get(code, ()) for code in said))
