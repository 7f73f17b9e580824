"""An authority and certificates of it, for one test."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path
    signing: rsa.RSAPrivateKey
    subject: x509.Name
    sha256: str
    made: x509.Certificate


def authority(folder: Path) -> Certificate:
    return certificate(folder, "authority", None)


def certificate(
    folder: Path,
    name: str,
    issuer: Certificate | None,
    *,
    days: int = 1,
    issues: bool = False,
) -> Certificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=7))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(
            x509.BasicConstraints(ca=issues or issuer is None, path_length=None), critical=True
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(issuer.signing if issuer else key, hashes.SHA256())
    )
    der = made.public_bytes(serialization.Encoding.DER)
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(*paths, key, subject, hashlib.sha256(der).hexdigest(), made)


def revocation_list(file: Path, issuer: Certificate, *revoked: Certificate, days: int = 1) -> Path:
    """What an authority publishes of the certificates it took back, at that path."""
    now = dt.datetime.now(dt.UTC)
    building = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    building = building.last_update(now - dt.timedelta(days=7))
    building = building.next_update(now + dt.timedelta(days=days))
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.made.serial_number)
        building = building.add_revoked_certificate(entry.revocation_date(now).build())
    made = building.sign(issuer.signing, hashes.SHA256())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file
