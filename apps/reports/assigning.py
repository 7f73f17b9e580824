"""Putting an open report under another reader's name."""

from __future__ import annotations

import uuid

from django.db import transaction

from apps.audit import actions as audit
from apps.reports.models import Report
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import members_who_may, permit

MOST_LISTED = 200


class NotAssigned(Exception):
    """Nothing was changed; the text says why, for the person."""


class NotAReader(NotAssigned):
    """Who was chosen may not read ECGs here."""


def readers() -> list[User]:
    """Who may be given a report, by name; bounded."""
    return [row.user for row in members_who_may("edit_report")[:MOST_LISTED]]


def may_assign(active: Active, report: Report, person: User) -> bool:
    """One's own for who reads; anybody's and nobody's for who assigns."""
    if report.status not in Report.OPEN or not active.may("hand_on_report"):
        return False
    return active.may("assign_report") or owner_of(report) == person.pk


def owner_of(report: Report) -> int | None:
    """Who took it or was given it, else who wrote in it; None where nobody did."""
    return report.assigned_to_id or report.draft_saved_by_id


@transaction.atomic
def assign(active: Active, report: Report, to: uuid.UUID | None, *, by: User) -> Report:
    """Under the name of that reader, and no longer held by who hands it on.

    To who has it already changes nothing. Raises PermissionDenied, NotAReader, NotAssigned.
    """
    permit(active, "hand_on_report")
    taker = members_who_may("edit_report").filter(user__public_id=to).first() if to else None
    if taker is None:
        raise NotAReader("Choose somebody who reads ECGs here.")
    people = Report.objects.select_related("assigned_to")
    report = people.select_for_update(no_key=True, of=("self",)).get(pk=report.pk)
    if report.status not in Report.OPEN:
        raise NotAssigned("Nobody reads this report any more: it is signed or sent back.")
    if not may_assign(active, report, by):
        raise NotAssigned("This report is not under your name, so you cannot hand it on.")
    if report.assigned_to_id == taker.user_id:
        return report
    before = str(report.assigned_to.public_id) if report.assigned_to else ""
    report.assigned_to = taker.user
    if report.reading_by_id == by.pk:
        report.reading_by = report.reading_beat_at = None
    report.save(update_fields=["assigned_to", "reading_by", "reading_beat_at"])
    person = str(taker.user.public_id)
    audit.record("reports.report.assigned", report, actor=by, person=person, before=before)
    return report
