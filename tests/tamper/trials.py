"""Seeded trials: a chain that verifies, a change, and whether its first event is named."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from apps.audit.verify import ChainResult, walk
from tests.tamper.chains import Chain, random_chain
from tests.tamper.kinds import KINDS, Actors, Tampered

SEED = 20260302
SOMEBODY: Actors = [None, 1, 2, 3]


@dataclass(frozen=True)
class Score:
    """Trials of one kind; `missed` names the seeds of those that were not found rightly."""

    kind: str
    trials: int
    missed: list[str]


def in_memory(chain: Chain, tampered: Tampered) -> tuple[ChainResult, ChainResult]:
    """The verdicts on the untouched and on the changed chain, walked as verify_audit does."""
    # The database hands over what the head knows of, in order.
    links = [link for link in tampered.links if link.seq <= tampered.end.seq]
    before = walk(chain.links, chain.end, chain.trail)
    return before, walk(links, tampered.end, chain.trail)


def found(before: ChainResult, after: ChainResult, first: int) -> bool:
    """The untouched chain verified, and of the changed one exactly the first event is named."""
    named = after.seq == first and f"event {first} " in after.failure
    return before.failure == "" and named and after.events == first - 1


def trial(kind: str, seed: str, judge: Callable = in_memory, **place) -> bool:
    chance = random.Random(seed)
    chain = random_chain(chance, **place)
    tampered = KINDS[kind](chance, chain, place.get("actors") or SOMEBODY)
    return found(*judge(chain, tampered), tampered.first)


def score(kind: str, trials: int, seed: int = SEED, **how) -> Score:
    seeds = [f"{seed}/{kind}/{number}" for number in range(trials)]
    return Score(kind, trials, [name for name in seeds if not trial(kind, name, **how)])
