"""Where an ECG was made and by what: names of sites and devices of the organization."""

from __future__ import annotations

from collections.abc import Sequence

from apps.reports.search.parts import Context, Found, Term
from apps.reports.search.tokens import Token, at, keys_of, matches

SITE = ("site", "clinic", "ward", "hospital", "location")
DEVICE = ("device", "cart", "machine", "electrocardiograph")
# Shorter words are too often something else.
LONG = 4
AT = ("at", "from", "in", "on", "by", "the")


def match(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    start = place
    while at(tokens, start) in AT and not tokens[start].is_shouted:
        start += 1
    for kind, announced, names in (
        ("site", SITE, context.sites),
        ("device", DEVICE, context.devices),
    ):
        found = _named(kind, tokens, start, names)
        if found is None and kind == "device":
            found = _in_part(tokens, start, names)
        if found is None and at(tokens, start) in announced[:1]:
            found = _announced(kind, tokens, start, names)
        if found is not None:
            return Found(found.length + start - place, found.terms, found.problem)
    return None


def _named(kind: str, tokens: Sequence[Token], place: int, names: Sequence[str]) -> Found | None:
    """The longest name that stands here."""
    best, width = "", 0
    for name in names:
        length = matches(tokens, place, keys_of(name)) if name else 0
        if length > width:
            best, width = name, length
    return Found(width, (_term(kind, best),)) if best else None


def _in_part(tokens: Sequence[Token], place: int, names: Sequence[str]) -> Found | None:
    """A device by its maker or by its model alone: every one that has it."""
    held: dict[str, int] = {}
    for name in names:
        keys = keys_of(name)
        parts = [keys[:1], *(keys[first:] for first in range(1, len(keys)))]
        parts = [part for part in parts if len(part) > 1 or len("".join(part)) >= LONG]
        held[name] = max((matches(tokens, place, part) for part in parts), default=0)
    width = max(held.values(), default=0)
    found = [_term("device", name) for name, length in held.items() if length == width]
    return Found(width, tuple(found)) if width else None


def _announced(
    kind: str, tokens: Sequence[Token], place: int, names: Sequence[str]
) -> Found | None:
    """`site 3` and `device ELI`: the one name with that word in it."""
    if place + 1 >= len(tokens):
        return None
    exact = _named(kind, tokens, place + 1, names)
    if exact is not None:
        return Found(exact.length + 1, exact.terms)
    word = tokens[place + 1]
    held = [name for name in names if word.key in keys_of(name)]
    if len(held) == 1:
        return Found(2, (_term(kind, held[0]),))
    if held:
        return Found(2, problem=f"More than one {kind} has “{word.text}” in its name.")
    return Found(2, problem=f"There is no {kind} “{word.text}” here.")


def _term(kind: str, name: str) -> Term:
    return Term(kind, name, text=f"{kind} {name}")
