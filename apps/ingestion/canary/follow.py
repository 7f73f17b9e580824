"""Sending one through a path now and waiting until it came through or its time is over."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.core.drain import work_on
from apps.core.leases import Leased
from apps.core.scope import organization_scope
from apps.ecg.models import StageRun
from apps.ingestion.actions import check_may_submit
from apps.ingestion.canary import paths
from apps.ingestion.canary.paths import Way
from apps.ingestion.canary.send import LOOK_S
from apps.ingestion.model_canary import PathCanary


def ways_of(organization_id: int, path: str) -> list[Way]:
    """Those of one kind, or of every kind where none is named. Raises MayNotSubmit."""
    with organization_scope(organization_id), transaction.atomic():
        check_may_submit(organization_id)
        return [way for way in paths.ways() if path in ("", way.path)]


def send_through(organization_id: int, way: Way) -> PathCanary:
    """Settled. Where no worker takes it up within some seconds, this process does.

    A share is looked into by its own process only. Call with no scope open.
    """
    with organization_scope(organization_id), transaction.atomic():
        row = paths.want(way, now=timezone.now())
    moved, before = time.monotonic(), None
    while True:
        row, waiting = _look(organization_id, row)
        if row.status not in paths.UNSETTLED:
            return row
        now = (row.status, type(waiting), waiting.pk, waiting.state)
        if now != before:
            moved, before = time.monotonic(), now
        is_stale = time.monotonic() - moved >= settings.CANARY_PATIENCE_SECONDS
        if not (is_stale and work_on(type(waiting), waiting.pk)):
            time.sleep(LOOK_S)


def _look(organization_id: int, row: PathCanary) -> tuple[PathCanary, Leased]:
    """How it stands, and the row that stands for it."""
    with organization_scope(organization_id), transaction.atomic():
        found = PathCanary.objects.get(pk=row.pk)
        paths.judge(found, now=timezone.now())
        arrived = paths.arrival_of(found)
        if arrived is None:
            return found, found
        return found, StageRun.objects.filter(
            recording=arrived.recording_id or 0
        ).first() or arrived
