"""The services as the library calls them: an association asked for, an object sent, a question."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from django.db import DatabaseError, connections, transaction
from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import evt
from pynetdicom.association import Association

from apps.core import leases
from apps.core.errors import RetryableError
from apps.core.leases import Lease, Leased, LeaseLost
from apps.core.scope import organization_scope
from apps.ingestion.dicom import commitment, store
from apps.ingestion.dicom.bounded import Caps, Overfull, certificate_of
from apps.ingestion.dicom.callers import (
    CONGESTION,
    LIMIT_REACHED,
    Asking,
    Caller,
    Rejected,
    recognise,
)
from apps.ingestion.dicom.messages import RESOURCE_LIMITATION, Unreadable, read_question
from apps.ingestion.dicom.part10 import Received
from apps.ingestion.dicom.report import tell
from apps.ingestion.models import StorageCommitment

log = structlog.get_logger(__name__)

LONGEST_QUESTION = 1 << 20
ASK = 1
NO_SUCH_ACTION = 0x0123
INVALID_INSTANCE = 0x0117
# The answer to the question goes first.
PAUSE_S = 0.3


class Service:
    """What a listener does; it knows who each association's peer is."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.callers: WeakKeyDictionary[Association, Caller] = WeakKeyDictionary()
        self._counting = threading.Lock()

    def handlers(self) -> list[tuple[Any, Callable[..., Any]]]:
        return [
            (evt.EVT_REQUESTED, self.requested),
            (evt.EVT_C_STORE, self.stored),
            (evt.EVT_N_ACTION, self.asked),
            *((event, self.left) for event in (evt.EVT_RELEASED, evt.EVT_ABORTED)),
        ]

    def requested(self, event: Any) -> None:
        """Admit or reject; only what is admitted goes on."""
        association = event.assoc
        try:
            caller = recognise(_asking(association))
            self._enter(association, caller)
        except Rejected as refused:
            self._reject(association, refused)
        except DatabaseError as error:
            log.warning("association.failed", error_class=type(error).__name__)
            self._reject(association, Rejected("database-unavailable", CONGESTION))

    def _enter(self, association: Association, caller: Caller) -> None:
        """Raises Rejected where the organization's devices hold all it may have."""
        with self._counting:
            living = [self.callers.get(each) for each in association.ae.active_associations]
            same = [c for c in living if c and c.organization_id == caller.organization_id]
            if len(same) >= self.caps.associations_of_one:
                raise Rejected("associations-of-organization", LIMIT_REACHED)
            self.callers[association] = caller

    def _reject(self, association: Association, refused: Rejected) -> None:
        log.warning("association.rejected", code=refused.code)
        association.acse.send_reject(*refused.answer)
        association.kill()
        connections.close_all()

    def stored(self, event: Any) -> int:
        caller, request = self.callers[event.assoc], event.request
        if isinstance(request.DataSet, Overfull):
            return store.refuse(caller, store.OUT_OF_RESOURCES, "too-large")
        if request.AffectedSOPClassUID != event.context.abstract_syntax:
            return store.refuse(caller, store.CLASS_NOT_SUPPORTED, "class-of-other-context")
        if not UID(request.AffectedSOPInstanceUID or "").is_valid:
            return store.refuse(caller, INVALID_INSTANCE, "instance-uid-invalid")
        received = Received(
            str(request.AffectedSOPClassUID),
            str(request.AffectedSOPInstanceUID),
            str(event.context.transfer_syntax),
            request.DataSet.getvalue() if request.DataSet else b"",
        )
        return store.keep(caller, received)

    def asked(self, event: Any) -> tuple[int, Dataset | None]:
        """Storage commitment: the question is kept, then answered."""
        caller, request = self.callers[event.assoc], event.request
        if request.ActionTypeID != ASK:
            return NO_SUCH_ACTION, None
        given = request.ActionInformation
        if isinstance(given, Overfull) or (given and len(given.getvalue()) > LONGEST_QUESTION):
            return RESOURCE_LIMITATION, None
        try:
            question = read_question(event.action_information)
            with organization_scope(caller.organization_id):
                lease = commitment.take(caller, question)
        except Unreadable as refused:
            return refused.status, None
        except commitment.AskedOtherwise:
            return store.PROCESSING_FAILURE, None
        except Exception as error:
            log.warning("commitment.not_taken", error_class=type(error).__name__)
            return store.PROCESSING_FAILURE, None
        if lease is not None:
            threading.Timer(PAUSE_S, answer_here, (event.assoc, lease)).start()
        return store.SUCCESS, None

    def left(self, _event: Any) -> None:
        """The thread of the association ends, and its connections with it."""
        connections.close_all()


def _asking(association: Association) -> Asking:
    request = association.requestor.primitive
    return Asking(
        called=str(request.called_ae_title),  # type: ignore[union-attr]
        calling=str(request.calling_ae_title),  # type: ignore[union-attr]
        address=association.requestor.address,
        certificate=certificate_of(association) or b"",
    )


def answer_here(association: Association, lease: Lease) -> None:
    """On the association that asked, as the peer has no address of its own here."""
    try:
        with organization_scope(lease.organization_id):
            _answer_here(association, lease)
    except (LeaseLost, DatabaseError) as error:
        # The lease runs out, and the queue goes on with the row.
        log.warning("commitment.not_answered", error_class=type(error).__name__)
    finally:
        connections.close_all()


def _answer_here(association: Association, lease: Lease) -> None:
    with transaction.atomic():
        row = StorageCommitment.objects.get(pk=lease.id)
    try:
        verdict = commitment.looked_up(row)
        tell(association, row, verdict)
    except RetryableError as error:
        log.warning("commitment.not_answered", code=error.code)
        with transaction.atomic():
            leases.finish(lease, Leased.State.DEAD, "dicom-peer-unknown")
        return
    commitment.answered(row, verdict, lease)
