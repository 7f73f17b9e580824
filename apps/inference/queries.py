"""Reading algorithm runs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.inference.models import InferenceRun
from apps.tenants.access import Active
from apps.tenants.queries import permit


def runs_of(active: Active, recordings: Iterable[int]) -> QuerySet[InferenceRun]:
    """Runs on the recordings of those keys, with their algorithm, oldest first."""
    permit(active, "view_recordings")
    rows = InferenceRun.objects.select_related("algorithm_version__algorithm")
    return rows.filter(recording__in=list(recordings)).order_by("id")
