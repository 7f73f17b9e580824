"""What a file came by, beside its door: a device's title, a share, the key that signed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from apps.ingestion.model_dicom import DicomObject
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import Ingress
from apps.tenants.access import Active
from apps.tenants.models import SigningKey
from apps.tenants.queries import permit

DICOM, SMB = Ingress.Source.DICOM, Ingress.Source.SMB


def came_by(active: Active, arrivals: Iterable[Ingress]) -> dict[int, list[str]]:
    """In words, by the key of each arrival; one query for each kind there is."""
    permit(active, "view_recordings")
    found: dict[int, list[str]] = defaultdict(list)
    by_source: dict[str, list[int]] = defaultdict(list)
    signed: dict[int, list[int]] = defaultdict(list)
    for row in arrivals:
        by_source[row.source].append(row.pk)
        if row.signing_key_id:
            signed[row.signing_key_id].append(row.pk)
    if by_source[DICOM]:
        for stored in DicomObject.objects.filter(ingress__in=by_source[DICOM]):
            words = f"AE title {stored.calling_title}, calling {stored.called_title}"
            found[stored.ingress_id].append(words)
    if by_source[SMB]:
        lying = ShareFile.objects.filter(ingress__in=by_source[SMB]).select_related("source")
        for file in lying.order_by("id"):
            found[file.ingress_id or 0].append(f"share {file.source}")
    for key in SigningKey.objects.filter(pk__in=signed).select_related("client") if signed else ():
        for arrival in signed[key.pk]:
            found[arrival].append(f"signed by {key.client}, key {key.version}")
    return found
