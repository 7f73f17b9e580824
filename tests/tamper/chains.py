"""Chains of chance with their anchors, as an organization's would be."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from dataclasses import dataclass

from apps.audit.anchors.anchor import Anchor, digest, parse, present_key, signed_bytes
from apps.audit.anchors.trail import AnchorTrail
from apps.audit.chain import Event, Link, chained, leaf_of
from apps.audit.codes import CODES
from apps.audit.verify import End

SHORTEST, LONGEST = 12, 40
BEGAN = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Chain:
    """Events in their places, the head, and what is anchored: never all of it."""

    links: list[Link]
    end: End
    trail: AnchorTrail


def end_of(links: list[Link]) -> End:
    return End(links[-1].seq, links[-1].mac, links[-1].seq) if links else End(0, b"", 0)


def random_event(chance: random.Random, organization_id: int, actors: list[int | None]) -> Event:
    return Event(
        organization_id=organization_id,
        code=chance.choice(sorted(CODES)),
        actor_id=chance.choice(actors),
        object_type="ecg.recording",
        object_id=str(uuid.UUID(int=chance.getrandbits(128))),
        trace_id=uuid.UUID(int=chance.getrandbits(128)),
        details=json.dumps({"count": chance.randrange(1000)}),
        occurred_at=BEGAN + dt.timedelta(microseconds=chance.randrange(10**12)),
        software="0.1.0",
    )


def random_chain(
    chance: random.Random, organization_id: int = 1, actors: list[int | None] | None = None
) -> Chain:
    count = chance.randrange(SHORTEST, LONGEST)
    people = actors or [None, 1, 2, 3]
    events = [random_event(chance, organization_id, people) for _ in range(count)]
    links = chained(events, 0, b"")
    ends = sorted(chance.sample(range(2, count), chance.randrange(1, 4)))
    return Chain(links, end_of(links), anchored(links, ends))


def anchored(links: list[Link], ends: list[int]) -> AnchorTrail:
    """An anchor a day at each of these numbers, through their bytes as a store keeps them."""
    anchors: list[Anchor] = []
    before, previous = 0, ""
    for number, seq in enumerate(ends):
        leaves = [leaf_of(link) for link in links[before:seq]]
        data = signed_bytes(
            Anchor(
                organization="00000000-0000-4000-8000-000000000001",
                day=(BEGAN.date() + dt.timedelta(days=number)).isoformat(),
                seq=seq,
                mac=links[seq - 1].mac.hex(),
                count=len(leaves),
                made_at=BEGAN.isoformat(),
                software="0.1.0",
                previous=previous,
                leaves="".join(leaves),
                key=present_key(),
            )
        )
        anchors.append(parse(data))
        before, previous = seq, digest(data)
    return AnchorTrail(anchors)
