"""Reading an organization's anchors back, and what is wrong with the first that is."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace

from apps.audit.anchors.anchor import Anchor, BadAnchor, digest, parse
from apps.audit.anchors.make import DAY, MADE, name_of
from apps.audit.anchors.store import AnchorStore
from apps.audit.anchors.trail import AnchorTrail
from apps.audit.models import AuditEvent

# Today's anchor may still have to be made.
PATIENCE = DAY


@dataclass(frozen=True, slots=True)
class Kept:
    """The anchors that are genuine and in order, and the fault of the first that is not.

    `hashes` are of their bytes, by day.
    """

    trail: AnchorTrail
    failure: str = ""
    seq: int = 0
    hashes: dict[str, str] = field(default_factory=dict)


def read_anchors(store: AnchorStore, organization: str, names: list[str]) -> Kept:
    """Raises OSError where the store is away."""
    anchors: list[Anchor] = []
    hashes: dict[str, str] = {}
    for name in names:
        if not name.startswith(f"{organization}/"):
            continue
        data = store.read(name)
        wrong = _wrong_with(data, name, anchors, hashes)
        if wrong:
            following = anchors[-1].seq + 1 if anchors else 1
            return Kept(AnchorTrail(anchors), wrong, following)
        anchors.append(parse(data))
        hashes[anchors[-1].day] = digest(data)
    return Kept(AnchorTrail(anchors), hashes=hashes)


def _wrong_with(data: bytes, name: str, before: list[Anchor], hashes: dict[str, str]) -> str:
    day = name.rpartition("/")[2].removesuffix(".json")
    try:
        anchor = parse(data)
    except BadAnchor as bad:
        return f"the anchor of {day} {bad}"
    if name_of(anchor.organization, anchor.day) != name:
        return f"the anchor of {day} is of another organization or day"
    if before and anchor.date - before[-1].date != DAY:
        return f"the anchor of {(before[-1].date + DAY).isoformat()} is missing"
    if anchor.previous != (hashes[before[-1].day] if before else ""):
        return f"the anchor of {day} does not follow the one before"
    return ""


def missing_anchor(store: AnchorStore, kept: Kept, organization: str, today: dt.date) -> Kept:
    """The same, with what the chain knows of anchors that are not there. Call in the scope."""
    if kept.failure:
        return kept
    for row in AuditEvent.objects.filter(code=MADE).order_by("seq"):
        fields = json.loads(row.details)
        day, wanted = str(fields.get("day")), fields.get("sha256")
        found = kept.hashes.get(day) or _made_meanwhile(store, name_of(organization, day))
        if found != wanted:
            words = "was replaced" if found else "is missing"
            return replace(kept, failure=f"the anchor of {day} {words}", seq=row.seq)
    return _too_old(kept, today)


def _made_meanwhile(store: AnchorStore, name: str) -> str:
    """The hash of an anchor that came after the names were read; empty where there is none."""
    try:
        return digest(store.read(name))
    except FileNotFoundError:
        return ""


def _too_old(kept: Kept, today: dt.date) -> Kept:
    anchors = kept.trail.anchors
    if anchors:
        newest, following = anchors[-1].date, anchors[-1].seq + 1
        words = f"the anchor of {(newest + DAY).isoformat()} is missing"
    else:
        first = AuditEvent.objects.order_by("seq").first()
        if first is None:
            return kept
        newest, following = first.occurred_at.date(), 1
        words = "no anchor was ever made"
    if today - newest <= PATIENCE:
        return kept
    return replace(kept, failure=words, seq=following)
