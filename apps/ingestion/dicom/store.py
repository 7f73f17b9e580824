"""C-STORE: an object is kept and its row committed before its sender hears of success."""

from __future__ import annotations

import hashlib
import uuid

import structlog
from django.db import DatabaseError, transaction

from apps.audit.actions import record_alone
from apps.core.blobs.store import TooLarge
from apps.core.errors import RetryableError
from apps.core.insert import insert_unless_there
from apps.core.scope import organization_scope
from apps.ingestion.actions import (
    DeliveryKeyReused,
    EmptyFile,
    MayNotSubmit,
    OrganizationClosed,
    accept,
)
from apps.ingestion.dicom.callers import Caller
from apps.ingestion.dicom.part10 import Received, as_file
from apps.ingestion.models import DicomObject, Ingress
from apps.tenants.limits import spend
from apps.tenants.model_limits import Door

log = structlog.get_logger(__name__)

# Statuses of PS3.4 B.2.3 and PS3.7 C.
SUCCESS = 0x0000
PROCESSING_FAILURE = 0x0110
CLASS_NOT_SUPPORTED = 0x0122
NOT_AUTHORIZED = 0x0124
OUT_OF_RESOURCES = 0xA700
CANNOT_UNDERSTAND = 0xC000

# What goes wrong → the status and the code on the record.
REFUSED: dict[type[Exception], tuple[int, str]] = {
    MayNotSubmit: (NOT_AUTHORIZED, "type-sends-none"),
    OrganizationClosed: (NOT_AUTHORIZED, "organization-closed"),
    TooLarge: (OUT_OF_RESOURCES, "too-large"),
    EmptyFile: (CANNOT_UNDERSTAND, "file-empty"),
    DeliveryKeyReused: (PROCESSING_FAILURE, "delivery-key-reused"),
}


def keep(caller: Caller, received: Received) -> int:
    """The status to answer with. Call with no scope and no transaction open."""
    structlog.contextvars.bind_contextvars(trace_id=str(uuid.uuid4()))
    try:
        with organization_scope(caller.organization_id):
            if spend(Door.DICOM):
                # Its sender tries again; the first of a minute is on record by then.
                return OUT_OF_RESOURCES
            _keep(caller, received)
            return SUCCESS
    except tuple(REFUSED) as error:
        return refuse(caller, *REFUSED[type(error)])
    except (RetryableError, DatabaseError) as error:
        log.warning("object.not_kept", error_class=type(error).__name__)
        return OUT_OF_RESOURCES
    except Exception as error:
        # A library's text may quote what was sent: only the class is kept.
        log.error("object.not_kept", error_class=type(error).__name__)
        return PROCESSING_FAILURE
    finally:
        structlog.contextvars.unbind_contextvars("trace_id")


def _keep(caller: Caller, received: Received) -> None:
    if not received.dataset:
        raise EmptyFile
    file = as_file(received)
    accepted = accept(
        source=Ingress.Source.DICOM,
        chunks=[file],
        filename=f"{received.sop_instance_uid}.dcm",
        idem_key=delivery_key(received.sop_instance_uid, file),
        site=caller.site,
    )
    row = DicomObject(
        organization_id=caller.organization_id,
        ingress=accepted.ingress,
        sop_class_uid=received.sop_class_uid,
        sop_instance_uid=received.sop_instance_uid,
        calling_title=caller.calling,
        called_title=caller.called,
    )
    # After the file, before the answer: who hears of no success sends it again.
    with transaction.atomic():
        insert_unless_there(row)


def delivery_key(sop_instance_uid: str, file: bytes) -> str:
    """An object sent again is the same delivery; other bytes under its name are another."""
    content = hashlib.sha256(file).hexdigest()
    return hashlib.sha256(f"{sop_instance_uid}\n{content}".encode()).hexdigest()


def refuse(caller: Caller, status: int, code: str) -> int:
    """The status, once the refusal is on the organization's record."""
    log.warning("object.refused", code=code)
    try:
        record_alone(
            caller.organization_id,
            "ingestion.file.refused",
            source=Ingress.Source.DICOM.value,
            code=code,
        )
    except DatabaseError as error:
        log.warning("refusal.not_recorded", error_class=type(error).__name__)
    return status
