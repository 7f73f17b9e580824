"""A line of clinical words → its parse. Nothing is dropped: what is not understood is said.

Terms hold together ("and", "with", commas); "or" joins the terms right beside it. "not", "no",
"without" and "excluding" hold for the next term and for what "or" or "nor" joins to it: "not paced
or AF" leaves out both. "and", a comma or a semicolon end a negation, but "without" and "excluding"
go on over "and" from statement to statement: "without AF and LBBB" has neither.

Two values of what an ECG has one of (sex, site, status …) joined by "and" are alternatives:
"men and women". Commas of a list that ends in "or" are "or": "AF, flutter or SVT".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from apps.reports.search import (
    concepts,
    dates,
    numbers,
    people,
    places,
    priors,
    segments,
    states,
    unclear,
)
from apps.reports.search.contradictions import contradictions
from apps.reports.search.data import rows, words
from apps.reports.search.parts import Clause, Context, Found, Parse, Term
from apps.reports.search.tokens import Phrases, Token, folded, tokens_of

LONGEST = 500
Matcher = Callable[[Sequence[Token], int, Context], Found | None]
# Of matches of equal length the first counts.
MATCHERS: tuple[Matcher, ...] = (
    priors.match,
    numbers.match,
    segments.match,
    dates.match,
    places.match,
    states.match,
    people.match,
    concepts.match,
    unclear.match,
)
NEGATORS = Phrases((row["phrase"], row["reach"]) for row in rows("negators"))
JOINS = Phrases((phrase, "or") for phrase in ("or", "nor", "and/or", "/", "|"))
SILENT = frozenset(folded(word) for word in words("fillers"))
SIGNS = frozenset("()[]\"'“”‘’.:!?&+-–—#")
# What an ECG has one of.
SINGLE = {"sex", "site", "status", "priority", "device", "source"}


@dataclass(slots=True)
class _Item:
    """A term as it stands: how it is joined to what is before it, whether a negator precedes.

    `reach` is what that negator holds for: one term, or a list.
    """

    terms: tuple[Term, ...]
    joined: str
    marked: bool
    reach: str = ""
    is_all: bool = False
    negated: bool = False


@dataclass(slots=True)
class _Reading:
    """What was read so far; `joined` and `marked` wait for the next term."""

    items: list[_Item] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    joined: str = ";"
    marked: str = ""
    reach: str = ""
    last_unknown: int = -2
    ended: int = 0

    def take(self, found: Found, place: int) -> None:
        if found.problem:
            self.problems.append(found.problem)
        else:
            marked = bool(self.marked) != found.negated
            reach = self.reach if self.marked else ""
            self.items.append(_Item(found.terms, self.joined, marked, reach, found.is_all))
            self.ended = place + found.length
        self.joined, self.marked = " ", ""

    def leave(self, token: Token, place: int) -> None:
        """Not understood; words beside each other are said together, a negation with its word."""
        words = f"{self.marked} {token.text}" if self.marked else token.text
        self.marked = ""
        if self.last_unknown == place - 1 and self.unknown:
            self.unknown[-1] += f" {words}"
        else:
            self.unknown.append(words)
        self.last_unknown = place


def parse(line: str, context: Context) -> Parse:
    """The same line, names and moment give the same parse."""
    tokens = tokens_of(line[:LONGEST])
    reading = _Reading()
    place = 0
    while place < len(tokens):
        place += _step(reading, tokens, place, context)
    if reading.marked:
        reading.unknown.append(reading.marked)
    problems = list(reading.problems)
    if len(line) > LONGEST:
        problems.append(f"Only the first {LONGEST} characters were read.")
    clauses = _clauses(reading.items, problems)
    return Parse(clauses, tuple(reading.unknown), tuple(problems), contradictions(clauses))


def _step(reading: _Reading, tokens: Sequence[Token], place: int, context: Context) -> int:
    """Read what stands here; how many tokens it was."""
    found = _continued(reading, tokens, place) or _best(tokens, place, context)
    reach, width = NEGATORS.longest(tokens, place)
    if reach and (found is None or found.length <= width):
        if reading.marked:
            reading.unknown.append(reading.marked)
        reading.marked = " ".join(token.text for token in tokens[place : place + width])
        reading.reach = reach
        return width
    if found is not None:
        reading.take(found, place)
        return found.length
    join, width = JOINS.longest(tokens, place)
    if join:
        reading.joined = "or" if reading.items else reading.joined
        return width
    token = tokens[place]
    if token.key in (",", ";"):
        reading.joined = ";" if token.key == ";" else _comma(reading)
    elif token.key not in SILENT and token.key not in SIGNS:
        reading.leave(token, place)
    elif token.key in ("and", "but", "plus", "&", "+") and reading.joined == " ":
        reading.joined = "and"
    return 1


def _continued(reading: _Reading, tokens: Sequence[Token], place: int) -> Found | None:
    """A range right after another one, “and” or “or” between them at most."""
    between = [token.key for token in tokens[reading.ended : place]]
    if not reading.items or between not in ([], ["and"], ["or"], ["but"]):
        return None
    joined = reading.joined if between else ""
    return numbers.continued(tokens, place, reading.items[-1].terms[-1], joined)


def _comma(reading: _Reading) -> str:
    return reading.joined if reading.joined in (";", "or") else ","


def _best(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    best: Found | None = None
    for matcher in MATCHERS:
        found = matcher(tokens, place, context)
        if found is not None and (best is None or _weight(found) > _weight(best)):
            best = found
    return best


def _weight(found: Found) -> tuple[int, bool]:
    """The longer one; of two as long the one that is understood."""
    return found.length, not found.problem


def _clauses(items: list[_Item], problems: list[str]) -> tuple[Clause, ...]:
    _lists(items)
    clauses: list[Clause] = []
    for number, item in enumerate(items):
        before = items[number - 1] if number else None
        joins = before is not None and item.joined == "or"
        if before is not None and _reaches(before, item):
            item.marked, item.reach = True, before.reach
        item.negated = item.marked or (joins and before is not None and before.negated)
        if joins and before is not None and item.negated != before.negated:
            problems.append("“Or not” is not understood: search for the two one after the other.")
        if item.negated or item.is_all:
            clauses += [Clause((term,), item.negated) for term in item.terms]
        elif joins and clauses and not clauses[-1].negated:
            clauses[-1] = replace(clauses[-1], terms=clauses[-1].terms + item.terms)
        else:
            clauses.append(Clause(item.terms))
    return tuple(dict.fromkeys(clauses))


def _reaches(before: _Item, item: _Item) -> bool:
    """Whether “without X and Y” leaves out both: statements side by side."""
    kinds = {term.kind for term in (*before.terms, *item.terms)}
    return before.reach == "list" and item.joined == "and" and kinds == {"statement"}


def _lists(items: list[_Item]) -> None:
    """Commas of a list that ends in “or” are “or” as well; “and” between single values is."""
    for number in range(len(items) - 1, 0, -1):
        item, before = items[number], items[number - 1]
        kinds = {term.kind for term in (*item.terms, *before.terms)}
        if item.marked or len(kinds) != 1:
            continue
        kind = kinds.pop()
        behind = items[number + 1] if number + 1 < len(items) else None
        ends_in_or = behind is not None and behind.joined == "or" and behind.terms[0].kind == kind
        if (item.joined == "and" and kind in SINGLE) or (item.joined == "," and ends_in_or):
            item.joined = "or"
