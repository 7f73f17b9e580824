"""The search terms of a whole organization, made anew."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from apps.core.scope import organization_scope
from apps.reports.models import Report, SearchTerm
from apps.reports.search.gather import gather
from apps.reports.search.index import write_changes, write_facts

AT_ONCE = 200


def index_organization(
    organization_id: int, progress: Callable[[int], None] = lambda _count: None
) -> int:
    """How many recordings were indexed. Call with no scope open; a killed run is run again.

    Facts first, all of them: what changed is told from the facts of two recordings.
    """
    done = 0
    for write in (_facts, _changes):
        last, done = 0, 0
        while True:
            with organization_scope(organization_id), transaction.atomic():
                rows = Report.objects.filter(recording__gt=last).order_by("recording")
                keys = list(rows.values_list("recording", flat=True)[:AT_ONCE])
                if not keys:
                    break
                write(keys)
            last, done = keys[-1], done + len(keys)
            progress(done)
    return done


def _facts(keys: list[int]) -> None:
    """All of them anew, so that none stays that nothing says."""
    SearchTerm.objects.filter(recording__in=keys).delete()
    write_facts(gather(keys))


def _changes(keys: list[int]) -> None:
    write_changes(gather(keys))
