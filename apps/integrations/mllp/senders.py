"""Who may send to a listener: the port says whose it is, its row says who may."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from django.db import transaction
from django.utils import timezone

from apps.core import revocation
from apps.core.scope import organization_scope
from apps.tenants.certificates import fault_of
from apps.tenants.inbound import listener_at
from apps.tenants.lookups import organization_by_listener
from apps.tenants.models import Hl7Listener, Organization
from apps.tenants.organization_types import may_submit

UNLISTED = "sender-not-listed"


@dataclass(frozen=True, slots=True)
class Sender:
    """A system that connected, to which listener, and the certificate it showed."""

    organization_id: int
    listener_id: int
    port: int
    address: str
    certificate: bytes = b""

    @property
    def certificate_sha256(self) -> str:
        return hashlib.sha256(self.certificate).hexdigest() if self.certificate else ""


class NotAdmitted(Exception):
    """The connection ends without an answer; `code` is for the record."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def admit(sender: Sender) -> Organization:
    """Whose messages these are. Asked at each of them, so that what was changed counts at once.

    Call with no scope open. Raises NotAdmitted.
    """
    if organization_by_listener(sender.port) != sender.organization_id:
        raise NotAdmitted("listener-closed")
    with organization_scope(sender.organization_id), transaction.atomic():
        organization = Organization.objects.get(pk=sender.organization_id)
        if code := _fault(sender, listener_at(sender.port), organization):
            raise NotAdmitted(code)
    return organization


def _fault(sender: Sender, listener: Hl7Listener | None, organization: Organization) -> str:
    if listener is None or listener.pk != sender.listener_id:
        return "listener-closed"
    if not may_submit(organization.type):
        return "type-sends-none"
    if not listener.admits(sender.address):
        return UNLISTED
    if not listener.trusts(sender.certificate_sha256):
        return "certificate-not-listed"
    return _fault_of_certificate(sender.certificate)


def _fault_of_certificate(certificate: bytes) -> str:
    if not certificate:
        return ""
    try:
        shown = x509.load_der_x509_certificate(certificate)
    except ValueError:
        return "certificate-unreadable"
    return fault_of(shown, revocation.of_senders(), now=timezone.now())
