"""Client certificates over real TLS: bound to their client, and refused the moment they end."""

from __future__ import annotations

import ssl
from urllib.parse import quote

import httpx
import pytest
from django.utils import timezone

from apps.audit.models import Alarm
from apps.core.revocation import Source
from apps.core.scope import organization_scope
from apps.ingestion.models import Ingress
from apps.tenants.certificates import (
    UNKNOWN,
    add_certificate,
    fault_of_client,
    revoke_certificate,
)
from apps.tenants.claims import Taken
from apps.tenants.models import ApiClient, ClientCertificate
from apps.tenants.watch import look_at
from tests.admin.people import events
from tests.api.keys import make_client
from tests.api.tls_proxy import proxying
from tests.database import committed
from tests.dicom_network.certificates import authority, certificate, revocation_list
from tests.factories import inside

pytestmark = committed

NO_LISTS = Source("", "")


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    issuer = authority(folder)
    names = ("proxy", "device", "other")
    made = {name: certificate(folder, name, issuer) for name in names}
    made["old"] = certificate(folder, "old", issuer, days=-1)
    return {"folder": folder, "issuer": issuer, **made}


@pytest.fixture
def bound(mercy, papers, settings):
    """A client that must show a certificate, and its key."""
    settings.CLIENT_CERTIFICATE_HEADER = "Client-Cert"
    settings.CLIENT_CERTIFICATE_CA = str(papers["issuer"].file)
    client, key = make_client(mercy)
    with inside(mercy):
        ApiClient.objects.update(certificate_required=True)
        for name in ("device", "old"):
            row = ClientCertificate(client=client, name=name)
            add_certificate(row, papers[name].made, by=None)
    return client, key


def sender(url, key, papers, name=None):
    """Sends a file and says what came of it."""
    context = ssl.create_default_context(cafile=str(papers["issuer"].file))
    if name:
        context.load_cert_chain(papers[name].file, papers[name].key)

    def send(**headers):
        given = {"Authorization": f"Bearer {key}"} | headers
        with httpx.Client(verify=context, headers=given) as http:
            answer = http.post(f"{url}/api/v1/files", content=b"an ecg")
        return answer.status_code, answer.json().get("code", "")

    return send


def test_a_certificate_admits_its_client_until_it_is_revoked(
    live_server, mercy, papers, bound, admin_user
):
    _, key = bound
    with proxying(live_server.url, papers["proxy"], papers["issuer"]) as url:
        assert sender(url, key, papers)() == (403, "certificate-missing")
        assert sender(url, key, papers, "other")() == (403, "certificate-unknown")
        send = sender(url, key, papers, "device")
        assert send() == (201, "")
        with inside(mercy):
            row = ClientCertificate.objects.get(name="device")
            assert revoke_certificate(row, by=admin_user, now=timezone.now())
        assert send() == (403, "certificate-revoked")
        with pytest.raises(httpx.HTTPError):
            sender(url, key, papers, "old")()
    with inside(mercy):
        assert Ingress.objects.count() == 1
    assert len(events(mercy, "tenants.certificate.refused")) == 3


def test_the_authoritys_list_counts_once_it_is_replaced(
    live_server, papers, bound, settings, tmp_path
):
    _, key = bound
    file = revocation_list(tmp_path / "crl.pem", papers["issuer"])
    settings.CLIENT_CERTIFICATE_CRL = str(file)
    with proxying(live_server.url, papers["proxy"], papers["issuer"]) as url:
        send = sender(url, key, papers, "device")
        assert send() == (201, "")
        revocation_list(file, papers["issuer"], papers["device"])
        assert send() == (403, "certificate-revoked")
        revocation_list(file, papers["issuer"], days=-1)
        assert send() == (503, "certificate-status-unknown")


def test_a_list_that_nobody_here_signed_refuses_under_an_alarm_until_it_is_right(
    client, mercy, lakeside, papers, bound, settings, tmp_path
):
    _, key = bound
    file = revocation_list(tmp_path / "crl.pem", authority(tmp_path))
    settings.CLIENT_CERTIFICATE_CRL = str(file)
    shown = quote(papers["device"].file.read_text())
    given = {"Authorization": f"Bearer {key}", "Client-Cert": shown}

    def status():
        kind = "application/octet-stream"
        return client.post("/api/v1/files", b"x", content_type=kind, headers=given).status_code

    assert status() == 503
    assert alarms_of(mercy) == [("revocation.unusable", "api")]
    assert alarms_of(lakeside) == []
    revocation_list(file, papers["issuer"], days=-1)
    assert (status(), alarms_of(mercy)) == (503, [("revocation.stale", "api")])
    settings.STALE_CRL = "use"
    assert (status(), alarms_of(mercy)) == (201, [("revocation.stale", "api")])
    revocation_list(file, papers["issuer"])
    assert (status(), alarms_of(mercy)) == (201, [])


def alarms_of(organization):
    look_at(organization.pk)
    with inside(organization):
        return list(Alarm.objects.filter(resolved_at=None).values_list("code", "subject"))


def test_only_a_proxy_of_ours_is_believed(client, papers, bound, settings):
    _, key = bound
    pem = papers["device"].file.read_text()
    given = {
        "Authorization": f"Bearer {key}",
        "Client-Cert": quote(pem),
    }

    def code(**more):
        kind = "application/octet-stream"
        answer = client.post("/api/v1/files", b"x", content_type=kind, headers=given | more)
        return answer.json().get("code", "")

    assert code() == ""
    assert code(**{"Client-Cert": "Smith"}) == "certificate-unknown"
    client.defaults["REMOTE_ADDR"] = "no address"
    assert code() == "certificate-missing"
    del client.defaults["REMOTE_ADDR"]
    settings.CLIENT_CERTIFICATE_PROXIES = []
    assert code() == "certificate-missing"


def test_an_ended_certificate_is_refused(client, papers, bound):
    _, key = bound
    given = {"Authorization": f"Bearer {key}", "Client-Cert": quote(papers["old"].file.read_text())}
    answer = client.post(
        "/api/v1/files", b"x", content_type="application/octet-stream", headers=given
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "certificate-expired")


def test_a_certificate_is_one_clients_only(mercy, lakeside, papers, bound):
    for organization in (mercy, lakeside):
        with organization_scope(organization.pk), pytest.raises(Taken):
            add_certificate(ClientCertificate(name="again"), papers["device"].made, by=None)


def test_one_that_is_revoked_ends_no_other(mercy, papers, bound, admin_user):
    client, _ = bound
    shown, now = papers["device"].made, timezone.now()
    with inside(mercy):
        revoke_certificate(ClientCertificate.objects.get(name="old"), by=admin_user, now=now)
        assert fault_of_client(client, shown, NO_LISTS, required=True, now=now) == ""


def test_one_that_nobody_entered_counts_only_where_one_must_be_shown(mercy, papers, bound):
    client, _ = bound
    shown, now = papers["other"].made, timezone.now()
    with inside(mercy):
        assert fault_of_client(client, shown, NO_LISTS, required=False, now=now) == ""
        assert fault_of_client(client, shown, NO_LISTS, required=True, now=now) == UNKNOWN
