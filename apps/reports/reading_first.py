"""Reading before the machine is read: what a reader does not see until they said what they see.

The organization's policy names it. It holds for everybody who reads, report by report, until
their impression is recorded; the impression is kept as it was written, whatever is signed later.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from apps.audit import actions as audit
from apps.audit.chain import text_mac
from apps.ecg.model_recording import Source
from apps.ecg.models import Recording
from apps.reports.models import Impression, ReadingPolicy, Report
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

ReadFirst = ReadingPolicy.ReadFirst
EhrDocument = ReadingPolicy.EhrDocument
HIDES: dict[str, frozenset[str]] = {
    ReadFirst.OFF: frozenset(),
    ReadFirst.AI: frozenset({Source.MODEL}),
    ReadFirst.AI_AND_DEVICE: frozenset({Source.MODEL, Source.DEVICE, Source.PLATFORM}),
}

CRITICAL_MINUTES = range(1, 241)
USUAL_MINUTES = 15


class NothingSaid(Exception):
    """An impression has words."""


def critical_minutes() -> int:
    """How long a critical result may stand before the alarm channels are told."""
    found = ReadingPolicy.objects.values_list("critical_minutes", flat=True).first()
    return USUAL_MINUTES if found is None else found


def ehr_document() -> str:
    """Which PDF of a signed report travels to the EHR."""
    found = ReadingPolicy.objects.values_list("ehr_document", flat=True).first()
    return found or EhrDocument.REPORT.value


def policies() -> QuerySet[ReadingPolicy, str]:
    """What the organization set, or nothing."""
    return ReadingPolicy.objects.order_by("id").values_list("read_first", flat=True)[:1]


def policy() -> str:
    """The organization's; off where none was set."""
    return next(iter(policies()), ReadFirst.OFF.value)


def hidden_on_lists(active: Active, read_first: str | None) -> frozenset[str]:
    """Sources of which a list of unread reports shows a reader no statement, by the policy."""
    return HIDES[read_first or ReadFirst.OFF] if active.may("edit_report") else frozenset()


def hidden_from(active: Active, report: Report | None, reader: User) -> frozenset[str]:
    """Sources whose statements this reader does not see yet of this report."""
    said = report is not None and impressions_on(report.recording, reader).exists()
    return hidden_by(active, policy(), report, said=said)


def hidden_by(
    active: Active, read_first: str, report: Report | None, *, said: bool
) -> frozenset[str]:
    """The same, of what is read already; `said`: whether the reader recorded an impression."""
    if said or (report is not None and report.version_count):
        return frozenset()
    return hidden_on_lists(active, read_first)


def impressions_on(recording: Recording, reader: User) -> QuerySet[Impression]:
    return Impression.objects.filter(report__recording=recording, reader=reader)


@transaction.atomic
def record_impression(report: Report, reader: User, text: str, now: dt.datetime) -> Impression:
    """Once for each reader; a later one leaves the first as it is. Raises NothingSaid."""
    if not text.strip():
        raise NothingSaid
    found, is_new = Impression.objects.get_or_create(
        report=report,
        reader=reader,
        defaults={"organization_id": report.organization_id, "text": text, "recorded_at": now},
    )
    if is_new:
        audit.record("reports.impression.recorded", report, actor=reader, text_mac=text_mac(text))
    return found


@transaction.atomic
def set_policy(
    active: Active, read_first: str, critical_minutes: int, ehr_document: str, admin: User
) -> None:
    """Raises ValueError for a policy that is none."""
    permit(active, "change_reading")
    wanted, document = ReadFirst(read_first), EhrDocument(ehr_document)
    if critical_minutes not in CRITICAL_MINUTES:
        raise ValueError("out of range")
    row, _ = ReadingPolicy.objects.update_or_create(
        organization_id=active.organization_id,
        defaults={
            "read_first": wanted,
            "critical_minutes": critical_minutes,
            "ehr_document": document,
        },
    )
    audit.record(
        "reports.policy.changed",
        row,
        actor=admin,
        code=wanted.value,
        count=critical_minutes,
        kind=document.value,
    )
