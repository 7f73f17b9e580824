"""Documents among the arrivals: taken out of what they came in, never read for their content."""

from __future__ import annotations

from apps.ecg.formats import pdf
from apps.ecg.formats.dicom.document import read_pdf
from apps.ingestion.actions import RAW
from apps.ingestion.models import Ingress
from apps.tenants import blobs


def document_pdf(arrival: Ingress) -> bytes:
    """The PDF as it was sent. Raises Refused where the file holds none."""
    # A bounded walk over elements, without pydicom and numpy: cheap enough for a request.
    data = original_bytes(arrival)
    return data if data.startswith(pdf.SIGNATURE) else read_pdf(data)


def original_bytes(arrival: Ingress) -> bytes:
    """The file as it arrived. Raises as blobs.get does."""
    return blobs.get(arrival.organization_id, RAW, arrival.sha256)
