"""Reading for programs: each function asks for its scope first, then finds in the organization."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.lookups import LessThan
from django.http import Http404

from apps.ecg.models import Finding, PatientIdentifier, Recording
from apps.ingestion.models import Ingress, Order, UploadSession
from apps.ingestion.orders.links import current_links
from apps.ingestion.upload_queries import upload_named
from apps.ingestion.upload_room import open_uploads
from apps.integrations.api.problems import Problem
from apps.integrations.models import Submission
from apps.reports.models import Report, ReportVersion, Signature
from apps.reports.reading_first import HIDES, policy
from apps.tenants.clients import Caller
from apps.tenants.model_api import Scope
from apps.tenants.models import Organization, Site

MOST = 200


def admit(caller: Caller | None, scope: Scope) -> None:
    """Raises PermissionDenied, naming the scope, unless the caller has it."""
    if caller is None or not caller.may(scope):
        raise PermissionDenied(f"This operation asks for the scope {scope.value}.")


def get_file_to_follow(caller: Caller, public_id: uuid.UUID) -> Ingress:
    admit(caller, Scope.FILES_READ)
    rows = Ingress.objects.filter(is_canary=False).select_related("recording")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_upload_to_send(caller: Caller, public_id: uuid.UUID) -> UploadSession:
    """An upload of the organization's programs."""
    admit(caller, Scope.FILES_WRITE)
    return upload_named(public_id, Ingress.Source.API)


def uploads_to_finish(caller: Caller) -> list[UploadSession]:
    """The program's own that are open, the first to end first."""
    admit(caller, Scope.FILES_WRITE)
    return list(open_uploads().filter(client=caller.client).order_by("expires_at", "id")[:MOST])


def get_site_to_send_from(caller: Caller, public_id: uuid.UUID) -> Site:
    admit(caller, Scope.FILES_WRITE)
    found = Site.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_site_to_submit_from(caller: Caller, public_id: uuid.UUID) -> Site:
    admit(caller, Scope.SUBMISSIONS_WRITE)
    found = Site.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_submission_to_follow(caller: Caller, public_id: uuid.UUID) -> Submission:
    """With its file and recording, as far as it came."""
    admit(caller, Scope.SUBMISSIONS_READ)
    rows = Submission.objects.select_related("ingress__recording")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def organization_to_order_in(caller: Caller) -> Organization:
    """Whose zone and authority hold where a sender leaves them out."""
    admit(caller, Scope.ORDERS_WRITE)
    return Organization.objects.get(pk=caller.organization_id)


def get_order_to_read(caller: Caller, public_id: uuid.UUID) -> Order:
    return _order(caller, Scope.ORDERS_READ, public_id)


def get_order_to_cancel(caller: Caller, public_id: uuid.UUID) -> Order:
    return _order(caller, Scope.ORDERS_WRITE, public_id)


def _order(caller: Caller, scope: Scope, public_id: uuid.UUID) -> Order:
    admit(caller, scope)
    found = Order.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def orders(
    caller: Caller, *, limit: int = 50, cursor: uuid.UUID | None = None, status: str = ""
) -> dict[str, Any]:
    """The newest first, with their ECGs. Raises Problem for a cursor that names no order here."""
    admit(caller, Scope.ORDERS_READ)
    rows = Order.objects.prefetch_related(current_links())
    rows = rows.filter(status=status) if status else rows
    if cursor:
        here = Order.objects.filter(public_id=cursor).values_list("received_at", "id").first()
        if here is None:
            words = "It is of no page of this list."
            raise Problem("invalid-request", field="cursor", detail=words)
        place = Func(*here, function="ROW", output_field=TextField())
        rows = rows.filter(LessThan(_place("received_at", "id"), place))
    found = list(rows.order_by("-received_at", "-id")[: limit + 1])
    more = len(found) > limit
    return {"orders": found[:limit], "next": found[limit - 1].public_id if more else None}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recordings, and how many of them; None leaves a filter out."""

    limit: int = 50
    cursor: uuid.UUID | None = None
    received_from: dt.datetime | None = None
    received_before: dt.datetime | None = None
    acquired_from: dt.datetime | None = None
    acquired_before: dt.datetime | None = None
    patient: uuid.UUID | None = None
    site: uuid.UUID | None = None
    report_status: str = ""


# Parameter → the column it narrows.
FILTERS = {
    "received_from": "received_at__gte",
    "received_before": "received_at__lt",
    "acquired_from": "acquired_at__gte",
    "acquired_before": "acquired_at__lt",
    "patient": "patient__public_id",
    "site": "site__public_id",
}


@dataclass(frozen=True, slots=True)
class Page:
    recordings: list[Recording]
    next: uuid.UUID | None


def recordings(caller: Caller, wanted: Wanted) -> Page:
    """Newest arrival first. Raises Problem for a cursor that names no recording here."""
    admit(caller, Scope.RECORDINGS_READ)
    narrowed = {
        column: value for name, column in FILTERS.items() if (value := getattr(wanted, name))
    }
    rows = Recording.objects.filter(**narrowed)
    if wanted.report_status:
        rows = rows.filter(pk__in=_reported(wanted.report_status))
    if wanted.cursor:
        rows = rows.filter(LessThan(_place("received_at", "id"), _after(wanted.cursor)))
    rows = rows.order_by("-received_at", "-id")
    found = list(rows.prefetch_related("patient", "site", "reports")[: wanted.limit + 1])
    more = len(found) > wanted.limit
    page = found[: wanted.limit]
    return Page(page, page[-1].public_id if more else None)


def _reported(status: str) -> QuerySet[Report, Any]:
    """Recordings whose newest report has the status; those retracted before stay behind it."""
    newer = Report.objects.filter(recording=OuterRef("recording"), pk__gt=OuterRef("pk"))
    return Report.objects.filter(~Exists(newer), status=status).values("recording")


def _place(*columns: str) -> Func:
    return Func(*(F(column) for column in columns), function="ROW", output_field=TextField())


def _after(cursor: uuid.UUID) -> Func:
    """The place of the last recording of the page before."""
    here = Recording.objects.filter(public_id=cursor).values_list("received_at", "id").first()
    if here is None:
        raise Problem("invalid-request", field="cursor", detail="It is of no page of this list.")
    return Func(*here, function="ROW", output_field=TextField())


def get_recording_to_read(caller: Caller, public_id: uuid.UUID) -> Recording:
    """With all that is told of it."""
    admit(caller, Scope.RECORDINGS_READ)
    related = ("patient", "site", "device")
    identifiers = Prefetch("patient__identifiers", PatientIdentifier.objects.order_by("id"))
    rows = Recording.objects.select_related(*related).prefetch_related(identifiers, "reports")
    rows = rows.prefetch_related(Prefetch("findings", _findings(public_id)))
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _findings(recording: uuid.UUID) -> QuerySet[Finding]:
    """Without what readers may not see yet, until the report was read."""
    hidden = HIDES[policy()]
    rows = Finding.objects.all()
    if not hidden:
        return rows
    read = Q(version_count__gt=0) | Q(impressions__isnull=False)
    if Report.objects.filter(read, recording__public_id=recording).exists():
        return rows
    return rows.exclude(source__in=hidden)


def get_report_to_read(caller: Caller, public_id: uuid.UUID) -> Report:
    """With its signed versions, oldest first, and their signatures."""
    admit(caller, Scope.REPORTS_READ)
    signatures = Prefetch("signatures", Signature.objects.order_by("id"))
    versions = ReportVersion.objects.defer("content").order_by("number")
    versions = versions.prefetch_related(signatures)
    rows = Report.objects.select_related("recording")
    rows = rows.prefetch_related(Prefetch("versions", versions))
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_version_to_read(
    caller: Caller, report_id: uuid.UUID, version_id: uuid.UUID
) -> ReportVersion:
    admit(caller, Scope.REPORTS_READ)
    rows = ReportVersion.objects.select_related("report").defer("content")
    found = rows.filter(report__public_id=report_id, public_id=version_id).first()
    if found is None:
        raise Http404
    return found
