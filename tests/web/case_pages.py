"""Questions of identity as their pages show them, and deciding one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse

from apps.core.scope import organization_scope
from apps.ecg.models import Recording
from apps.ingestion.cases import open_case, subject_of
from apps.ingestion.models import IdentityCase, RecordingArrival
from tests.factories import inside, make_ingress

Kind = IdentityCase.Kind
NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
SAYS = {
    "family_name": "Bright",
    "given_name": "Berta",
    "name_prefix": "",
    "identifier": "MRN-9",
    "assigning_authority": "TRUST",
    "born_on": "1970-02-03",
    "sex": "F",
    "acquired_at": NOW.isoformat(),
    "acquired_local": "2026-03-02T09:30:00",
    "acquired_zone": "Europe/London",
}


def case_about(recording, kind=Kind.IDENTITY_CONFLICT, other=None, **says):
    """A case with one copy that says otherwise."""
    organization = recording.organization
    ingress = make_ingress(organization)
    with inside(organization):
        RecordingArrival.objects.create(
            organization=organization,
            recording=recording,
            ingress=ingress,
            outcome=kind if kind in RecordingArrival.outcome.field.flatchoices else "new",
            identity=SAYS | says,
        )
        open_case(kind, recording, other=other, subject=subject_of(recording))
        return IdentityCase.objects.get(recording=recording), ingress


def page_of(case):
    return reverse("identity-case", args=[case.public_id])


def decide(desk, case, decision, ingress=None, reason="Asked the ward"):
    copy = {"copy": ingress.public_id} if ingress else {}
    return desk.post(page_of(case), {"decision": decision, "reason": reason} | copy)


def again(row):
    with organization_scope(row.organization_id), transaction.atomic():
        return type(row).objects.get(pk=row.pk)


def patient_of(recording):
    with inside(recording.organization):
        return Recording.objects.select_related("patient").get(pk=recording.pk).patient
