"""Orders and ECGs of the invented patient, and how they stand to each other."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from apps.core.scope import organization_scope
from apps.ingestion.models import Order, OrderCase, OrderLink
from apps.ingestion.orders.stated import CONTROLS, Stated
from apps.ingestion.orders.take import Message, take
from tests.factories import inside
from tests.ingestion.files import bring_in, ecg_file, person

# When `ecg_file` was made, in London.
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


def ecg(organization, signal=1, *, number="", mrn="MRN-4711", at=MADE):
    """Brought in through the door; the recording it became."""
    file = ecg_file(
        signal,
        accession_number=number,
        at=at.replace(tzinfo=None),
        patient=person(identifier=mrn),
    )
    return bring_in(organization, file).recording


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
