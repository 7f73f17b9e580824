"""One message that came to a listener, and the answer to it."""

from __future__ import annotations

import hashlib
import threading
import uuid
from contextlib import suppress

import structlog
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from apps.audit.actions import record_alone
from apps.core.errors import RetryableError
from apps.core.scope import organization_scope
from apps.ingestion.actions import OrganizationClosed
from apps.ingestion.models import Order
from apps.ingestion.orders.take import Message
from apps.integrations.hl7.answer import asked_of
from apps.integrations.hl7.inbound import (
    FAILED,
    MOST_BYTES,
    REJECTED,
    MessageRefused,
    Segment,
    read_header,
)
from apps.integrations.mllp.senders import NotAdmitted, Sender, admit
from apps.integrations.orders.messages import Outcome, take_message
from apps.tenants.limits import spend
from apps.tenants.model_limits import Door

log = structlog.get_logger(__name__)

# A sender waits for its answer, so that a burst is slowed down before it is put off.
SLOWED_S = 15
TOO_LONG = f"The message has more than {MOST_BYTES >> 20} MB."
TOO_MANY = "More messages came than may in a minute. Send it again."
NOT_NOW = "It could not be kept now. Send it again."


def answer(sender: Sender, data: bytes, stop: threading.Event) -> bytes:
    """Given once the message is committed or kept as refused; empty where none is asked for.

    Call with no scope open. Raises NotAdmitted, DatabaseError where nothing is known of the sender.
    """
    structlog.contextvars.bind_contextvars(trace_id=str(uuid.uuid4()))
    try:
        close_old_connections()
        outcome = _outcome(sender, data, stop)
    finally:
        structlog.contextvars.unbind_contextvars("trace_id")
    speaker = asked_of(outcome.head, outcome.refused)
    return outcome.answer(speaker) if speaker else b""


def _outcome(sender: Sender, data: bytes, stop: threading.Event) -> Outcome:
    organization, head = admit(sender), read_header(data)
    try:
        with organization_scope(organization.pk):
            if not _paced(stop):
                return _not_taken(head, FAILED, TOO_MANY)
            if len(data) > MOST_BYTES:
                _record(sender, "too-large")
                return _not_taken(head, REJECTED, TOO_LONG)
            return take_message(_message(sender, data, head), organization)
    except OrganizationClosed:
        raise NotAdmitted("listener-closed") from None
    except (RetryableError, DatabaseError) as error:
        log.warning("message.not_kept", error_class=type(error).__name__)
    except Exception as error:
        # A library's text may quote what was sent: only the class is kept.
        log.error("message.not_kept", error_class=type(error).__name__)
        with suppress(DatabaseError):
            _record(sender, "internal")
    return _not_taken(head, FAILED, NOT_NOW)


def _paced(stop: threading.Event) -> bool:
    """Whether the organization's limit lets the message through, soon enough."""
    waited = 0
    while wait_s := spend(Door.HL7):
        waited += wait_s
        if waited > SLOWED_S or stop.wait(wait_s):
            return False
    return True


def _message(sender: Sender, data: bytes, head: Segment | None) -> Message:
    return Message(
        data, Order.Source.HL7, door=str(sender.port), name_hash=_name_hash(sender, head)
    )


def _name_hash(sender: Sender, head: Segment | None) -> str:
    """Of what makes a message one message: listener, MSH-3, MSH-4 and MSH-10."""
    if head is None or not head.text(10):
        return ""
    parts = [str(sender.listener_id), *(head.raw(number) for number in (3, 4, 10))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _not_taken(head: Segment | None, ack: str, words: str) -> Outcome:
    return Outcome(head, MessageRefused(ack, "MSH", words), timezone.now())


def _record(sender: Sender, code: str) -> None:
    record_alone(
        sender.organization_id, "ingestion.order.refused", door=str(sender.port), code=code
    )
