"""Ways to change a chain, each with the number of the first event that is no longer right."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from apps.audit.chain import Event, Link, canonical, chained
from apps.audit.verify import End
from tests.tamper.chains import Chain, end_of, random_event


@dataclass(frozen=True)
class Tampered:
    links: list[Link]
    end: End
    first: int


Actors = list[int | None]
Attack = Callable[[random.Random, Chain, Actors], Tampered]


def _place(chance: random.Random, chain: Chain) -> int:
    return chance.randrange(1, len(chain.links) + 1)


def _anchored_place(chance: random.Random, chain: Chain) -> int:
    return chance.randrange(1, chain.trail.seq + 1)


def changed(chance: random.Random, event: Event, actors: Actors) -> Event:
    """One field that the code covers, told otherwise."""
    others = [actor for actor in actors if actor != event.actor_id]
    return replace(
        event,
        **chance.choice(
            [
                {"code": f"{event.code}x"},
                {"actor_id": chance.choice(others)},
                {"object_type": "ecg.patient"},
                {"object_id": "0"},
                {"trace_id": uuid.UUID(int=chance.getrandbits(128))},
                {"details": "{}"},
                {"occurred_at": event.occurred_at + timedelta(microseconds=1)},
                {"software": "0.0.9"},
                {"form": 1},
            ]
        ),
    )


def edit(chance: random.Random, chain: Chain, actors: Actors) -> Tampered:
    at = _place(chance, chain)
    link = chain.links[at - 1]
    noise = hashlib.sha256(chance.randbytes(8)).digest()
    new = chance.choice(
        [
            replace(link, event=changed(chance, link.event, actors)),
            replace(link, event=changed(chance, link.event, actors)),
            replace(link, mac=noise),
            replace(link, previous=noise),
        ]
    )
    return Tampered([*chain.links[: at - 1], new, *chain.links[at:]], chain.end, at)


def delete(chance: random.Random, chain: Chain, _: Actors) -> Tampered:
    """Half of the time the following events are numbered anew, and the head with them."""
    at = _place(chance, chain)
    rest = chain.links[at:]
    if chance.random() < 0.5 and rest:
        links = [*chain.links[: at - 1], *(replace(link, seq=link.seq - 1) for link in rest)]
        return Tampered(links, end_of(links), at)
    links = [*chain.links[: at - 1], *rest]
    return Tampered(links, replace(chain.end, last=max(link.seq for link in links)), at)


def insert(chance: random.Random, chain: Chain, actors: Actors) -> Tampered:
    """A forged event between two, or behind the last, the others numbered anew."""
    at = chance.randrange(1, len(chain.links) + 2)
    before = chain.links[at - 2].mac if at > 1 else b""
    event = random_event(chance, chain.links[0].event.organization_id, actors)
    forged = Link(event, at, before, hashlib.sha256(before + canonical(event, at)).digest())
    moved = [replace(link, seq=link.seq + 1) for link in chain.links[at - 1 :]]
    links = [*chain.links[: at - 1], forged, *moved]
    return Tampered(links, end_of(links), at)


def reorder(chance: random.Random, chain: Chain, _: Actors) -> Tampered:
    first, second = sorted(chance.sample(range(len(chain.links)), 2))
    links = list(chain.links)
    links[first], links[second] = links[second], links[first]
    return Tampered([replace(k, seq=n) for n, k in enumerate(links, 1)], chain.end, first + 1)


def truncate(chance: random.Random, chain: Chain, _: Actors) -> Tampered:
    """The head moved along, so that only an anchor remembers."""
    at = _anchored_place(chance, chain)
    links = chain.links[: at - 1]
    return Tampered(links, end_of(links), at)


def erase(_chance: random.Random, _chain: Chain, _: Actors) -> Tampered:
    return Tampered([], end_of([]), 1)


def rewrite_without_key(chance: random.Random, chain: Chain, actors: Actors) -> Tampered:
    """Everything from one event on, linked and with a head, by hashes instead of keyed codes."""
    at = _place(chance, chain)
    links = chain.links[: at - 1]
    for link in chain.links[at - 1 :]:
        previous = links[-1].mac if links else b""
        event = changed(chance, link.event, actors)
        mac = hashlib.sha256(previous + canonical(event, link.seq)).digest()
        links = [*links, Link(event, link.seq, previous, mac)]
    return Tampered(links, end_of(links), at)


def rewrite_with_key(chance: random.Random, chain: Chain, actors: Actors) -> Tampered:
    """An event changed, taken out, put in or moved, and all that follows made anew by the key."""
    at = _anchored_place(chance, chain)
    kept, old = chain.links[: at - 1], [link.event for link in chain.links[at - 1 :]]
    other = random_event(chance, old[0].organization_id, actors)
    events = chance.choice(
        [
            [changed(chance, old[0], actors), *old[1:]],
            old[1:],
            [other, *old],
            [old[-1], *old[:-1]] if len(old) > 1 else [other],
        ]
    )
    links = [*kept, *chained(events, at - 1, kept[-1].mac if kept else b"")]
    return Tampered(links, end_of(links), at)


KINDS: dict[str, Attack] = {
    "edit": edit,
    "delete": delete,
    "insert": insert,
    "reorder": reorder,
    "truncate": truncate,
    "erase the whole chain": erase,
    "rewrite without the key": rewrite_without_key,
    "rewrite with the key": rewrite_with_key,
}
