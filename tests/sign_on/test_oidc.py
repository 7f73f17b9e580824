"""What an OpenID Connect provider answers lets nobody in unless all of it holds."""

from __future__ import annotations

import time

import pytest

from apps.tenants.models import IdentityProvider
from apps.tenants.sign_on import oidc
from apps.tenants.sign_on.asked import Asked, Signing
from apps.tenants.sign_on.errors import AnswerRefused, ProviderFault
from tests.sign_on.oidc_peer import SECRET, given_in

CALLBACK = "https://platform.example/sign-in/sso/1/callback"


@pytest.fixture
def provider(idp):
    return IdentityProvider(kind="oidc", issuer=idp.issuer, client_id="einthoven")


def ask(**more):
    return Asked("state-1", 1, "provider", time.time(), **more)


@pytest.fixture
def signed_in(idp, provider):
    """The claims after the whole flow; the test may change what comes back."""

    def flow(asked=None, sub="ada-1", secret=SECRET, browser=None, **changes):
        asked = asked or ask()
        address = oidc.address_to_ask(provider, asked, CALLBACK)
        given = given_in(idp.answer(address, sub, browser)) | changes
        return oidc.claims_of(provider, secret, asked, CALLBACK, given)

    return flow


def refusal(work, *args, **more):
    with pytest.raises(AnswerRefused) as refused:
        work(*args, **more)
    return refused.value.code


def test_a_person_who_signed_in_there_is_named(signed_in):
    claims = signed_in()
    assert (claims.subject, claims.email) == ("ada-1", "ada@mercy.example")
    assert claims.full_name == "Dr Ada Federated"
    assert claims.in_response_to == "state-1"
    assert abs(claims.authenticated_at - time.time()) < 5


def test_the_question_has_state_nonce_and_challenge_but_no_verifier(idp, provider):
    asked = ask()
    question = given_in(oidc.address_to_ask(provider, asked, CALLBACK))
    assert question["state"] == asked.id
    assert question["nonce"] == asked.nonce
    assert question["code_challenge"] == asked.challenge
    assert question["code_challenge_method"] == "S256"
    assert asked.verifier not in str(question)
    assert not {"prompt", "max_age"} & set(question)


STRONG = {"required_contexts": "urn:phr\nurn:phrh", "required_methods": "mfa hwk"}


def test_the_strength_that_is_wanted_is_asked_for(idp, provider):
    provider.required_contexts = STRONG["required_contexts"]
    question = given_in(oidc.address_to_ask(provider, ask(), CALLBACK))
    assert question["acr_values"] == "urn:phr urn:phrh"


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ({"acr": "urn:phrh", "amr": ["hwk", "mfa", "pwd"]}, True),
        ({"acr": "urn:pwd", "amr": ["hwk", "mfa"]}, False),
        ({"amr": ["hwk", "mfa"]}, False),
        ({"acr": "urn:phr", "amr": ["mfa"]}, False),
        ({"acr": "urn:phr", "amr": "mfa hwk"}, False),
        ({"acr": "urn:phr"}, False),
    ],
    ids=str,
)
def test_a_sign_in_that_was_too_weak_is_refused(said, is_taken, idp, provider, signed_in):
    for name, text in STRONG.items():
        setattr(provider, name, text)
    idp.misbehave(claims=said)
    if is_taken:
        assert signed_in().subject == "ada-1"
    else:
        assert refusal(signed_in) == "signed-in-too-weakly"


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ({"algorithm": "none"}, "algorithm"),
        ({"algorithm": "HS256"}, "algorithm"),
        ({"other_key": True}, "wrong-signature"),
        ({"claims": {"aud": "another-client"}}, "wrong-audience"),
        ({"claims": {"aud": ["einthoven", "another"]}}, "wrong-audience"),
        ({"claims": {"azp": "another-client"}}, "wrong-audience"),
        ({"claims": {"iss": "https://other.example"}}, "other-issuer"),
        ({"claims": {"exp": 1_700_000_000}}, "expired"),
        ({"claims": {"exp": None}}, "incomplete"),
        ({"claims": {"iat": 4_000_000_000}}, "not-yet-valid"),
        ({"claims": {"nonce": "another"}}, "other-nonce"),
        ({"claims": {"nonce": None}}, "incomplete"),
        ({"claims": {"sub": None}}, "incomplete"),
    ],
)
def test_a_token_with_a_fault_is_refused(faults, code, idp, signed_in):
    assert signed_in().subject == "ada-1"
    idp.misbehave(**faults)
    assert refusal(signed_in) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "another"}, "answers-nothing-asked"),
        ({"state": ""}, "answers-nothing-asked"),
        ({"iss": "https://other.example"}, "other-issuer"),
        ({"error": "access_denied"}, "declined-by-the-provider"),
        ({"code": ""}, "declined-by-the-provider"),
    ],
)
def test_a_callback_with_a_fault_is_refused(changes, code, signed_in):
    assert refusal(signed_in, **changes) == code


def test_a_code_of_another_browsers_question_is_not_redeemed(idp, provider, signed_in):
    other = Asked("state-1", 1, "provider", time.time())
    stolen = given_in(idp.answer(oidc.address_to_ask(provider, other, CALLBACK)))["code"]
    with pytest.raises(ProviderFault, match="status"):
        signed_in(code=stolen)


def test_a_wrong_client_secret_is_a_fault_of_the_set_up(signed_in):
    with pytest.raises(ProviderFault) as fault:
        signed_in(secret="wrong")
    assert "answered with status 400" in fault.value.words


@pytest.mark.parametrize(
    ("trusts", "claims", "email"),
    [
        (False, {}, "ada@mercy.example"),
        (False, {"email_verified": False}, ""),
        (True, {"email_verified": False}, ""),
        (False, {"email_verified": None}, ""),
        (True, {"email_verified": None}, "ada@mercy.example"),
        (False, {"email_verified": "true"}, ""),
    ],
)
def test_only_an_address_that_is_vouched_for_counts(
    trusts, claims, email, idp, provider, signed_in
):
    provider.trusts_email = trusts
    idp.misbehave(claims=claims)
    assert signed_in().email == email


def test_an_address_kept_out_of_the_token_is_asked_for(idp, signed_in):
    idp.misbehave(claims={"email": None, "email_verified": None, "name": None})
    claims = signed_in()
    assert (claims.email, claims.full_name) == ("ada@mercy.example", "Dr Ada Federated")


def test_an_address_of_somebody_else_is_not_taken(idp, signed_in):
    idp.misbehave(claims={"email": None, "email_verified": None, "sub": "another"})
    assert refusal(signed_in) == "another-person"


def test_signing_asks_for_a_new_sign_in_and_gets_one(idp, provider, signed_in):
    asked = ask(signing=Signing("r", 1, "v", "", 1, "ada-1"))
    question = given_in(oidc.address_to_ask(provider, asked, CALLBACK))
    assert (question["prompt"], question["max_age"]) == ("login", "0")
    with idp.browser() as browser:
        first = signed_in(browser=browser).authenticated_at
        time.sleep(1.1)
        assert signed_in(browser=browser).authenticated_at == first
        assert signed_in(asked, browser=browser).authenticated_at > first


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ({"issuer": "https://other.example"}, "other-issuer"),
        ({"token_endpoint": "https://elsewhere.example/token"}, "egress-host"),
        ({"token_endpoint": "http://elsewhere.example/token"}, "egress-plain-http"),
    ],
)
def test_a_provider_that_names_other_places_is_not_used(faults, code, idp, provider):
    idp.misbehave(**faults)
    with pytest.raises(ProviderFault) as fault:
        oidc.address_to_ask(provider, ask(), CALLBACK)
    assert fault.value.code == code


def test_a_provider_inside_the_network_is_asked_only_where_it_is_listed(settings, provider):
    settings.EGRESS_INTERNAL_HOSTS = []
    with pytest.raises(ProviderFault) as fault:
        oidc.address_to_ask(provider, ask(), CALLBACK)
    assert fault.value.code == "egress-plain-http"
