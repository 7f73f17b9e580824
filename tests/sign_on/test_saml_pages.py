"""The whole way of SAML: our metadata, the request, the posted answer, the session, a signature."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from apps.reports.models import Signature
from apps.tenants.models import IdentityProvider
from tests.database import committed
from tests.factories import inside
from tests.sign_on import saml_peer
from tests.sign_on.rows import address_in, ask, local, make_member, make_provider
from tests.web.pages import events, report_of, viewed_by_reader

pytestmark = [committed, pytest.mark.usefixtures("signing_tool")]


@pytest.fixture
def ada(mercy):
    return make_member(mercy)


@pytest.fixture
def peer(tmp_path):
    return saml_peer.SamlIdp(tmp_path / "idp")


@pytest.fixture
def provider(mercy, peer, client_of, admin_user):
    row = make_provider(mercy, kind="saml", issuer=saml_peer.ENTITY, metadata=peer.metadata())
    document = client_of(admin_user).get(f"/sign-in/sso/{row.public_id}/metadata")
    assert document.headers["Content-Type"] == "application/samlmetadata+xml"
    peer.know(document.content)
    return row


@pytest.fixture
def answer(peer, provider):
    """Posts the provider's answer to a question, from its site: without our cookies."""

    def post(address, **more):
        request = peer.asked(address)
        consumer, sp = request.assertion_consumer_service_url, request.issuer.text
        xml = peer.answer(request.id, consumer, sp, **more)
        return Client().post(local(consumer), {"SAMLResponse": saml_peer.posted(xml)})

    return post


@pytest.fixture
def signed_in(client, answer, ada):
    response = answer(address_in(ask(client)))
    assert response.status_code == 303
    assert not response.cookies
    assert client.get(response.url).url == "/worklist"
    return client


def test_a_member_comes_in(signed_in, ada, mercy):
    assert signed_in.get("/worklist").status_code == 200
    assert [event.actor_id for event in events(mercy, "tenants.user.signed_in")] == [ada.pk]


def test_only_the_browser_that_asked_comes_in(client, answer, ada, mercy):
    response = answer(address_in(ask(client)))
    assert Client().get(response.url).status_code == 403
    other = Client()
    ask(other)
    assert other.get(response.url).status_code == 403
    assert client.get(response.url).status_code == 302
    assert client.get(response.url).status_code == 403


def test_an_answer_posted_again_is_refused(client, peer, provider, ada, mercy):
    request = peer.asked(address_in(ask(client)))
    consumer = request.assertion_consumer_service_url
    posted = saml_peer.posted(peer.answer(request.id, consumer, request.issuer.text))
    statuses = [
        Client().post(local(consumer), {"SAMLResponse": posted}).status_code for _ in range(2)
    ]
    assert statuses == [303, 403]
    (refused,) = events(mercy, "tenants.user.refused")
    assert '"code": "answered-before"' in refused.details


def test_an_answer_nobody_asked_for_is_refused(client, peer, provider, ada):
    request = peer.asked(address_in(ask(client)))
    consumer = request.assertion_consumer_service_url
    xml = peer.answer("made-up", consumer, request.issuer.text)
    response = client.post(local(consumer), {"SAMLResponse": saml_peer.posted(xml)})
    assert client.get(response.url).status_code == 403


def test_an_answer_for_another_organization_is_refused(client, peer, provider, ada, lakeside):
    theirs = make_provider(lakeside, "lakeside.example", kind="saml", metadata=peer.metadata())
    request = peer.asked(address_in(ask(client)))
    consumer = request.assertion_consumer_service_url
    xml = peer.answer(request.id, consumer, request.issuer.text)
    moved = local(consumer).replace(str(provider.public_id), str(theirs.public_id))
    posted = {"SAMLResponse": saml_peer.posted(xml)}
    assert Client().post(moved, posted).status_code == 403
    assert Client().post(local(consumer), posted).status_code == 303


def test_an_unsigned_answer_is_refused_and_the_reason_recorded(client, answer, provider, mercy):
    response = answer(address_in(ask(client)), signed=False)
    assert response.status_code == 403
    assert b"mercy.example" not in response.content
    (refused,) = events(mercy, "tenants.user.refused")
    assert '"code": "no-signed-assertion"' in refused.details
    assert refused.actor_id is None


def sign(client, report):
    body = {"revision": report.draft_revision, "viewed": viewed_by_reader(report)}
    return client.post(f"/reports/{report.public_id}/sign", body)


@pytest.mark.parametrize(
    ("seconds_ago", "status", "signed"), [(0, 302, ["saml"]), (200, 403, []), (-200, 403, [])]
)
def test_a_report_is_signed_by_a_new_sign_in_only(
    seconds_ago, status, signed, signed_in, answer, peer, recording, mercy
):
    body = {"text": "Sinus rhythm.", "revision": report_of(recording).draft_revision}
    signed_in.post(f"/reports/{report_of(recording).public_id}/draft", body)
    question = address_in(sign(signed_in, report_of(recording)))
    assert peer.asked(question).force_authn == "true"
    at = timezone.now() - dt.timedelta(seconds=seconds_ago)
    assert signed_in.get(answer(question, at=at).url).status_code == status
    with inside(mercy):
        assert [row.method for row in Signature.objects.all()] == signed
    assert report_of(recording).draft_text == "Sinus rhythm."


def test_another_subject_signs_nothing(signed_in, answer, recording, mercy):
    body = {"text": "Sinus rhythm.", "revision": report_of(recording).draft_revision}
    signed_in.post(f"/reports/{report_of(recording).public_id}/draft", body)
    question = address_in(sign(signed_in, report_of(recording)))
    assert signed_in.get(answer(question, name_id="bob-1").url).status_code == 403
    with inside(mercy):
        assert not Signature.objects.exists()


def test_metadata_of_another_kind_of_provider_is_nowhere(client_of, admin_user, provider, mercy):
    client, address = client_of(admin_user), f"/sign-in/sso/{provider.public_id}/metadata"
    assert client.get(address).status_code == 200
    with inside(mercy):
        IdentityProvider.objects.update(kind="oidc")
    assert client.get(address).status_code == 404
