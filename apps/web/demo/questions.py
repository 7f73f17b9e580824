"""Deciding one of the demo's questions of identity, so that a decided one can be looked at."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ingestion.cases import Verdict
from apps.ingestion.models import IdentityCase
from apps.reports.corrections import decide_case
from apps.tenants.models import Organization, User
from apps.web.demo.cases import OSEI
from apps.web.demo.organizations import DemoOrganization

KEPT = Verdict(
    IdentityCase.Decision.KEEP,
    "Asked Clinic B: number and name were typed wrong when the ECG was sent again.",
)


def answer_one(demo: DemoOrganization, organization: Organization) -> bool:
    """By the technician, what is held being right; False where it is not open (any more)."""
    with organization_scope(organization.pk), transaction.atomic():
        case = IdentityCase.objects.filter(
            kind=IdentityCase.Kind.IDENTITY_CONFLICT,
            state=IdentityCase.State.OPEN,
            recording__patient__identifiers__value=OSEI.identifier,
        ).first()
        if case is None:
            return False
        technician = User.objects.get(email=demo.logins[1].email)
        decide_case(case, KEPT, by=technician, now=timezone.now())
    return True
