"""The PDF inside an encapsulated PDF object (PS3.3 A.45.1): taken out, never read."""

from __future__ import annotations

import struct

from apps.ecg.formats import pdf
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.warnings import Warnings

from . import tags
from .part10 import read_any
from .sop_classes import ENCAPSULATED_PDF
from .values import ascii_text


def require_harmless(data: bytes) -> None:
    """Raises Refused where the PDF inside holds what could act when it is opened."""
    try:
        found = pdf.document(read_pdf(data))
    except Refused:
        return  # nothing is ever given out of it
    if found.code == "pdf-active":
        raise Refused(found.code, found.message, field="EncapsulatedDocument")


def read_pdf(data: bytes) -> bytes:
    """The document, without the byte that fills it to even length. Raises Refused."""
    dataset = read_any(data, Warnings())
    document = dataset.values.get(tags.ENCAPSULATED_DOCUMENT, b"")
    if ascii_text(dataset, tags.SOP_CLASS_UID) != ENCAPSULATED_PDF or not document:
        raise Refused("no-document", "The file holds no document.", field="EncapsulatedDocument")
    if not document.startswith(b"%PDF-"):
        raise Refused(
            "not-pdf", "The document is not a PDF.", field="MIMETypeOfEncapsulatedDocument"
        )
    length = dataset.values.get(tags.ENCAPSULATED_LENGTH, b"")
    if len(length) == 4:
        (said,) = struct.unpack(f"{dataset.order}I", length)
        return document[:said] if len(document) - said in (0, 1) else document
    return document.removesuffix(b"\0")
