"""Over the DICOM network: C-STORE to the organization's own AE title."""

from __future__ import annotations

from io import BytesIO

from django.conf import settings
from django.db import transaction
from pydicom import Dataset, dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian
from pynetdicom.dsutils import encode

from apps.core.errors import RetryableError
from apps.core.peers import is_peer
from apps.ingestion.canary.errors import Impossible, NotTaken
from apps.ingestion.canary.file import CanaryFile
from apps.ingestion.dicom.address import reached_at, trusting
from apps.ingestion.dicom.bounded import Calling, Caps
from apps.ingestion.dicom.part10 import Received, as_file
from apps.ingestion.model_canary import PathCanary
from apps.tenants.inbound import application_entity
from apps.tenants.model_inbound import ApplicationEntity

CAPS = Caps(object=1 << 20, pdu_s=15)
TITLE = "EINTHOVEN-CANARY"


def as_it_arrives(data: bytes) -> bytes:
    """What the listener makes of it: the data set behind a head of its own."""
    found = dcmread(BytesIO(data))
    kind, name = str(found.SOPClassUID), str(found.SOPInstanceUID)
    return as_file(Received(kind, name, str(ExplicitVRLittleEndian), _encoded(found)))


def _encoded(found: Dataset) -> bytes:
    sent = encode(found, is_implicit_vr=False, is_little_endian=True)
    assert sent is not None
    return sent


def store(row: PathCanary, file: CanaryFile) -> None:
    with transaction.atomic():
        entity = application_entity(row.place)
    if entity is None:
        raise Impossible("title-not-in-use")
    found = dcmread(BytesIO(file.data))
    address = reached_at()
    calling = Calling(_calling_title(entity, address), CAPS)
    calling.add_requested_context(UID(found.SOPClassUID), ExplicitVRLittleEndian)
    association = calling.associate(
        address, settings.DICOM_PORT, ae_title=row.place, tls_args=trusting(address)
    )
    if association.is_rejected:
        raise NotTaken("association-rejected")
    if not association.is_established:
        raise RetryableError("dicom-listener-unreachable")
    try:
        status = association.send_c_store(found).get("Status")
    finally:
        association.release()
    if status != 0:
        raise NotTaken("store-failed" if status is None else f"store-status-{status:04x}")


def _calling_title(entity: ApplicationEntity, address: str) -> str:
    """One the title is open to. Raises Impossible."""
    if entity.certificates:
        raise Impossible("certificate-asked-for")
    if entity.calling_hosts and not is_peer(entity.calling_hosts, address):
        raise Impossible("calling-address-not-listed")
    return next(iter(entity.calling_titles.splitlines()), TITLE)
