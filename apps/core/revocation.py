"""Which certificates their authority has taken back, by its published list (RFC 5280 section 5)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography import x509

PEM = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


class StatusUnknown(Exception):
    """The list cannot be read or is out of date: nothing it would say can be relied on."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """What the lists of one file say: issuer and serial number, and when the first list ends."""

    pairs: frozenset[tuple[bytes, int]]
    until: dt.datetime | None


def is_revoked(certificate: x509.Certificate, path: str, *, now: dt.datetime) -> bool:
    """By the lists in that file, PEM (one or several) or DER; without a path nothing is.

    A file that was replaced counts from the next question on. Raises StatusUnknown.
    """
    if not path:
        return False
    try:
        stat = Path(path).stat()
        found = _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError):
        raise StatusUnknown from None
    if found.until is not None and found.until < now:
        raise StatusUnknown
    return (certificate.issuer.public_bytes(), certificate.serial_number) in found.pairs


@lru_cache(maxsize=8)
def _read(path: str, _mtime_ns: int, _size: int) -> Revoked:
    data = Path(path).read_bytes()
    lists = [x509.load_pem_x509_crl(one) for one in PEM.findall(data)]
    lists = lists or [x509.load_der_x509_crl(data)]
    ends = [one.next_update_utc for one in lists if one.next_update_utc is not None]
    pairs = frozenset(
        (one.issuer.public_bytes(), entry.serial_number) for one in lists for entry in one
    )
    return Revoked(pairs, min(ends, default=None))
