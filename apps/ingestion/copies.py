"""What one file says of whose ECG it is and when it was made, and how two copies disagree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.ecg.formats.canonical import DecodedEcg
from apps.ingestion.acquired import Acquired
from apps.ingestion.identity import differ, stated_identity
from apps.ingestion.models import IdentityCase
from apps.tenants.models import Organization

# Two carts' clocks of one recording agree within this.
SAME_TIME = dt.timedelta(minutes=2)

Kind = IdentityCase.Kind
# The gravest first: what an arrival is told where several hold.
GRAVITY = (Kind.CORRECTION, Kind.IDENTITY_CONFLICT, Kind.TIME_CONFLICT)


def stated_copy(ecg: DecodedEcg, when: Acquired, organization: Organization) -> dict[str, Any]:
    """The demographics of one copy and its time, as kept with its arrival."""
    return stated_identity(ecg.patient, organization) | {
        "acquired_at": when.at.isoformat() if when.at else "",
        "acquired_local": when.local,
        "acquired_zone": when.zone,
    }


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: what it states, and the name of the object it came as."""

    stated: dict[str, Any]
    uid: str


def disagreement(one: Copy, other: Copy) -> str:
    """The kind of case that two copies of one signal make; empty where they agree.

    Symmetric, so that the order of their arrival does not matter.
    """
    if differ(one.stated, other.stated):
        same_object = one.uid and one.uid == other.uid
        return Kind.CORRECTION if same_object else Kind.IDENTITY_CONFLICT
    times = [time_of(copy.stated) for copy in (one, other)]
    if times[0] and times[1] and abs(times[0] - times[1]) > SAME_TIME:
        return Kind.TIME_CONFLICT
    return ""


def disagreements(new: Copy, held: Iterable[Copy]) -> list[str]:
    """With any of the copies held, each kind once, the gravest first."""
    found = {disagreement(new, copy) for copy in held}
    return [kind for kind in GRAVITY if kind in found]


def time_of(stated: dict[str, Any]) -> dt.datetime | None:
    text = stated.get("acquired_at")
    return dt.datetime.fromisoformat(text) if text else None
