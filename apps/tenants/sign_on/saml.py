"""SAML 2.0 Web SSO: asked by redirect, answered by a posted, signed assertion."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from lxml.etree import LxmlError
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request as Request
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response as Response
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

from apps.tenants.sign_on.asked import Claims
from apps.tenants.sign_on.errors import AnswerRefused, ProviderFault
from apps.tenants.sign_on.saml_metadata import Idp, Sp, library_settings
from apps.tenants.sign_on.strength import check_context
from apps.tenants.sign_on.xml import LONGEST, UnsafeXml, check_xml

PASSING_NAME = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ADDRESS_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

# Under which name providers send it: friendly, by object id (eduPerson), by claim type (ADFS).
CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
EMAIL = ("email", "mail", "urn:oid:0.9.2342.19200300.100.1.3", f"{CLAIM}/emailaddress")
NAME = ("name", "displayName", "urn:oid:2.16.840.1.113730.3.1.241", f"{CLAIM}/name")
GIVEN = ("givenName", "urn:oid:2.5.4.42", f"{CLAIM}/givenname")
FAMILY = ("sn", "surname", "urn:oid:2.5.4.4", f"{CLAIM}/surname")

# The library's number of each refusal → its name.
_REASONS = {
    number: name.lower().replace("_", "-")
    for name, number in vars(OneLogin_Saml2_ValidationError).items()
    if isinstance(number, int)
}


@dataclass(frozen=True, slots=True)
class Question:
    """The request's ID, and where the browser is sent with it."""

    id: str
    address: str


def question(sp: Sp, idp: Idp, *, proof_now: bool) -> Question:
    """`proof_now` has the person prove who they are even if signed in there (ForceAuthn).

    Raises ProviderFault.
    """
    try:
        made = Request(library_settings(sp, idp), force_authn=proof_now, set_nameid_policy=False)
    except OneLogin_Saml2_Error:
        raise ProviderFault("metadata", "The metadata cannot be used as it is.") from None
    mark = "&" if "?" in idp.address else "?"
    return Question(
        made.get_id(), f"{idp.address}{mark}{urlencode({'SAMLRequest': made.get_request()})}"
    )


def claims_of(sp: Sp, idp: Idp, posted: str) -> Claims:
    """What the posted response says; its signature and all its conditions hold.

    Whether it answers a request of the browser's is the caller's to check. Raises AnswerRefused.
    """
    _look_through(posted)
    # SubjectConfirmationData and SessionNotOnOrAfter are taken to the second.
    Constants.ALLOWED_CLOCK_DRIFT = settings.SSO_CLOCK_SKEW_SECONDS
    try:
        response = Response(library_settings(sp, idp), posted)
        response.is_valid(_as_asked(sp), raise_exceptions=True)
        _check_what_the_library_leaves_out(response, sp)
        check_context(idp.contexts, _context_in(response))
        return _claims(response)
    except (OneLogin_Saml2_ValidationError, OneLogin_Saml2_Error) as error:
        raise AnswerRefused(_REASONS.get(error.code, "saml-not-valid")) from None
    except (LxmlError, ValueError, IndexError, TypeError, AttributeError):
        raise AnswerRefused("saml-not-valid") from None


def _look_through(posted: str) -> None:
    if len(posted) > 2 * LONGEST:
        raise AnswerRefused("saml-not-xml")
    try:
        check_xml(base64.b64decode(posted, validate=False))
    except (UnsafeXml, binascii.Error):
        raise AnswerRefused("saml-not-xml") from None


def _as_asked(sp: Sp) -> dict[str, str]:
    """The address that answers must be meant for: ours, whatever this request's host is."""
    parts = urlsplit(sp.consumer)
    https = "on" if parts.scheme == "https" else "off"
    return {"https": https, "http_host": parts.netloc, "script_name": parts.path}


def _check_what_the_library_leaves_out(response: Response, sp: Sp) -> None:
    """Where it takes a condition that is missing, or compares beginnings."""
    if sp.entity_id not in response.get_audiences():
        raise AnswerRefused("wrong-audience")
    if response.document.get("Destination", sp.consumer) != sp.consumer:
        raise AnswerRefused("wrong-destination")
    asked = response.get_in_response_to()
    confirmed = [
        data
        for data in response._query_assertion(
            "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
        )
        if data.get("Recipient") == sp.consumer
        and data.get("NotOnOrAfter")
        and data.get("InResponseTo") == asked
    ]
    if not asked or not confirmed:
        raise AnswerRefused("wrong-subjectconfirmation")
    if response.get_nameid_format() == PASSING_NAME:
        raise AnswerRefused("name-does-not-last")


def _claims(response: Response) -> Claims:
    said: dict[str, Any] = response.get_attributes()
    name = response.get_nameid()
    email = _first(said, EMAIL)
    if not email and response.get_nameid_format() == ADDRESS_NAME:
        email = name
    statement = response._query_assertion("/saml:AuthnStatement")[0]
    at = statement.get("AuthnInstant")
    full_name = _first(said, NAME) or f"{_first(said, GIVEN)} {_first(said, FAMILY)}"
    return Claims(
        answer_id=hashlib.sha256(f"saml {response.get_assertion_id()}".encode()).hexdigest(),
        in_response_to=response.get_in_response_to(),
        subject=name,
        email=email.lower(),
        full_name=" ".join(full_name.split()),
        authenticated_at=float(Utils.parse_SAML_to_time(at)) if at else None,
    )


def _context_in(response: Response) -> str:
    """The class of the statement whose time is taken."""
    path = "/saml:AuthnStatement[1]/saml:AuthnContext/saml:AuthnContextClassRef"
    named = response._query_assertion(path)
    return (named[0].text or "").strip() if named else ""


def _first(said: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        for value in said.get(name, []):
            if isinstance(value, str) and value:
                return value
    return ""
