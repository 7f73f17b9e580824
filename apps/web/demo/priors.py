"""Signing the demo's earlier recordings, so that the new ones have something to compare with."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ingestion.models import Ingress
from apps.reports.actions import save_draft, sign_report, viewed_digest
from apps.reports.models import Report
from apps.tenants.models import Organization, User
from apps.web.demo.cases import Case
from apps.web.demo.files import name_of
from apps.web.demo.organizations import PASSWORD, DemoOrganization


def sign_priors(demo: DemoOrganization, organization: Organization, cases: tuple[Case, ...]) -> int:
    """Sign every case that has a reading and is not signed yet; how many."""
    with organization_scope(organization.pk):
        with transaction.atomic():
            reader = User.objects.get(email=demo.logins[0].email)
        return sum(_sign(case, reader) for case in cases if case.reading)


def _sign(case: Case, reader: User) -> bool:
    with transaction.atomic():
        arrival = Ingress.objects.filter(filename=name_of(case), recording__isnull=False).first()
        report = Report.objects.filter(recording=arrival.recording).first() if arrival else None
    if report is None or report.status != Report.Status.DRAFT:
        return False
    now = timezone.now()
    report = save_draft(
        report, text=case.reading, revision=report.draft_revision, editor=reader, now=now
    )
    with transaction.atomic():
        viewed = viewed_digest(report)
    sign_report(
        report,
        reader=reader,
        revision=report.draft_revision,
        viewed=viewed,
        password=PASSWORD,
        now=now,
    )
    return True
