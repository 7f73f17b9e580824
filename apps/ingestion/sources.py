"""File shares: a share and a credential belong to one organization, in use or not."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value

from apps.core.hosts import one_spelling
from apps.ingestion.model_share import ShareSource
from apps.tenants.claims import Taken, one_at_a_time
from apps.tenants.models import Organization
from apps.tenants.secrets import get_secret, set_secret

SERVER = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]+\]?")
MOST_FAILURES = 30_000
Outcome = ShareSource.Outcome
# What SMB forbids in names, besides control characters.
FORBIDDEN = re.compile(r'[\x00-\x1f"*/:<>?\\|]')


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source looks, and as whom."""

    server: str
    share: str
    folder: str
    username: str


def tidy(place: Place) -> Place:
    """One spelling of each: places are compared by it."""
    folder = "/".join(part for part in re.split(r"[/\\]+", place.folder.strip()) if part)
    return Place(one_spelling(place.server), place.share.strip(), folder, place.username.strip())


def check(place: Place) -> str:
    """The reason why nothing can be read there, or nothing."""
    if not SERVER.fullmatch(place.server):
        return "the server must be a host name or an address"
    if not place.share or FORBIDDEN.search(place.share):
        return "the share must be the name of a share, without strokes"
    parts = place.folder.split("/") if place.folder else []
    if any(part in {".", ".."} or FORBIDDEN.search(part) for part in parts):
        return "the folder must be names of folders with single strokes between them"
    return "" if place.username else "the share needs a user of the organization's own"


def holder_of(organization_id: int | None, place: Place) -> Taken | None:
    """Who else has the share or the user there. Read as the platform role, which sees all.

    Folders do not part a share: who lists it would see the names of the other's files.
    """
    wanted = tidy(place)
    rows = ShareSource.objects.db_manager("platform").select_related("organization")
    for row in rows.exclude(organization_id=organization_id or 0).order_by("id"):
        what = _shared(row, wanted)
        if what:
            return Taken(row.organization, what)
    return None


def _shared(row: ShareSource, wanted: Place) -> str:
    if one_spelling(row.server) != wanted.server:
        return ""
    if row.share.casefold() == wanted.share.casefold():
        return "share"
    return "credential" if row.username.casefold() == wanted.username.casefold() else ""


def claim(organization_id: int, place: Place) -> None:
    """Raises Taken. Until the transaction ends nobody else claims a share."""
    one_at_a_time("shares")
    if taken := holder_of(organization_id, place):
        raise taken


@transaction.atomic
def set_source(
    organization: Organization, name: str, place: Place, *, password: str = "", **fields: Any
) -> ShareSource:
    """Make or change the source of that name; without a password the one there is stays.

    Call inside the organization's scope. Raises Taken.
    """
    place = tidy(place)
    claim(organization.pk, place)
    row = ShareSource.objects.filter(name=name).first()
    row = row or ShareSource(organization=organization, name=name)
    for field, value in {**_columns(place), **fields}.items():
        setattr(row, field, value)
    if password:
        set_secret(row, "password_sealed", password)
    row.not_before = None
    row.save()
    return row


def _columns(place: Place) -> dict[str, str]:
    return {name: getattr(place, name) for name in Place.__dataclass_fields__}


def place_of(source: ShareSource) -> Place:
    return Place(source.server, source.share, source.folder, source.username)


def password_of(source: ShareSource) -> str:
    """Raises sealing.Unsealable, KekUnavailable."""
    return get_secret(source, "password_sealed")


def sources_due(now: dt.datetime) -> list[ShareSource]:
    """The scope's sources whose time to be looked into has come, the longest waiting first.

    While files there are still written it comes sooner, after failures later.
    """
    pause = ExpressionWrapper(
        F("poll_seconds") * Value(dt.timedelta(seconds=1)), output_field=DurationField()
    )
    soon = now - dt.timedelta(seconds=settings.SMB_SETTLE_SECONDS)
    due = Q(polled_at=None) | Q(polled_at__lte=now - pause) | Q(waiting__gt=0, polled_at__lte=soon)
    may = Q(not_before=None) | Q(not_before__lte=now)
    rows = ShareSource.objects.filter(due, may, is_active=True)
    rows = rows.select_related("site", "organization")
    return list(rows.order_by(F("polled_at").asc(nulls_first=True), "id"))


def note_polled(source: ShareSource, now: dt.datetime, **figures: int) -> None:
    """It was looked into, whatever was found; `taken` is added to."""
    more = {"taken": F("taken") + figures.pop("taken")} if "taken" in figures else {}
    ShareSource.objects.filter(pk=source.pk).update(
        polled_at=now, outcome=Outcome.LOOKED, failures=0, not_before=None, **figures, **more
    )


def note_failed(source: ShareSource, now: dt.datetime, outcome: str, *, taken: int = 0) -> int:
    """It could not be looked into; how often in a row. Each time it is left alone for longer.

    A refused sign-in waits the longest at once: some directories lock a user after few.
    """
    failures = source.failures + 1
    pause = min(source.poll_seconds * 2 ** min(failures, 10), settings.SMB_BACKOFF_SECONDS)
    if outcome == Outcome.REFUSED:
        pause = settings.SMB_BACKOFF_SECONDS
    ShareSource.objects.filter(pk=source.pk).update(
        polled_at=now,
        outcome=outcome,
        failures=min(failures, MOST_FAILURES),
        not_before=now + dt.timedelta(seconds=pause),
        taken=F("taken") + taken,
    )
    return failures


def look_now(source: ShareSource) -> None:
    """The next round looks into it, also after failures."""
    ShareSource.objects.filter(pk=source.pk).update(polled_at=None, not_before=None)
