"""What forgers do to a genuine response: each takes its XML and gives back another."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from lxml import etree

NS = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "d": "http://www.w3.org/2000/09/xmldsig#",
}
Element = etree._Element
EVIL = "eve-1"


def _parts(xml: str) -> tuple[Element, Element]:
    response = etree.fromstring(xml.encode())
    assertion = response.find("a:Assertion", NS)
    assert assertion is not None
    return response, assertion


def _forged(assertion: Element, *, same_id: bool = False, keep_signature: bool = False) -> Element:
    forged = deepcopy(assertion)
    if not same_id:
        forged.set("ID", "id-forged")
    if not keep_signature:
        forged.remove(forged.find("d:Signature", NS))
    forged.find("a:Subject/a:NameID", NS).text = EVIL
    return forged


def _text(response: Element) -> str:
    return etree.tostring(response).decode()


def changed_subject(xml: str) -> str:
    response, assertion = _parts(xml)
    assertion.find("a:Subject/a:NameID", NS).text = EVIL
    return _text(response)


def forged_beside(xml: str) -> str:
    response, assertion = _parts(xml)
    assertion.addprevious(_forged(assertion))
    return _text(response)


def forged_beside_with_the_same_id(xml: str) -> str:
    response, assertion = _parts(xml)
    assertion.addprevious(_forged(assertion, same_id=True, keep_signature=True))
    return _text(response)


def genuine_inside_the_forged_signature(xml: str) -> str:
    response, assertion = _parts(xml)
    forged = _forged(assertion, keep_signature=True)
    signature = forged.find("d:Signature", NS)
    response.replace(assertion, forged)
    box = etree.SubElement(signature, f"{{{NS['d']}}}Object")
    box.append(assertion)
    return _text(response)


def genuine_in_the_extensions(xml: str) -> str:
    response, assertion = _parts(xml)
    forged = _forged(assertion, keep_signature=True)
    response.replace(assertion, forged)
    box = etree.Element(f"{{{NS['p']}}}Extensions")
    box.append(assertion)
    response.find("a:Issuer", NS).addnext(box)
    return _text(response)


def genuine_inside_the_forged(xml: str) -> str:
    response, assertion = _parts(xml)
    forged = _forged(assertion)
    response.replace(assertion, forged)
    forged.append(assertion)
    return _text(response)


def genuine_response_in_the_forged_one(xml: str) -> str:
    response, assertion = _parts(xml)
    outer = deepcopy(response)
    outer.set("ID", "id-outer")
    inner = outer.find("a:Assertion", NS)
    outer.replace(inner, _forged(assertion))
    box = etree.Element(f"{{{NS['p']}}}Extensions")
    box.append(response)
    outer.find("a:Issuer", NS).addnext(box)
    return _text(outer)


def without_signature(xml: str) -> str:
    response, assertion = _parts(xml)
    response.replace(assertion, _forged(assertion, same_id=True))
    return _text(response)


def entity_for_the_subject(xml: str) -> str:
    _, assertion = _parts(xml)
    name = assertion.find("a:Subject/a:NameID", NS).text
    body = xml.partition("?>")[2].replace(f">{name}<", ">&who;<")
    return f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY who "{EVIL}">]>{body}'


def empty_doctype(xml: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE r>{xml.partition("?>")[2]}'


ATTACKS: list[Callable[[str], str]] = [
    changed_subject,
    forged_beside,
    forged_beside_with_the_same_id,
    genuine_inside_the_forged_signature,
    genuine_in_the_extensions,
    genuine_inside_the_forged,
    genuine_response_in_the_forged_one,
    without_signature,
    entity_for_the_subject,
    empty_doctype,
]
