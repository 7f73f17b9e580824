"""What a SAML identity provider's metadata says, and what ours says of the platform."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import quoteattr

from cryptography import x509
from django.conf import settings as django_settings
from lxml.etree import LxmlError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser
from onelogin.saml2.settings import OneLogin_Saml2_Settings as Settings

from apps.tenants.models import IdentityProvider
from apps.tenants.sign_on.discovery import host_in
from apps.tenants.sign_on.errors import ProviderFault
from apps.tenants.sign_on.strength import contexts_of
from apps.tenants.sign_on.xml import UnsafeXml, check_xml

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


@dataclass(frozen=True, slots=True)
class Idp:
    """The provider: its name, where the browser is sent, the keys it signs with.

    `contexts` are the classes of sign-in asked of it; none leaves that to the provider.
    """

    entity_id: str
    address: str
    certificates: tuple[str, ...]
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sp:
    """The platform as one provider knows it: its name and where answers are taken."""

    entity_id: str
    consumer: str


def read_metadata(text: str) -> Idp:
    """Raises ProviderFault with words that say what is missing."""
    data = text.strip().encode()
    try:
        check_xml(data)
        found = Parser.parse(data, required_sso_binding=REDIRECT).get("idp", {})
    except (UnsafeXml, LxmlError, ValueError):
        raise ProviderFault("metadata", "This is not the metadata document of SAML.") from None
    if data.count(b"EntityDescriptor ") > 1 or not found.get("entityId"):
        words = "The metadata must describe exactly one identity provider."
        raise ProviderFault("metadata-entity", words)
    address = found.get("singleSignOnService", {}).get("url", "")
    internal = host_in(address) in django_settings.EGRESS_INTERNAL_HOSTS
    if not address.startswith("https://") and not (address.startswith("http://") and internal):
        words = (
            "The metadata names no sign-on address with HTTP-Redirect that begins with https://."
        )
        raise ProviderFault("metadata-address", words)
    return Idp(found["entityId"], address, _certificates(found))


def idp_of(provider: IdentityProvider) -> Idp:
    """With the strength that the organization asks for. Raises ProviderFault."""
    return replace(read_metadata(provider.metadata), contexts=contexts_of(provider))


def _certificates(found: dict[str, Any]) -> tuple[str, ...]:
    several = found.get("x509certMulti", {}).get("signing", [])
    certificates = tuple(several or filter(None, [found.get("x509cert")]))
    if not certificates:
        raise ProviderFault("metadata-key", "The metadata holds no signing certificate.")
    return certificates


def check_certificates(idp: Idp, now: dt.datetime) -> None:
    """Raises ProviderFault unless one of the signing certificates is in force."""
    ends = [_certificate(text) for text in idp.certificates]
    if any(begin <= now < end for begin, end in ends):
        return
    newest = max(end for _, end in ends)
    words = f"The signing certificate is not in force; it ends or ended on {newest:%d-%b-%Y}."
    raise ProviderFault("certificate-expired", words)


def _certificate(text: str) -> tuple[dt.datetime, dt.datetime]:
    try:
        made = x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise ProviderFault("certificate", "A signing certificate cannot be read.") from None
    return made.not_valid_before_utc, made.not_valid_after_utc


def library_settings(sp: Sp, idp: Idp) -> Settings:
    """Strict: the assertion itself must be signed, with no algorithm that is broken."""
    ours = {
        "entityId": sp.entity_id,
        "assertionConsumerService": {"url": sp.consumer, "binding": POST},
        "NameIDFormat": UNSPECIFIED,
    }
    security = {
        "wantAssertionsSigned": True,
        "wantMessagesSigned": False,
        "wantNameId": True,
        "wantAttributeStatement": False,
        "rejectDeprecatedAlgorithm": True,
        # An empty list would ask for a password: False asks for nothing.
        "requestedAuthnContext": list(idp.contexts) or False,
        "requestedAuthnContextComparison": "exact",
        "authnRequestsSigned": False,
        "allowRepeatAttributeName": True,
        # Hospitals have hosts without a domain.
        "allowSingleLabelDomains": True,
    }
    theirs = {
        "entityId": idp.entity_id,
        "singleSignOnService": {"url": idp.address, "binding": REDIRECT},
        "x509certMulti": {"signing": list(idp.certificates)},
    }
    return Settings({"strict": True, "sp": ours, "idp": theirs, "security": security})


OURS = """<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID={entity}>
  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"
      protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:AssertionConsumerService index="0" isDefault="true" Binding={binding} Location={consumer}/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
"""


def our_metadata(sp: Sp) -> bytes:
    """The document an administrator gives to the provider; it holds until it is replaced."""
    values = {"entity": sp.entity_id, "binding": POST, "consumer": sp.consumer}
    return OURS.format(**{name: quoteattr(text) for name, text in values.items()}).encode()
