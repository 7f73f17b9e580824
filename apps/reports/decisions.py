"""What readers say of the machine's statements, one by one: the override ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from apps.audit import actions as audit
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding, Recording
from apps.inference.models import InferenceRun
from apps.reports.models import Report, StatementDecision
from apps.reports.search.index import renew
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

Verdict = StatementDecision.Verdict
LONGEST_REASON = 400
LISTED = 100


class NotSaid(Exception):
    """No machine says that of this ECG (any more)."""


class NoReason(Exception):
    """A statement is overridden for a reason."""


@dataclass(frozen=True, slots=True)
class Said:
    """One machine statement: who says what."""

    source: str
    method: str
    text: str

    @property
    def subject(self) -> str:
        """Names the statement as long as the same machine says the same."""
        told = "\x1f".join((self.source, self.method, self.text))
        return hashlib.sha256(told.encode()).hexdigest()


def said_of(report: Report) -> Iterator[Said]:
    """All that device, platform and algorithms say of it now."""
    findings = Finding.objects.filter(recording=report.recording).exclude(source=Source.MODEL)
    for row in findings:
        yield Said(row.source, row.method, row.text)
    runs = InferenceRun.objects.select_related("algorithm_version__algorithm").filter(
        recording=report.recording, status=InferenceRun.Status.SUCCEEDED
    )
    for run in runs:
        for part in run.output.get("statements", []):
            yield Said(Source.MODEL, str(run.algorithm_version), part["text"])


@transaction.atomic
def decide(
    report: Report, reader: User, *, subject: str, verdict: str, reason: str, now: dt.datetime
) -> StatementDecision:
    """Raises NotSaid, NoReason, ValueError for a verdict that is none."""
    wanted, reason = Verdict(verdict), " ".join(reason.split())[:LONGEST_REASON]
    said = next((row for row in said_of(report) if row.subject == subject), None)
    if said is None:
        raise NotSaid
    if wanted == Verdict.OVERRIDDEN and not reason:
        raise NoReason
    decision = StatementDecision.objects.create(
        organization_id=report.organization_id,
        report=report,
        subject=subject,
        source=said.source,
        method=said.method[:100],
        text=said.text,
        verdict=wanted,
        reason=reason,
        decided_by=reader,
        decided_at=now,
    )
    audit.record(
        "reports.statement.decided",
        report,
        actor=reader,
        decision=wanted.value,
        source=said.source,
        sha256=subject,
    )
    renew([report.recording])
    return decision


def decisions_on(recording: Recording) -> QuerySet[StatementDecision]:
    """All of a recording's, oldest first."""
    rows = StatementDecision.objects.filter(report__recording=recording)
    return rows.select_related("decided_by").order_by("id")


def newest(decisions: Iterable[StatementDecision]) -> dict[str, StatementDecision]:
    """The newest of each statement."""
    return {row.subject: row for row in decisions}


def decisions_of(report: Report) -> dict[str, StatementDecision]:
    return newest(decisions_on(report.recording))


def overrides(active: Active) -> list[StatementDecision]:
    """The ledger, newest first."""
    permit(active, "view_overrides")
    rows = StatementDecision.objects.filter(verdict=Verdict.OVERRIDDEN)
    places = ("report__recording__site", "report__recording__organization")
    related = ("decided_by", *places)
    return list(rows.select_related(*related).order_by("-id")[:LISTED])
