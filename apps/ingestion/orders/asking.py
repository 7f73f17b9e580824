"""Asking a person which order an ECG answers."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.insert import insert_unless_there
from apps.ecg.models import Recording
from apps.ingestion.models import Order, OrderCase
from apps.tenants.models import User


@transaction.atomic
def ask(
    recording: Recording, kind: str, order: Order | None = None, *, by: User | None = None
) -> None:
    """One open question for an ECG, however many orders raise it."""
    case = OrderCase(
        organization_id=recording.organization_id,
        recording=recording,
        order=order,
        kind=kind,
        opened_at=timezone.now(),
    )
    if insert_unless_there(case):
        name = str(recording.public_id)
        audit.record("ingestion.order.asked", case, actor=by, kind=kind, recording=name)
