"""A signed report waits for a receiver that proves who it is, then arrives once."""

from __future__ import annotations

import pytest

from apps.integrations import jobs
from apps.integrations.models import Delivery
from apps.tenants.secrets import set_secret
from tests.admin.people import page, signed_in
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.integrations.authority import Authority
from tests.integrations.sent import (
    make_destination,
    only_delivery_of,
    point_at,
    queue_messages,
    send_once,
    stored,
)
from tests.reports.signing import sign_recording
from tests.simulators.ehr_process import running_ehr

pytestmark = committed

OURS = Authority()
RECEIVER, SHOWN = OURS.issue("127.0.0.1"), OURS.issue("einthoven.mercy.example")


@pytest.fixture(autouse=True)
def impatient(settings, monkeypatch):
    settings.RETRY_BACKOFF_SECONDS = 1e-9
    monkeypatch.setattr(jobs, "TIMEOUT_S", 5.0)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE_S", 1e-9)


@pytest.fixture
def destination(mercy, recording, reader):
    """By TLS, with a certificate of ours; a signed report waits for it."""
    fields = {"tls_authorities": OURS.pem, "tls_certificate": SHOWN.certificate}
    row = make_destination(mercy, transport="tls", **fields)
    with inside(mercy):
        set_secret(row, "tls_key", SHOWN.key)
        row.save()
    sign_recording(recording, reader)
    queue_messages()
    return row


@pytest.fixture
def listening(destination, tmp_path):
    """A receiver in a process of its own that shows what it was issued and asks for the same."""
    (tmp_path / "clients.pem").write_text(OURS.pem)
    store = tmp_path / "store"

    def serve(issued, *faults):
        options = ["--tls", issued.kept_in(tmp_path), "--clients", tmp_path / "clients.pem"]
        return running_ehr(store, *map(str, options), *faults)

    serve.store = store
    return serve


def test_a_report_arrives_once_whatever_went_wrong_before(
    mercy, destination, listening, tmp_path, monkeypatch
):
    """Somebody else's certificate, a lost answer, then all is well: stored once, sent to no one."""
    with listening(Authority("Somebody else").issue("127.0.0.1")) as stranger:
        point_at(destination, stranger.port)
        send_once()
    waiting = only_delivery_of(mercy)
    assert (waiting.error_code, waiting.attempts) == ("mllp_tls_untrusted", 0)
    assert stored(listening.store) == []
    with listening(RECEIVER, "--fault", "no-ack") as silent:
        point_at(destination, silent.port)
        monkeypatch.setattr(jobs, "TIMEOUT_S", 0.5)
        send_once()
    monkeypatch.setattr(jobs, "TIMEOUT_S", 5.0)
    assert only_delivery_of(mercy).error_code == "mllp_reply_timeout"
    with listening(RECEIVER) as ehr:
        point_at(destination, ehr.port)
        send_once()
    assert only_delivery_of(mercy).status == Delivery.Status.ACKNOWLEDGED
    assert len(stored(listening.store)) == 1
    assert codes_of(mercy).count("integrations.delivery.acknowledged") == 1


def test_the_page_of_a_delivery_says_what_is_wrong(mercy, destination, admin_user):
    with inside(mercy):
        type(destination).objects.update(tls_certificate="", tls_authorities="", port=1)
        Delivery.objects.update(error_code="mllp_tls_wrong_name")
    address = page(Delivery, "change", only_delivery_of(mercy))
    text = signed_in(admin_user).get(address).content.decode()
    assert "Its certificate is for another name." in text
    assert "BEGIN CERTIFICATE" not in text


def test_without_its_key_a_message_waits(mercy, destination):
    with inside(mercy):
        type(destination).objects.update(tls_key=None)
    send_once()
    waiting = only_delivery_of(mercy)
    assert (waiting.error_code, waiting.attempts) == ("mllp_tls_key_missing", 0)
    with inside(mercy):
        type(destination).objects.update(tls_key=b"not sealed by anybody")
    send_once()
    assert only_delivery_of(mercy).error_code == "mllp_tls_key_missing"
