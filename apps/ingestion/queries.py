"""Reading what arrived."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, DateTimeField, F, Func, Max, Q, QuerySet, Subquery, TextField
from django.db.models.lookups import LessThan
from django.http import Http404

from apps.core.leases import Leased
from apps.ecg.models import Recording
from apps.ingestion.malware import may_be_opened
from apps.ingestion.models import Ingress, RecordingArrival
from apps.ingestion.rules import current_rules
from apps.ingestion.smb.pairing import beside
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

PAGE = 50
RECENT = 20

FAILED = (Leased.State.QUARANTINED, Leased.State.DEAD)


@dataclass(frozen=True, slots=True)
class Page:
    arrivals: list[Ingress]
    after: uuid.UUID | None


def arrivals(active: Active, after: uuid.UUID | None = None) -> Page:
    """Newest first, one page in one query."""
    permit(active, "view_recordings")
    rows = _rows()
    if after:
        here = _row(F("received_at"), F("id"))
        rows = rows.filter(LessThan(here, _row(_of(after, "received_at"), _of(after, "id"))))
    found = list(rows.order_by("-received_at", "-id")[: PAGE + 1])
    more = len(found) > PAGE
    return Page(found[:PAGE], found[PAGE - 1].public_id if more else None)


def _of(arrival: uuid.UUID, field: str) -> Subquery:
    return Subquery(Ingress.objects.filter(public_id=arrival).values(field))


def _row(*parts: F | Subquery) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())


def get_arrival_to_view(active: Active, public_id: uuid.UUID) -> Ingress:
    permit(active, "view_recordings")
    found = _rows().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def lying_beside(active: Active, arrival: Ingress) -> list[Ingress]:
    """What lay beside it on a share under its name: an ECG's documents, a document's ECGs."""
    permit(active, "view_recordings")
    return list(beside(arrival)[:PAGE])


def get_document_to_view(active: Active, public_id: uuid.UUID) -> Ingress:
    """An arrival that was kept as a document and may be opened."""
    found = get_arrival_to_view(active, public_id)
    if found.outcome != Ingress.Outcome.DOCUMENT or not may_be_opened(found, current_rules()):
        raise Http404
    return found


def arrivals_named(active: Active, public_ids: Iterable[uuid.UUID]) -> list[Ingress]:
    """Those of the given names that are here; at most a page."""
    permit(active, "view_recordings")
    return list(_rows().filter(public_id__in=list(public_ids)[:PAGE]))


def recent_uploads_of(active: Active, user: User) -> list[Ingress]:
    permit(active, "upload_files")
    rows = _rows().filter(sender=user, source=Ingress.Source.WEB)
    return list(rows.order_by("-received_at", "-id")[:RECENT])


def arrivals_of(active: Active, recording: Recording) -> list[RecordingArrival]:
    """Every copy of a recording, oldest first, without the demographics each one carried."""
    permit(active, "view_recordings")
    rows = RecordingArrival.objects.select_related("ingress").defer("identity")
    return list(rows.filter(recording=recording).order_by("id"))


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """One door's last hour."""

    source: str
    count: int
    failed: int
    last_at: dt.datetime

    @property
    def name(self) -> str:
        return Ingress.Source(self.source).label


def activity_since(active: Active, since: dt.datetime) -> list[SourceActivity]:
    permit(active, "view_recordings")
    rows = Ingress.objects.filter(received_at__gte=since, is_canary=False).values("source")
    counted = rows.annotate(
        count=Count("id"),
        failed=Count("id", filter=Q(state__in=FAILED)),
        last_at=Max("received_at", output_field=DateTimeField()),
    )
    return [SourceActivity(**row) for row in counted.order_by("source")]


def _rows() -> QuerySet[Ingress]:
    """What the platform sent to itself is no arrival."""
    rows = Ingress.objects.filter(is_canary=False)
    return rows.select_related("recording", "sender", "site", "parent", "released_by")
