"""A posted SAML response lets nobody in unless its signature and all its conditions hold."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
import time_machine

from apps.tenants.sign_on import saml
from apps.tenants.sign_on.errors import AnswerRefused, ProviderFault
from apps.tenants.sign_on.saml_metadata import Sp, check_certificates, our_metadata, read_metadata
from apps.tenants.sign_on.xml import LONGEST, UnsafeXml, check_xml
from tests.sign_on.saml_attacks import ATTACKS, EVIL
from tests.sign_on.saml_peer import ENTITY, PERSON, SSO, SamlIdp, posted

US = Sp("https://p.example/sso/1/metadata", "https://p.example/sso/1/acs")
OTHER = Sp("https://p.example/sso/2/metadata", "https://p.example/sso/2/acs")
MAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

pytestmark = pytest.mark.usefixtures("signing_tool")


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    peer = SamlIdp(tmp_path_factory.mktemp("saml"))
    peer.know(our_metadata(US))
    return peer


@pytest.fixture(scope="module")
def impostor(tmp_path_factory):
    """Has the provider's name, but a key of its own."""
    impostor = SamlIdp(tmp_path_factory.mktemp("impostor"))
    impostor.know(our_metadata(US))
    return impostor


@pytest.fixture(scope="module")
def idp(peer):
    return read_metadata(peer.metadata())


def answer_of(peer, asked="request-1", sp=US, **more):
    return peer.answer(asked, sp.consumer, sp.entity_id, **more)


def refusal(idp, xml, sp=US):
    with pytest.raises(AnswerRefused) as refused:
        saml.claims_of(sp, idp, posted(xml))
    return refused.value.code


def test_metadata_names_the_provider_its_address_and_its_keys(idp):
    assert (idp.entity_id, idp.address, len(idp.certificates)) == (ENTITY, SSO, 1)


def test_the_provider_reads_our_request(peer, idp):
    question = saml.question(US, idp, proof_now=False)
    request = peer.asked(question.address)
    assert question.address.startswith(f"{SSO}?SAMLRequest=")
    assert (request.id, request.force_authn) == (question.id, None)
    assert request.assertion_consumer_service_url == US.consumer
    assert request.issuer.text == US.entity_id


def test_signing_asks_for_a_new_sign_in(peer, idp):
    request = peer.asked(saml.question(US, idp, proof_now=True).address)
    assert request.force_authn == "true"


STRONG = "https://refeds.org/profile/mfa"
USUAL = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


def test_the_strength_that_is_wanted_is_asked_for(peer, idp):
    strict = replace(idp, contexts=(STRONG, USUAL))
    wanted = peer.asked(saml.question(US, strict, proof_now=False).address).requested_authn_context
    assert wanted.comparison == "exact"
    assert [named.text for named in wanted.authn_context_class_ref] == [STRONG, USUAL]
    plain = peer.asked(saml.question(US, idp, proof_now=False).address)
    assert plain.requested_authn_context is None


def test_a_sign_in_that_was_too_weak_is_refused(peer, idp):
    xml = answer_of(peer)
    assert refusal(replace(idp, contexts=(STRONG,)), xml) == "signed-in-too-weakly"
    taken = saml.claims_of(US, replace(idp, contexts=(STRONG, USUAL)), posted(xml))
    assert taken.subject == "ada-1"


@pytest.mark.parametrize("sign_response", [False, True])
def test_a_person_who_signed_in_there_is_named(sign_response, peer, idp):
    at = dt.datetime.now(dt.UTC).replace(microsecond=0)
    xml = answer_of(peer, at=at, sign_response=sign_response)
    claims = saml.claims_of(US, idp, posted(xml))
    assert (claims.subject, claims.email) == ("ada-1", "ada@mercy.example")
    assert (claims.full_name, claims.in_response_to) == ("Ada Federated", "request-1")
    assert claims.authenticated_at == at.timestamp()


def test_two_assertions_have_two_names_and_one_always_the_same(peer, idp):
    first, second = (posted(answer_of(peer)) for _ in range(2))
    names = [saml.claims_of(US, idp, text).answer_id for text in (first, first, second)]
    assert names[0] == names[1] != names[2]


def test_a_name_that_is_an_address_counts_as_one(peer, idp):
    xml = answer_of(peer, person={}, name_id="Ada@mercy.example", name_format=MAIL)
    assert saml.claims_of(US, idp, posted(xml)).email == "ada@mercy.example"


def test_a_name_that_does_not_last_is_refused(peer, idp):
    assert refusal(idp, answer_of(peer, name_format=TRANSIENT)) == "name-does-not-last"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("sign_response", [False, True])
def test_a_tampered_response_is_refused(attack, sign_response, peer, idp):
    genuine = answer_of(peer, sign_response=sign_response)
    assert saml.claims_of(US, idp, posted(genuine)).subject == "ada-1"
    tampered = attack(genuine)
    assert EVIL in tampered or "<!DOCTYPE" in tampered
    assert refusal(idp, tampered)


def test_a_comment_hides_no_part_of_a_name(peer, idp):
    person = PERSON | {"mail": "ada@mercy.example.evil.example"}
    xml = answer_of(peer, person=person, name_id="ada-1.evil")
    xml = xml.replace("ada@mercy.example.evil", "ada@mercy.example<!-- -->.evil")
    claims = saml.claims_of(US, idp, posted(xml.replace(">ada-1.", ">ada-1<!-- -->.")))
    assert claims.email == "ada@mercy.example.evil.example"
    assert claims.subject == "ada-1.evil"


def test_an_unsigned_assertion_is_refused(peer, idp):
    assert refusal(idp, answer_of(peer, signed=False)) == "no-signed-assertion"


def test_a_signed_response_around_an_unsigned_assertion_is_refused(peer, idp):
    xml = answer_of(peer, signed=False, sign_response=True)
    assert refusal(idp, xml) == "no-signed-assertion"


def test_another_key_is_refused(impostor, idp):
    assert refusal(idp, answer_of(impostor)) == "invalid-signature"


def test_an_answer_for_another_organizations_provider_is_refused(tmp_path, idp, peer):
    """The same provider and key serve both: what is meant for one is not taken by the other."""
    xml = answer_of(peer)
    assert saml.claims_of(US, idp, posted(xml))
    assert refusal(idp, xml, OTHER) == "wrong-destination"
    moved = xml.replace(f'Destination="{US.consumer}"', f'Destination="{OTHER.consumer}"')
    assert refusal(idp, moved, OTHER) == "wrong-audience"


def test_a_provider_of_another_name_is_refused(tmp_path, idp):
    other = SamlIdp(tmp_path / "other", entity="https://idp.elsewhere.example/metadata")
    other.know(our_metadata(US))
    assert refusal(idp, answer_of(other)) == "wrong-issuer"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ('Recipient="https://p.example/sso/1/acs"', "wrong-subjectconfirmation"),
        ("AudienceRestriction", "wrong-audience"),
        ('InResponseTo="request-1"/>', "wrong-subjectconfirmation"),
    ],
)
def test_a_condition_that_is_missing_is_not_met(part, code, peer, idp, monkeypatch):
    """As if the provider had left it out itself: its signature holds."""
    monkeypatch.setattr(saml.Utils, "validate_sign", lambda *_, **__: True)
    xml = answer_of(peer)
    assert saml.claims_of(US, idp, posted(xml))
    if part == "AudienceRestriction":
        begin, end = xml.index("<ns1:AudienceRestriction"), xml.index("</ns1:AudienceRestriction>")
        spoilt = xml[:begin] + xml[end + len("</ns1:AudienceRestriction>") :]
    else:
        spoilt = xml.replace(part, "/>" if part.endswith("/>") else "")
    assert refusal(idp, spoilt) == code


@pytest.mark.parametrize(
    ("later", "code"), [(dt.timedelta(hours=3), "assertion-expired"), (-dt.timedelta(hours=1), "")]
)
def test_out_of_its_time_an_assertion_is_refused(later, code, peer, idp):
    xml = answer_of(peer)
    with time_machine.travel(dt.datetime.now(dt.UTC) + later):
        assert refusal(idp, xml) == (code or "assertion-too-early")


def test_clocks_may_differ_by_the_setting(peer, idp, settings):
    xml = answer_of(peer)
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=30)):
        assert saml.claims_of(US, idp, posted(xml)).subject == "ada-1"
        settings.SSO_CLOCK_SKEW_SECONDS = 5
        assert refusal(idp, xml) == "assertion-too-early"


@pytest.mark.parametrize("text", ["", "!", "AAAA", base64.b64encode(b"<a>").decode()])
def test_what_is_no_xml_is_refused(text, idp):
    with pytest.raises(AnswerRefused):
        saml.claims_of(US, idp, text)


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 70 + b"</a>" * 70,
        b"<a>" + b" " * LONGEST + b"</a>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<?php echo 1 ?><a/>",
        b"<a><b></a>",
        b"",
    ],
)
def test_unsafe_xml_is_never_built(data):
    check_xml(b"<a><b>text</b></a>")
    with pytest.raises(UnsafeXml):
        check_xml(data)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: "not metadata", "metadata"),
        (lambda text: f"<!DOCTYPE a>{text}", "metadata"),
        (lambda text: text.replace(SSO, "http://idp.mercy.example/sso"), "metadata-address"),
        (lambda text: text.replace(SSO, "javascript:alert(1)"), "metadata-address"),
        (lambda text: text.replace("HTTP-Redirect", "SOAP"), "metadata-address"),
        (lambda text: text.replace("X509Certificate", "X509Other"), "metadata-key"),
        (lambda text: text.replace("IDPSSODescriptor", "SPSSODescriptor"), "metadata-entity"),
    ],
)
def test_metadata_with_a_fault_is_refused(change, code, peer):
    with pytest.raises(ProviderFault) as fault:
        read_metadata(change(peer.metadata()))
    assert fault.value.code == code


def test_a_certificate_that_ended_is_refused(tmp_path, peer):
    now = dt.datetime.now(dt.UTC)
    check_certificates(read_metadata(peer.metadata()), now)
    ended = read_metadata(SamlIdp(tmp_path / "ended", days=-1).metadata())
    with pytest.raises(ProviderFault) as fault:
        check_certificates(ended, now)
    assert f"{now - dt.timedelta(days=1):%d-%b-%Y}" in fault.value.words
