"""A document beside an ECG under the same name is its document: A1.DCM with a1.pdf."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.core.insert import insert_unless_there
from apps.ingestion.model_share_file import ShareFile, Sidecar
from apps.ingestion.models import Ingress

TAKEN = (ShareFile.State.ACCEPTED, ShareFile.State.SETTLED)


@transaction.atomic
def pair(row: ShareFile) -> int:
    """Link what lay beside it under its name and came about when it did; how many are new.

    Names are used again: what lay there long before belongs to an earlier ECG.
    """
    near = dt.timedelta(seconds=settings.SMB_PAIR_SECONDS)
    beside = ShareFile.objects.select_related("ingress").filter(
        source=row.source,
        stem_hash=row.stem_hash,
        is_document=not row.is_document,
        state__in=TAKEN,
        ingress__isnull=False,
        first_seen_at__range=(row.first_seen_at - near, row.first_seen_at + near),
    )
    return sum(insert_unless_there(_pair(row, other)) for other in beside)


def _pair(row: ShareFile, other: ShareFile) -> Sidecar:
    ecg, document = (other, row) if row.is_document else (row, other)
    return Sidecar(
        organization_id=row.organization_id,
        ecg=ecg.ingress,
        document=document.ingress,
    )


def beside(arrival: Ingress) -> QuerySet[Ingress]:
    """The documents of an ECG's arrival, or the ECGs of a document's."""
    documents = Sidecar.objects.filter(ecg=arrival).values("document")
    ecgs = Sidecar.objects.filter(document=arrival).values("ecg")
    return Ingress.objects.filter(Q(pk__in=documents) | Q(pk__in=ecgs)).order_by("id")
