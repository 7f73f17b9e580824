"""Who may associate: the AE title that is called says whose, its row says who may call it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from django.db import transaction
from django.utils import timezone

from apps.core import revocation
from apps.core.scope import organization_scope
from apps.tenants.certificates import fault_of
from apps.tenants.inbound import application_entity
from apps.tenants.lookups import organization_by_ae_title
from apps.tenants.models import Site

# Result, source, reason of A-ASSOCIATE-RJ (PS3.8 9.3.4).
CALLED_UNKNOWN = (1, 1, 7)
CALLING_UNKNOWN = (1, 1, 3)
LIMIT_REACHED = (2, 3, 2)
CONGESTION = (2, 3, 1)


@dataclass(frozen=True, slots=True)
class Asking:
    """What an association's request says, and how it came."""

    called: str
    calling: str
    address: str
    certificate: bytes = b""

    @property
    def certificate_sha256(self) -> str:
        return hashlib.sha256(self.certificate).hexdigest() if self.certificate else ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A device that was admitted: to which organization, by which titles, standing where."""

    organization_id: int
    called: str
    calling: str
    site: Site | None


class Rejected(Exception):
    """The association is refused; `code` is for the log, `answer` for the peer."""

    def __init__(self, code: str, answer: tuple[int, int, int]) -> None:
        super().__init__(code)
        self.code, self.answer = code, answer


def recognise(asking: Asking) -> Caller:
    """The one organization that is called, where it admits who calls. Raises Rejected.

    An AE title out of use and one of a closed organization are like one that never was.
    """
    called, calling = asking.called.strip(" "), asking.calling.strip(" ")
    organization_id = organization_by_ae_title(called)
    if organization_id is None:
        raise Rejected("called-title-unknown", CALLED_UNKNOWN)
    with organization_scope(organization_id), transaction.atomic():
        entity = application_entity(called)
        fault = _fault(asking.certificate)
    if entity is None:
        raise Rejected("called-title-unknown", CALLED_UNKNOWN)
    if not entity.admits(calling, asking.address):
        raise Rejected("caller-not-listed", CALLING_UNKNOWN)
    if not entity.trusts(asking.certificate_sha256):
        raise Rejected("certificate-not-listed", CALLING_UNKNOWN)
    if fault:
        raise Rejected(fault, CALLING_UNKNOWN)
    return Caller(organization_id, called, calling, entity.site)


def _fault(certificate: bytes) -> str:
    """Why a certificate that was shown is not taken: revoked here or by its authority."""
    if not certificate:
        return ""
    try:
        shown = x509.load_der_x509_certificate(certificate)
    except ValueError:
        return "certificate-unreadable"
    return fault_of(shown, revocation.of_devices(), now=timezone.now())
