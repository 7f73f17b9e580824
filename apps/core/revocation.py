"""Which certificates their authority has taken back, by its published list (RFC 5280 section 5).

Asked of a certificate and of each authority above it, up to one that nobody here has issued: that
one is trusted because it is named.

A list is believed when an authority that is trusted here signed it and may sign lists, when it
begins and ends, and when it asks for nothing critical that is not understood here: lists of
changes, of some certificates only, or of another issuer's do (sections 5.2.4, 5.2.5, 5.3.3).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

PEM = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
UNREADABLE, NOT_GENUINE, STALE = "list-unreadable", "list-not-genuine", "list-stale"
NO_ISSUER, NO_LIST, NOT_YET = "issuer-unknown", "list-missing", "list-not-yet-valid"
REFUSE, USE = "refuse", "use"
Below = tuple[x509.Certificate, ...]
# How far an authority's clock may be ahead of ours.
SKEW = dt.timedelta(minutes=5)


class StatusUnknown(Exception):
    """Nothing can be said of the certificate; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Source:
    """A file of lists, PEM (one or several) or DER, and one of the authorities that may sign them.

    `stale` says what a list past its next update is good for: nothing, or still its word.
    """

    lists: str
    authorities: str
    stale: str = REFUSE


@dataclass(frozen=True, slots=True)
class Issued:
    """One genuine list."""

    since: dt.datetime
    until: dt.datetime
    serials: frozenset[int]


@dataclass(slots=True)
class Held:
    """What the two files say together: each authority's newest list.

    `strangers` are lists that nobody here vouches for.
    """

    authorities: list[x509.Certificate]
    newest: dict[bytes, Issued] = field(default_factory=dict)
    strangers: int = 0

    def add(self, one: x509.CertificateRevocationList) -> None:
        signer = next((who for who in self.authorities if _has_signed(who, one)), None)
        found = None if signer is None else _understood(one)
        if signer is None or found is None:
            self.strangers += 1
            return
        earlier = self.newest.setdefault(_who(signer), found)
        if found.since > earlier.since:
            self.newest[_who(signer)] = found


def of_clients() -> Source:
    """For certificates that programs show at the API."""
    found = settings.CLIENT_CERTIFICATE_CRL, settings.CLIENT_CERTIFICATE_CA
    return Source(*found, settings.STALE_CRL)


def of_devices() -> Source:
    """For certificates that DICOM devices show."""
    return Source(settings.DICOM_TLS_CRL, settings.DICOM_TLS_CA, settings.STALE_CRL)


def of_senders() -> Source:
    """For certificates that senders of HL7 messages show."""
    return Source(settings.HL7_TLS_CRL, settings.HL7_TLS_CA, settings.STALE_CRL)


def is_revoked(certificate: x509.Certificate, source: Source, *, now: dt.datetime) -> bool:
    """It, or an authority on every way up from it, by the newest list of who issued that.

    Where no lists are set up nothing is. A file that was replaced counts from the next question
    on. Raises StatusUnknown.
    """
    if not source.lists:
        return False
    return _Chain(_held(source), source.stale, now).is_broken(certificate, ())


def trouble_with(source: Source, *, now: dt.datetime) -> str:
    """Why the lists cannot be relied on as they are; empty where they can, or none are set up."""
    if not source.lists:
        return ""
    try:
        held = _held(source)
    except StatusUnknown as unknown:
        return unknown.code
    if held.strangers or not held.newest:
        return NOT_GENUINE
    if any(_who(one) not in held.newest for one in _above(held.authorities, now)):
        return NO_LIST
    return STALE if any(one.until < now for one in held.newest.values()) else ""


@dataclass(frozen=True, slots=True)
class _Chain:
    """The question about a certificate, carried upwards."""

    held: Held
    stale: str
    now: dt.datetime

    def is_broken(self, certificate: x509.Certificate, below: Below) -> bool:
        issuers = self._issuers(certificate, below)
        if not issuers:
            raise StatusUnknown(NO_ISSUER)
        if self._is_listed(certificate, issuers[0]):
            return True
        # Several certificates of one authority, such as a renewed one: one good way is enough.
        answers = [self._answer(issuer, (*below, certificate)) for issuer in issuers]
        if False in answers:
            return False
        for answer in answers:
            if isinstance(answer, StatusUnknown):
                raise answer
        return True

    def _answer(self, authority: x509.Certificate, below: Below) -> bool | StatusUnknown:
        if not self._issuers(authority, below):
            return False
        try:
            return self.is_broken(authority, below)
        except StatusUnknown as unknown:
            return unknown

    def _issuers(self, of: x509.Certificate, below: Below) -> list[x509.Certificate]:
        passed = (*below, of)
        others = (one for one in self.held.authorities if one not in passed)
        return [one for one in others if _has_issued(one, of, self.now)]

    def _is_listed(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Raises StatusUnknown where its list cannot be relied on."""
        issued = self.held.newest.get(_who(issuer))
        if issued is None:
            raise StatusUnknown(NOT_GENUINE if self.held.strangers else NO_LIST)
        if issued.since > self.now + SKEW:
            raise StatusUnknown(NOT_YET)
        if certificate.serial_number in issued.serials:
            return True
        if issued.until < self.now and self.stale == REFUSE:
            raise StatusUnknown(STALE)
        return False


def _has_issued(
    authority: x509.Certificate, certificate: x509.Certificate, now: dt.datetime
) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return authority.not_valid_before_utc <= now <= authority.not_valid_after_utc


def _above(authorities: list[x509.Certificate], now: dt.datetime) -> Iterator[x509.Certificate]:
    """Authorities that issued another one's certificate, and so must say what became of it."""
    for one in authorities:
        if any(other != one and _has_issued(one, other, now) for other in authorities):
            yield one


def _held(source: Source) -> Held:
    try:
        stats = [Path(path).stat() for path in (source.lists, source.authorities)]
        marks = tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in stats)
        return _read(source.lists, source.authorities, marks)
    except (OSError, ValueError):
        raise StatusUnknown(UNREADABLE) from None


@lru_cache(maxsize=8)
def _read(lists: str, authorities: str, _marks: tuple[tuple[int, int, int], ...]) -> Held:
    held = Held(x509.load_pem_x509_certificates(Path(authorities).read_bytes()))
    for one in _parsed(Path(lists).read_bytes()):
        held.add(one)
    return held


def _parsed(data: bytes) -> Iterator[x509.CertificateRevocationList]:
    found = PEM.findall(data)
    yield from (x509.load_pem_x509_crl(one) for one in found)
    if not found:
        yield x509.load_der_x509_crl(data)


def _has_signed(authority: x509.Certificate, one: x509.CertificateRevocationList) -> bool:
    """RFC 5280 6.3.3 (f), (g): by name, by key, and where its own certificate lets it."""
    if authority.subject != one.issuer or not _may_sign_lists(authority):
        return False
    try:
        return one.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _may_sign_lists(authority: x509.Certificate) -> bool:
    found = authority.extensions
    try:
        if not found.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return found.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound as missing:
        # Without a key usage the key may be used for anything (section 4.2.1.3).
        return missing.oid == x509.KeyUsage.oid


def _understood(one: x509.CertificateRevocationList) -> Issued | None:
    """None for a list that has no end, or asks for what is not done here."""
    entries = list(one)
    critical = [extension for extension in one.extensions if extension.critical]
    critical += [found for entry in entries for found in entry.extensions if found.critical]
    if critical or one.next_update_utc is None:
        return None
    serials = frozenset(entry.serial_number for entry in entries)
    return Issued(one.last_update_utc, one.next_update_utc, serials)


def _who(authority: x509.Certificate) -> bytes:
    """Name and key: a renewed certificate is the same authority."""
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return authority.subject.public_bytes() + key
