"""Canaries through the doors: wanted once a day for each path in use, sent by a worker, awaited."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.alarms import Finding
from apps.core import leases
from apps.core.drain import wake_on_commit
from apps.core.errors import RetryableError
from apps.core.leases import Lease, Leased
from apps.core.scope import organization_scope, required_organization
from apps.ingestion.canary.errors import Impossible, NotTaken
from apps.ingestion.canary.verdict import Verdict, set_aside, verdict_on
from apps.ingestion.model_canary import PROGRAM, PathCanary
from apps.ingestion.model_share import ShareSource
from apps.ingestion.models import Ingress
from apps.tenants.lookups import organization_ids, organization_type
from apps.tenants.model_api import Scope
from apps.tenants.model_inbound import ApplicationEntity
from apps.tenants.models import ApiClient, Organization
from apps.tenants.organization_types import may_submit

Path, Status = PathCanary.Path, PathCanary.Status

# A day, less what an hourly job may be early.
EVERY = dt.timedelta(hours=23)
# From being wanted to being measured; a share is looked into when its time comes, and waits for
# files to rest.
DEADLINES = {
    Path.UPLOAD: dt.timedelta(minutes=5),
    Path.EHR: dt.timedelta(minutes=5),
    Path.DICOM: dt.timedelta(minutes=5),
    Path.SMB: dt.timedelta(minutes=20),
}
ALARM = "canary.path"
UNSETTLED = (Status.WANTED, Status.SENT)
BAD = (Status.FAILED, Status.MISSING)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """One path of an organization: a kind of door, and which one of its kind."""

    path: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.path} {self.place}".strip()


def ways() -> list[Way]:
    """Those the scope's organization uses. Call in a transaction."""
    found = [Way(Path.UPLOAD)]
    clients = ApiClient.objects.filter(revoked_at=None).exclude(name=PROGRAM)
    if any(Scope.SUBMISSIONS_WRITE in client.scope_names for client in clients):
        found.append(Way(Path.EHR))
    titles = ApplicationEntity.objects.filter(is_active=True).order_by("title")
    found += [Way(Path.DICOM, title) for title in titles.values_list("title", flat=True)]
    shares = ShareSource.objects.filter(is_active=True).order_by("name")
    return found + [Way(Path.SMB, name) for name in shares.values_list("name", flat=True)]


def want(way: Way, *, now: dt.datetime) -> PathCanary:
    """Queue one. Call in the organization's scope and a transaction."""
    row = PathCanary.objects.create(
        organization_id=required_organization(),
        path=way.path,
        place=way.place,
        due_at=now + DEADLINES[Path(way.path)],
    )
    wake_on_commit()
    return row


def want_daily() -> None:
    """Once an hour: one for each path whose last is a day old. Call with no scope open."""
    for organization_id in organization_ids():
        try:
            with organization_scope(organization_id), transaction.atomic():
                _want_due(organization_id, timezone.now())
        except DatabaseError as error:
            log.warning("canary.not_wanted", error_class=type(error).__name__)
            connections.close_all()


def _want_due(organization_id: int, now: dt.datetime) -> None:
    is_live = Organization.objects.filter(pk=organization_id, is_live=True).exists()
    if not is_live or not may_submit(organization_type(organization_id)):
        return
    for way in ways():
        last = newest(way)
        if last is None or last.wanted_at < now - EVERY:
            want(way, now=now)


def newest(way: Way) -> PathCanary | None:
    rows = PathCanary.objects.filter(path=way.path, place=way.place)
    return rows.select_related("ingress__recording").order_by("-id").first()


def fly(lease: Lease) -> None:
    """Send one: the worker's job. What the door refuses is an outcome. Raises RetryableError."""
    # Its libraries are loaded where one is made, not by every process that could.
    from apps.ingestion.canary.doors import AS_IT_ARRIVES, SEND
    from apps.ingestion.canary.file import make_file

    with transaction.atomic():
        row = PathCanary.objects.get(pk=lease.id)
        if row.status not in UNSETTLED:
            leases.finish(lease)
            return
    # Sent again it is the same file: whenever it arrives, it is known.
    file = make_file(row.wanted_at, seed=row.public_id.int)
    arriving = AS_IT_ARRIVES.get(row.path, bytes)(file.data)
    row.sha256, row.canonical_hash = hashlib.sha256(arriving).hexdigest(), file.canonical_hash
    row.status, row.sent_at = Status.SENT, row.sent_at or timezone.now()
    with transaction.atomic():
        # Known at the door before it is there.
        row.save(update_fields=["sha256", "canonical_hash", "status", "sent_at"])
    settled: dict[str, Any] = {}
    try:
        SEND[row.path](row, file)
    except Impossible as error:
        settled = _ended(Status.IMPOSSIBLE, "send", error.code)
    except NotTaken as error:
        settled = _ended(Status.FAILED, "accept", error.code)
    except RetryableError as error:
        if lease.attempts < settings.MAX_ATTEMPTS:
            raise
        settled = _ended(Status.FAILED, "accept", error.code)
    with transaction.atomic():
        code = "ingestion.canary.refused" if settled else "ingestion.canary.sent"
        audit.record(code, row, kind=row.path, code=str(settled.get("code", "")))
        leases.finish(lease, **settled)


def _ended(status: str, stage: str, code: str) -> dict[str, Any]:
    return {"status": status, "stage": stage, "code": code[:64], "settled_at": timezone.now()}


def judge(row: PathCanary, *, now: dt.datetime) -> None:
    """Settle one that is under way, where it came through or its time is over.

    Call in the organization's scope and a transaction.
    """
    if row.status not in UNSETTLED:
        return
    arrived = arrival_of(row)
    verdict = Verdict("waiting", "accept")
    if arrived is not None:
        verdict = verdict_on(arrived, row.canonical_hash)
    elif row.state == Leased.State.DEAD:
        verdict = Verdict("failed", "accept", row.error_code)
    if not verdict.is_settled and now <= row.due_at:
        return
    if verdict.state == "passed":
        status = Status.PASSED
    else:
        status = Status.FAILED if verdict.is_settled or arrived else Status.MISSING
    if arrived is not None and status == Status.FAILED:
        set_aside(arrived)
    code = verdict.code or ("" if verdict.is_settled else "not-in-time")
    changed = PathCanary.objects.filter(pk=row.pk, status__in=UNSETTLED).update(
        status=status, stage=verdict.stage, code=code, settled_at=now, ingress=arrived
    )
    if changed:
        audit.record(f"ingestion.canary.{_WORDS[status]}", row, kind=row.path, code=code)
        row.refresh_from_db()


_WORDS = {Status.PASSED: "passed", Status.FAILED: "failed", Status.MISSING: "missing"}


def arrival_of(row: PathCanary) -> Ingress | None:
    """The file it became. Call in the organization's scope and a transaction."""
    if not row.sha256:
        return None
    rows = Ingress.objects.filter(is_canary=True, sha256=row.sha256).select_related("recording")
    return rows.order_by("id").first()


def watch() -> Iterator[Finding]:
    """Each path in use whose last canary did not come through; the subject names the path."""
    now = timezone.now()
    for row in PathCanary.objects.filter(status__in=UNSETTLED).order_by("id"):
        judge(row, now=now)
    for way in ways():
        last = _last_settled(way)
        if last is not None and last.status in BAD:
            yield Finding(ALARM, str(way)[:64])


def _last_settled(way: Way) -> PathCanary | None:
    """While a further one is under way, what the one before came to still holds."""
    rows = PathCanary.objects.filter(path=way.path, place=way.place)
    return rows.exclude(status__in=UNSETTLED).order_by("-id").first()
