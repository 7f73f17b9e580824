"""A SAML identity provider in code of others (pysaml2), and ways to spoil what it says."""

from __future__ import annotations

import base64
import datetime as dt
import shutil
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

with warnings.catch_warnings():
    # The library names a cipher by its old place.
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_REDIRECT, saml
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.server import Server

ENTITY = "https://idp.mercy.example/metadata"
SSO = "https://idp.mercy.example/sso"
PERSON = {"mail": "ada@mercy.example", "givenName": "Ada", "sn": "Federated"}
PERSISTENT = saml.NAMEID_FORMAT_PERSISTENT
ALGORITHMS = {
    "sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256",
}


def key_pair(folder: Path, days: int = 1) -> tuple[str, str]:
    """Files of a key and of its certificate, which ends in so many days."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return str(folder / "key.pem"), str(folder / "certificate.pem")


class SamlIdp:
    def __init__(self, folder: Path, entity: str = ENTITY, days: int = 1) -> None:
        folder.mkdir(exist_ok=True)
        self.key, self.certificate = key_pair(folder, days)
        self.entity = entity

    def _config(self, *known: str) -> IdPConfig:
        endpoints = {"single_sign_on_service": [(SSO, BINDING_HTTP_REDIRECT)]}
        settings = {
            "entityid": self.entity,
            "service": {"idp": {"endpoints": endpoints, "policy": {"default": {}}}},
            "key_file": self.key,
            "cert_file": self.certificate,
            "xmlsec_binary": shutil.which("xmlsec1"),
        }
        return IdPConfig().load(settings | ({"metadata": {"inline": [*known]}} if known else {}))

    def metadata(self) -> str:
        return str(entity_descriptor(self._config()))

    def know(self, metadata: bytes) -> None:
        """Takes in the platform's metadata, as an administrator of the provider does."""
        self.server = Server(config=self._config(metadata.decode()))

    def asked(self, address: str) -> Any:
        """The request in the address, read by the provider's own library."""
        found = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
        return self.server.parse_authn_request(found, BINDING_HTTP_REDIRECT).message

    def answer(
        self,
        request_id: str,
        consumer: str,
        sp: str,
        *,
        name_id: str = "ada-1",
        name_format: str = PERSISTENT,
        signed: bool = True,
        person: dict[str, str] = PERSON,
        at: dt.datetime | None = None,
        sign_response: bool = False,
    ) -> str:
        """The response's XML."""
        statement = {"class_ref": saml.AUTHN_PASSWORD_PROTECTED, "authn_auth": self.entity}
        if at is not None:
            statement["authn_instant"] = int(at.timestamp())
        response = self.server.create_authn_response(
            dict(person),
            request_id,
            consumer,
            sp_entity_id=sp,
            name_id=saml.NameID(format=name_format, text=name_id),
            authn=statement,
            sign_assertion=signed,
            sign_response=sign_response,
            **ALGORITHMS,
        )
        return str(response)


def posted(xml: str) -> str:
    """As the browser's form brings it."""
    return base64.b64encode(xml.encode()).decode()
