"""How many uploads in parts may be begun and not finished, and how large they may be together.

What is announced counts in full, whether it was sent or not: what was let in can be finished.
One sender may hold half of an organization's number, so that none keeps all others out; for one
upload there is room whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from apps.core.locks import lock_until_commit
from apps.ingestion.model_rules import ProcessingRules
from apps.ingestion.models import UploadSession
from apps.ingestion.rules import current_rules
from apps.ingestion.upload_refused import UploadRefused

GIGABYTE = 10**9
CODE = "uploads-open"


@dataclass(frozen=True, slots=True)
class Room:
    """Uploads and bytes that are open, and how much of either may be."""

    count: int
    size: int
    most: int
    most_bytes: int

    @property
    def percent(self) -> int:
        """Of the number or the bytes, whichever is nearer to its end."""
        return max(100 * self.count // self.most, 100 * self.size // self.most_bytes)

    @property
    def most_each(self) -> int:
        return -(-self.most // 2)


def open_uploads() -> QuerySet[UploadSession]:
    """Of the scope's organization; what is past its time can be finished by nobody."""
    now = timezone.now()
    return UploadSession.objects.filter(
        state=UploadSession.State.OPEN, is_cleared=False, expires_at__gt=now
    )


def room_now() -> Room:
    """Of the scope's organization."""
    found = open_uploads().aggregate(count=Count("id"), size=Sum("size", default=0))
    return _room(found["count"], found["size"], current_rules())


def check_room(upload: UploadSession) -> None:
    """Raises UploadRefused where this one would be one too many. Needs an open transaction.

    Until that ends nobody else of the organization begins one.
    """
    lock_until_commit(f"uploads of {upload.organization_id}")
    own = Q(sender=upload.sender, client=upload.client)
    found = open_uploads().aggregate(
        count=Count("id"), size=Sum("size", default=0), own=Count("id", filter=own)
    )
    room = _room(found["count"], found["size"], current_rules())
    words = _refusal(room, found["own"], upload.size)
    if words:
        raise UploadRefused(CODE, f"{words} {_what_to_do()}")


def _room(count: int, size: int, rules: ProcessingRules) -> Room:
    most = settings.UPLOADS_OPEN if rules.uploads_open is None else rules.uploads_open
    gigabytes = rules.uploads_open_gb
    most_bytes = settings.UPLOADS_OPEN_BYTES if gigabytes is None else gigabytes * GIGABYTE
    return Room(count, size, most, most_bytes)


def _refusal(room: Room, own: int, size: int) -> str:
    """Which limit it would pass; empty for none."""
    if own >= room.most_each:
        return f"{own} uploads that you began are not finished, as many as one sender may have."
    if room.count >= room.most:
        return (
            f"{room.count} uploads of your organization are not finished, as many as it may have."
        )
    if room.count and room.size + size > room.most_bytes:
        most = f"{room.most_bytes / GIGABYTE:.3g} GB"
        return f"With this file the unfinished uploads of your organization would exceed {most}."
    return ""


def _what_to_do() -> str:
    hours = settings.UPLOAD_EXPIRES_SECONDS // 3600
    return (
        "Finish or end one, then begin this one again."
        f" Each ends by itself {hours} hours after it was begun."
    )
