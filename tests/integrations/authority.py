"""Certificates as hospitals have them: an authority of their own, and what it issued."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PEM = serialization.Encoding.PEM
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str

    def kept_in(self, folder: Path) -> Path:
        """One file with both, as servers read them."""
        file = folder / "pair.pem"
        file.write_text(self.key + self.certificate)
        return file

    def serving(self, folder: Path, *, clients: Authority | None = None) -> ssl.SSLContext:
        """A server that shows it, and with `clients` asks for a certificate of theirs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.kept_in(folder))
        if clients:
            context.load_verify_locations(cadata=clients.pem)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


class Authority:
    def __init__(self, name: str = "Mercy CA") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named(name)
        self.pem = self._signed(self.name, self.key, -DAY, DAY, is_authority=True)

    def issue(
        self,
        name: str = "ehr.mercy.example",
        *,
        begins: dt.timedelta = -DAY,
        ends: dt.timedelta = DAY,
    ) -> Issued:
        """For a host name or an address, by default from yesterday until tomorrow."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Issued(self._signed(_named(name), key, begins, ends, host=name), private.decode())

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        begins: dt.timedelta,
        ends: dt.timedelta,
        *,
        host: str = "",
        is_authority: bool = False,
    ) -> str:
        now = dt.datetime.now(dt.UTC)
        built = (
            x509.CertificateBuilder(
                self.name, subject, key.public_key(), x509.random_serial_number()
            )
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(is_authority, None), True)
        )
        if host:
            built = built.add_extension(x509.SubjectAlternativeName([_host(host)]), False)
        return built.sign(self.key, hashes.SHA256()).public_bytes(PEM).decode()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
