"""ECGs that are searched, indexed as the pipeline does it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.ecg.models import Recording
from apps.reports.models import SearchTerm
from apps.reports.search.index import renew
from tests.factories import inside, make_recording
from tests.web.pages import measure, state


def ecg(organization: Any, *texts: str, days: int = 0, source: str = "device", **made: Any) -> Any:
    """One recording with statements and numbers, made so many days ago."""
    numbers = made.pop("numbers", {})
    at = timezone.now() - dt.timedelta(days=days)
    recording = make_recording(organization, acquired_at=at, received_at=at, **made)
    state(recording, *texts, source=source)
    measure(recording, **numbers)
    index(recording)
    return recording


def index(*recordings: Recording) -> None:
    with inside(recordings[0].organization):
        renew(recordings)


def terms(recording: Recording) -> dict[str, float | None]:
    with inside(recording.organization):
        rows = SearchTerm.objects.filter(recording=recording)
        return dict(rows.values_list("term", "value"))
