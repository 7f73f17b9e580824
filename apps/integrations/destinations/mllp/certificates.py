"""Certificates and a key as people give them: PEM, checked before any of it is kept."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

MOST = 16 * 1024
NONE_THERE = "this is no certificate: give it as PEM, from BEGIN to END CERTIFICATE"
PRIVATE = "this holds a private key, which has a place of its own"
NO_KEY = "this is no private key without a password: give it as PEM, from BEGIN to END PRIVATE KEY"
NOT_ITS_KEY = "this is not the key of the certificate"


def tidy_authorities(text: str, *, now: dt.datetime) -> str:
    """The same certificates in one spelling, empty for none. Raises ValueError with the reason.

    Where all of them have expired nothing could be trusted by them.
    """
    read = _parsed(text)
    if read and all(_is_over(found, now) for found in read):
        raise ValueError(_expired(read[0]))
    return _written(read)


def tidy_certificate(text: str, *, now: dt.datetime) -> str:
    """The same of a certificate to be shown, followed by those above it."""
    read = _parsed(text)
    if read and _is_over(read[0], now):
        raise ValueError(_expired(read[0]))
    return _written(read)


def tidy_key(text: str, certificates: str) -> str:
    """The key of the first of the certificates, as PKCS #8. Raises ValueError with the reason."""
    try:
        key = load_pem_private_key(text.strip().encode("ascii"), None)
    except (ValueError, TypeError):
        raise ValueError(NO_KEY) from None
    own = _read(certificates)[0].public_key() if certificates else None
    if own is None or _spelled(own) != _spelled(key.public_key()):
        raise ValueError(NOT_ITS_KEY)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def told(certificates: str) -> str:
    """How many, which the first is and when the first of them ends; nothing for none."""
    if not certificates:
        return ""
    read = _read(certificates)
    ends = min(found.not_valid_after_utc for found in read)
    first = read[0].fingerprint(hashes.SHA256()).hex()[:16]
    return f"{len(read)} of SHA-256 {first}…, until {ends:%d-%b-%Y}"


def _parsed(text: str) -> list[x509.Certificate]:
    if not text.strip():
        return []
    if len(text) > MOST:
        raise ValueError(f"this is longer than {MOST} characters")
    if "PRIVATE KEY" in text:
        raise ValueError(PRIVATE)
    return _read(text)


def _is_over(certificate: x509.Certificate, now: dt.datetime) -> bool:
    return certificate.not_valid_after_utc <= now


def _expired(certificate: x509.Certificate) -> str:
    return f"this expired on {certificate.not_valid_after_utc:%d-%b-%Y}"


def _written(read: list[x509.Certificate]) -> str:
    return "".join(found.public_bytes(Encoding.PEM).decode() for found in read)


def _read(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode("ascii"))
    except ValueError:
        raise ValueError(NONE_THERE) from None


def _spelled(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
