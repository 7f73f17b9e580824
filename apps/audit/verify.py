"""Walking a chain from its first event to its head, beside what anchors say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Subquery

from apps.audit.anchors.trail import AnchorTrail
from apps.audit.chain import Link, event_mac, leaf_of
from apps.audit.models import AuditEvent, AuditHead
from apps.core.scope import organization_scope


@dataclass(frozen=True, slots=True)
class ChainResult:
    """Events that verify in order; `failure` says what is wrong with the first that does not.

    `seq` is that event's number; 0 and empty where all verify.
    """

    events: int
    failure: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain says that it ends, and the highest number that is there."""

    seq: int
    mac: bytes
    last: int


NOTHING = AnchorTrail(())


def verify_chain(organization_id: int, anchors: AnchorTrail = NOTHING) -> ChainResult:
    """Recompute every code of an organization's chain up to where it ended when this began.

    Locks nothing: events that are added meanwhile lie behind that end.
    """
    last = AuditEvent._base_manager.order_by("-seq").values("seq")[:1]
    with organization_scope(organization_id), transaction.atomic():
        # Head and last event in one statement, so in one snapshot.
        head = AuditHead.objects.annotate(last=Subquery(last)).first()
        if head is None:
            return ChainResult(0, "the chain is missing", 1)
        end = End(head.seq, bytes(head.mac), head.last or 0)
        return walk(_links(end.seq), end, anchors)


def _links(last: int) -> Iterator[Link]:
    rows = AuditEvent.objects.filter(seq__lte=last).order_by("seq")
    for row in rows.iterator(chunk_size=2000):
        yield row.link()


def walk(links: Iterable[Link], end: End, anchors: AnchorTrail = NOTHING) -> ChainResult:
    """The first event that is not as it was written, by the chain or by an anchor."""
    previous, count = b"", 0
    for link in links:
        wrong = wrong_with(link, previous, count)
        if wrong:
            return ChainResult(count, wrong, min(link.seq, count + 1))
        day = anchors.differs(link.seq, leaf_of(link)) if anchors.seq >= link.seq else None
        if day:
            words = f"event {link.seq} is not the one anchored on {day}"
            return ChainResult(count, words, link.seq)
        previous, count = link.mac, link.seq
    return _wrong_with_end(previous, count, end, anchors)


def wrong_with(link: Link, previous: bytes, count: int) -> str:
    """Empty where the link is the one that follows the event numbered `count`."""
    if link.seq > count + 1:
        return f"event {count + 1} is missing"
    if link.seq <= count:
        return f"event {link.seq} is there twice"
    if link.previous != previous:
        return f"event {link.seq} does not follow event {count}"
    if event_mac(previous, link.event, link.seq) != link.mac:
        return f"event {link.seq} was changed"
    return ""


def _wrong_with_end(previous: bytes, count: int, end: End, anchors: AnchorTrail) -> ChainResult:
    following = count + 1
    if count < end.seq:
        return ChainResult(count, f"event {following} is missing", following)
    if end.last > end.seq or end.mac != previous:
        return ChainResult(count, f"event {following} is not the chain's", following)
    if anchors.seq > count:
        words = f"event {following} is missing: it was anchored on {anchors.day_of(following)}"
        return ChainResult(count, words, following)
    return ChainResult(count)
