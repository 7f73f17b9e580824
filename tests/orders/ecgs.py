"""Orders and ECGs of the invented patient, and how they stand to each other."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from apps.core.scope import organization_scope
from apps.ecg.models import Patient, PatientIdentifier
from apps.ingestion.models import Order, OrderCase, OrderLink
from apps.ingestion.orders.matching import match_recording
from apps.ingestion.orders.stated import CONTROLS, Stated
from apps.ingestion.orders.take import Message, take
from tests.factories import inside, make_recording

MADE = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
PERSON = {"patient_number": "MRN-4711", "patient_authority": "TRUST"}
OTHER = {"patient_number": "MRN-2", "patient_authority": "TRUST"}


def order(organization, number="P-1", control="NW", *, at=MADE, stated_at=MADE, **details):
    """Taken in as every door does."""
    said = PERSON | {"identity": {}, "starts_at": at, "priority": "routine"} | details
    status = CONTROLS[control] or ""
    stated = Stated(control, number, "CIS", stated_at, status, said)
    with organization_scope(organization.pk):
        (taken,) = take(Message(uuid.uuid4().bytes, "api"), [stated])
    return taken.order


def ecg(organization, *, number="", mrn="MRN-4711", authority="TRUST", at=MADE, **given):
    """An ECG of the patient of that number as the door leaves it: stored and matched."""
    fields = {"accession_number": number, "acquired_at": at, "report": False} | given
    recording = make_recording(
        organization, patient=patient(organization, mrn, authority), **fields
    )
    with organization_scope(organization.pk), transaction.atomic():
        match_recording(recording)
    return recording


def patient(organization, mrn, authority):
    """Who has that number; somebody without one for none."""
    with inside(organization):
        numbers = PatientIdentifier.objects.filter(value=mrn, assigning_authority=authority)
        if mrn and (held := numbers.select_related("patient").first()):
            return held.patient
        made = Patient.objects.create(organization=organization, family_name="Ashdown", sex="F")
        if mrn:
            PatientIdentifier.objects.create(
                organization=organization, patient=made, value=mrn, assigning_authority=authority
            )
        return made


def standing(recording):
    """The numbers of the order it answers, or the kind of the open question, or nothing."""
    with organization_scope(recording.organization_id), transaction.atomic():
        linked = OrderLink.objects.filter(recording=recording, ended_at=None)
        asked = OrderCase.objects.filter(recording=recording, closed_at=None)
        found = linked.values_list("order__placer_number", flat=True).first()
        return found or asked.values_list("kind", flat=True).first() or ""


def again(row):
    with organization_scope(row.organization_id), transaction.atomic():
        return type(row).objects.get(pk=row.pk)


def only_case(organization):
    with inside(organization):
        return OrderCase.objects.get(closed_at=None)


def status_of(organization, number="P-1"):
    with inside(organization):
        return Order.objects.get(placer_number=number).status
