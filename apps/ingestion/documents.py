"""Documents among the arrivals: kept for a person to open, never read for their content."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import PermanentError
from apps.ecg.formats import pdf
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.dicom.document import read_pdf
from apps.ingestion.actions import RAW
from apps.ingestion.content import DOCUMENTS, HEAD_BYTES, SUFFIXES, Content, looks_like
from apps.ingestion.models import Ingress
from apps.tenants import blobs


def document_pdf(arrival: Ingress) -> bytes:
    """The PDF as it was sent. Raises Refused where the file holds none."""
    # A bounded walk over elements, without pydicom and numpy: cheap enough for a request.
    data = blobs.get(arrival.organization_id, RAW, arrival.sha256)
    return data if data.startswith(pdf.SIGNATURE) else read_pdf(data)


def original_of(arrival: Ingress) -> bytes | Iterator[bytes]:
    """The file as it arrived; piece by piece where it is larger than any ECG.

    Raises as `blobs.get` and `blobs.stream`.
    """
    read = blobs.get if arrival.size <= settings.MAX_UPLOAD_BYTES else blobs.stream
    return read(arrival.organization_id, RAW, arrival.sha256)


def is_sent_as_document(arrival: Ingress) -> bool:
    return arrival.content in DOCUMENTS


def document_bytes(arrival: Ingress) -> tuple[Iterator[bytes], str]:
    """What was sent as a document, piece by piece, and its suffix. Raises as `blobs.stream`."""
    found = blobs.stream(arrival.organization_id, RAW, arrival.sha256)
    return found, SUFFIXES[Content(arrival.content)]


def check_document(arrival: Ingress) -> None:
    """Raises Refused where it does not begin as what it is said to be, PermanentError."""
    try:
        head = next(blobs.stream(arrival.organization_id, RAW, arrival.sha256))[:HEAD_BYTES]
    except FileNotFoundError:
        raise PermanentError("stored-bytes-missing") from None
    except Unsealable:
        raise PermanentError("stored-bytes-not-genuine") from None
    if not looks_like(arrival.content, head):
        said = Content(arrival.content).label
        words = f"It was sent as “{said}” but does not begin as one. Send it as what it is."
        raise Refused("content-differs", words, field="content")
