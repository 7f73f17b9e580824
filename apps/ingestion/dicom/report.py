"""Tells a peer at its own address what is kept: N-EVENT-REPORT (PS3.4 J.3.3), we calling."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from django.conf import settings
from pynetdicom import build_role
from pynetdicom.association import Association
from pynetdicom.sop_class import StorageCommitmentPushModelInstance

from apps.core.errors import PermanentError, RetryableError
from apps.ingestion.dicom.bounded import Calling, Caps
from apps.ingestion.dicom.commitment import Verdict
from apps.ingestion.dicom.contexts import COMMITMENT, PLAIN
from apps.ingestion.dicom.messages import answer_of, event_of
from apps.ingestion.models import StorageCommitment
from apps.tenants.inbound import may_be_called, may_speak_plainly
from apps.tenants.models import DicomPeer

CAPS = Caps(object=1 << 20, pdu_s=15)


def report_to(peer: DicomPeer, row: StorageCommitment, verdict: Verdict) -> None:
    """Returns when the peer took the answer. Raises PermanentError, RetryableError."""
    address = _address(peer)
    _refuse_clear(peer, address)
    entity = Calling(row.called_title, CAPS)
    entity.add_requested_context(COMMITMENT, PLAIN)
    # The answer comes from the provider of the service, which here opens the association.
    roles: list[Any] = [build_role(COMMITMENT, scp_role=True)]
    association = entity.associate(
        address, peer.port, ae_title=peer.title, ext_neg=roles, tls_args=_tls(peer)
    )
    if association.is_rejected:
        raise RetryableError("dicom-peer-rejected")
    if not association.is_established:
        raise RetryableError("dicom-peer-unreachable")
    try:
        tell(association, row, verdict)
    finally:
        association.release()


def tell(association: Association, row: StorageCommitment, verdict: Verdict) -> None:
    """On an association there is. Raises RetryableError."""
    try:
        status, _ = association.send_n_event_report(
            answer_of(row, verdict),
            event_of(verdict),
            COMMITMENT,
            StorageCommitmentPushModelInstance,
        )
    except (RuntimeError, ValueError):
        raise RetryableError("dicom-peer-hears-no-report") from None
    if status.get("Status") != 0:
        raise RetryableError("dicom-report-not-taken")


def _address(peer: DicomPeer) -> str:
    """Looked at before it is connected to: nothing but the networks that devices are in."""
    try:
        found = socket.getaddrinfo(peer.host, peer.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RetryableError("dicom-peer-unresolved") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not all(may_be_called(address) for address in addresses):
        raise PermanentError("dicom-address-not-allowed")
    return addresses[0]


def _refuse_clear(peer: DicomPeer, address: str) -> None:
    if not (peer.uses_tls or may_speak_plainly(address)):
        raise PermanentError("dicom-peer-unencrypted")


def _tls(peer: DicomPeer) -> tuple[ssl.SSLContext, str] | None:
    if not peer.uses_tls:
        return None
    context = ssl.create_default_context(cafile=settings.DICOM_TLS_CA or None)
    if settings.DICOM_TLS_CERTIFICATE:
        context.load_cert_chain(settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY or None)
    return context, peer.host
