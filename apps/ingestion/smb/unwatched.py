"""Shares that nobody looks into: the process that should is not there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from apps.audit.alarms import Finding
from apps.ingestion.model_share import ShareSource

# Beyond a share's own pause between looks, and the longest that follows failures.
GRACE = dt.timedelta(minutes=15)


def watch() -> Iterator[Finding]:
    """The figure is the minutes since anybody tried, the subject names the share."""
    now = timezone.now()
    for source in ShareSource.objects.filter(is_active=True).order_by("id"):
        alone = now - (source.polled_at or source.added_at)
        if alone > GRACE + dt.timedelta(seconds=source.poll_seconds):
            yield Finding("share.unwatched", source.name[:64], int(alone.total_seconds() // 60))
