"""What the arrivals of an organization say of its sites, its queue and its files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from apps.audit.alarms import Finding
from apps.core.leases import LIVE, Leased
from apps.ingestion.models import Ingress
from apps.ingestion.silence import unusual_silences
from apps.ingestion.upload_room import room_now

RATE_OF = 100
ENOUGH_FILES = 20
REFUSED_SHARE = 0.2

GROWING_FROM, GROWING_TO = dt.timedelta(minutes=10), dt.timedelta(minutes=5)
ENOUGH_WAITING = 50

NEARLY_FULL_PERCENT = 80


def arrivals() -> Iterator[Finding]:
    """Of the scope's organization. What the platform sent itself is no arrival."""
    now = timezone.now()
    yield from _silent_sites(now)
    yield from _refused(now)
    yield from _growing(now)
    yield from _uploads()


def _silent_sites(now: dt.datetime) -> Iterator[Finding]:
    """The figure is the silence in minutes, the subject the name of the site."""
    for silence in unusual_silences(now):
        minutes = int(silence.lasts.total_seconds() // 60)
        yield Finding("ingestion.site_silent", silence.site[:64], minutes)


def _refused(now: dt.datetime) -> Iterator[Finding]:
    """The figure is the percentage of the day's last files that were quarantined."""
    day = Ingress.objects.filter(is_canary=False, received_at__gt=now - dt.timedelta(days=1))
    ended = day.exclude(outcome=Ingress.Outcome.PENDING).order_by("-received_at", "-id")
    outcomes = list(ended.values_list("outcome", flat=True)[:RATE_OF])
    refused = outcomes.count(Ingress.Outcome.QUARANTINED)
    if len(outcomes) >= ENOUGH_FILES and refused > REFUSED_SHARE * len(outcomes):
        yield Finding("ingestion.many_refused", "", round(100 * refused / len(outcomes)))


def _growing(now: dt.datetime) -> Iterator[Finding]:
    """More comes than is worked off: most of what came minutes ago still waits."""
    came = Ingress.objects.filter(
        lane=LIVE, received_at__gt=now - GROWING_FROM, received_at__lt=now - GROWING_TO
    )
    waiting = came.filter(state=Leased.State.RECEIVED).count()
    if waiting >= ENOUGH_WAITING and 2 * waiting > came.count():
        yield Finding("queue.growing", "ingress", waiting)


def _uploads() -> Iterator[Finding]:
    """Uploads are begun and not finished: soon no further one is. The figure is a percentage."""
    percent = room_now().percent
    if percent >= NEARLY_FULL_PERCENT:
        yield Finding("ingestion.uploads_full", "", percent)
