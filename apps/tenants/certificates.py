"""Client certificates: bound by their fingerprint, revoked at once, judged when they are shown."""

from __future__ import annotations

import datetime as dt

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.db import transaction

from apps.audit import actions as audit
from apps.core.revocation import Source, StatusUnknown, is_revoked
from apps.core.scope import required_organization
from apps.tenants.claims import Taken, one_at_a_time
from apps.tenants.models import ApiClient, ClientCertificate, User

WHAT = "certificate"
REVOKED, EXPIRED, UNKNOWN = "certificate-revoked", "certificate-expired", "certificate-unknown"
STATUS_UNKNOWN, MISSING = "certificate-status-unknown", "certificate-missing"


log = structlog.get_logger(__name__)


def read_certificate(text: str) -> x509.Certificate:
    """Raises ValueError."""
    try:
        return x509.load_pem_x509_certificate(text.strip().encode("ascii"))
    except ValueError:
        words = "This is no certificate: give it as PEM, from BEGIN to END CERTIFICATE"
        raise ValueError(words) from None


def fingerprint_of(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def claim_certificate(certificate: x509.Certificate) -> str:
    """Its fingerprint. Raises Taken where any organization has or had it.

    Until the transaction ends nobody else claims it.
    """
    fingerprint = fingerprint_of(certificate)
    one_at_a_time(f"certificate {fingerprint}")
    rows = ClientCertificate.objects.db_manager("platform").select_related("organization")
    if held := rows.filter(fingerprint=fingerprint).first():
        raise Taken(held.organization, WHAT)
    return fingerprint


@transaction.atomic
def add_certificate(
    row: ClientCertificate, certificate: x509.Certificate, *, by: User | None
) -> ClientCertificate:
    """Make the row, which has a name and perhaps a client, of this certificate. Raises Taken."""
    row.fingerprint = claim_certificate(certificate)
    row.organization_id = required_organization()
    row.valid_from = certificate.not_valid_before_utc
    row.valid_until = certificate.not_valid_after_utc
    row.created_by = by
    row.save(force_insert=True)
    audit.record("tenants.certificate.added", row, actor=by, prefix=row.fingerprint[:16])
    return row


@transaction.atomic
def revoke_certificate(row: ClientCertificate, *, by: User, now: dt.datetime) -> bool:
    """Refused from this moment. False when it was before."""
    if not ClientCertificate.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
        return False
    audit.record("tenants.certificate.revoked", row, actor=by, prefix=row.fingerprint[:16])
    return True


def fault_of(shown: x509.Certificate, lists: Source, *, now: dt.datetime) -> str:
    """Why a certificate that was shown is not taken, whoever shows it; empty where it may be.

    The organization's word first, then the authority's list. Call in the organization's scope.
    """
    revoked = ClientCertificate.objects.exclude(revoked_at=None)
    if revoked.filter(fingerprint=fingerprint_of(shown)).exists():
        return REVOKED
    try:
        if is_revoked(shown, lists, now=now):
            return REVOKED
    except StatusUnknown as unknown:
        log.warning("certificate.status_unknown", code=unknown.code)
        return STATUS_UNKNOWN
    is_in_time = shown.not_valid_before_utc <= now <= shown.not_valid_after_utc
    return "" if is_in_time else EXPIRED


def fault_of_client(
    client: ApiClient,
    shown: x509.Certificate | None,
    lists: Source,
    *,
    required: bool,
    now: dt.datetime,
) -> str:
    """The same of one client, which must show one of its own where that is `required`."""
    if shown is None:
        return MISSING if required else ""
    if fault := fault_of(shown, lists, now=now):
        return fault
    own = ClientCertificate.objects.filter(client=client, fingerprint=fingerprint_of(shown))
    return UNKNOWN if required and not own.exists() else ""
