"""Channels are told of each beginning and end once, in order, without patient data."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from apps.audit.alarms import raise_alarm, resolve_alarm
from apps.core import drain
from apps.integrations.alarm_notices import queue_notices
from apps.integrations.destinations.webhook.client import signature, validate_address
from apps.integrations.models import AlarmChannel, AlarmNotice
from apps.tenants.secrets import set_secret
from tests.database import committed
from tests.factories import inside
from tests.integrations.alarm_receiver import receiver

pytestmark = committed

CODE, SECRET = "queue.given_up", b"a secret both sides know"


@pytest.fixture
def webhooks(settings):
    settings.RETRY_BACKOFF_SECONDS = 0.001
    with receiver() as server:
        settings.EGRESS_INTERNAL_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


def channel(organization, kind="email", address="oncall@mercy.example", **fields):
    with inside(organization):
        made = AlarmChannel(organization=organization, kind=kind, address=address, **fields)
        set_secret(made, "secret", SECRET.decode())
        made.save()
        return made


def tell(organization):
    with inside(organization):
        queued = queue_notices()
    drain.drain()
    return queued


def begin(organization, code=CODE, **fields):
    with inside(organization):
        raise_alarm(code, "delivery", **fields)


def end(organization, code=CODE):
    with inside(organization):
        resolve_alarm(code, "delivery")


def states(organization):
    with inside(organization):
        rows = AlarmNotice.objects.order_by("id").values_list("kind", "state", "error_code")
        return [*rows]


def test_a_mail_says_what_is_wrong_where_and_what_to_do(mercy):
    channel(mercy)
    begin(mercy, figure=3)
    assert (tell(mercy), tell(mercy)) == (1, 0)
    [sent] = mail.outbox
    assert sent.subject == f"Critical: Given up after all attempts: 3 – {mercy.name}"
    assert sent.to == ["oncall@mercy.example"]
    assert "run them again" in sent.body
    assert "/alarms" in sent.body


def test_the_end_is_told_once_after_the_beginning(mercy):
    channel(mercy)
    begin(mercy)
    tell(mercy)
    end(mercy)
    tell(mercy)
    tell(mercy)
    assert [sent.subject.partition(":")[0] for sent in mail.outbox] == ["Critical", "Resolved"]


def test_what_began_and_ended_between_two_looks_is_told_in_order(mercy):
    channel(mercy)
    begin(mercy)
    end(mercy)
    assert tell(mercy) == 2
    assert [sent.subject.partition(":")[0] for sent in mail.outbox] == ["Critical", "Resolved"]


def test_another_organizations_channels_hear_nothing(mercy, lakeside):
    channel(lakeside, address="oncall@lakeside.example")
    begin(mercy)
    tell(mercy)
    tell(lakeside)
    assert mail.outbox == []


def test_a_channel_that_is_off_hears_nothing(mercy):
    channel(mercy, is_active=False)
    begin(mercy)
    assert tell(mercy) == 0


def test_a_mail_server_that_is_away_uses_no_attempt_up(mercy, monkeypatch, settings):
    settings.RETRY_BACKOFF_SECONDS = 60

    def refuse(_mail):
        raise smtplib.SMTPServerDisconnected("oncall@mercy.example")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    channel(mercy)
    begin(mercy)
    tell(mercy)
    assert states(mercy) == [("raised", "received", "mail-unavailable")]


def test_a_webhook_is_signed_over_time_and_body(mercy, webhooks):
    channel(mercy, "webhook", webhooks.address)
    begin(mercy)
    tell(mercy)
    [(headers, body)] = webhooks.taken
    signed = headers["Einthoven-Timestamp"].encode() + b"." + body
    proof = hmac.new(SECRET, signed, hashlib.sha256).hexdigest()
    assert headers["Einthoven-Signature"] == f"v1={proof}"
    message = json.loads(body)
    assert (message["organization"], message["code"]) == (mercy.slug, CODE)
    assert message["event"] == headers["Einthoven-Event"]


def test_a_webhook_that_fails_is_sent_again_as_the_same_event(mercy, webhooks):
    webhooks.statuses = [503, 429]
    channel(mercy, "webhook", webhooks.address)
    begin(mercy)
    for _ in range(200):
        tell(mercy)
        if states(mercy)[0][1] == "done":
            break
    names = {headers["Einthoven-Event"] for headers, _ in webhooks.taken}
    assert (len(webhooks.taken), len(names)) == (3, 1)


def test_a_refusal_is_the_receivers_last_word(mercy, webhooks):
    webhooks.statuses = [410]
    channel(mercy, "webhook", webhooks.address)
    begin(mercy)
    tell(mercy)
    assert states(mercy) == [("raised", "dead", "webhook-410")]


def test_an_address_inside_is_not_asked(mercy, webhooks, settings):
    settings.EGRESS_INTERNAL_HOSTS = []
    channel(mercy, "webhook", webhooks.address.replace("http:", "https:"))
    begin(mercy)
    tell(mercy)
    assert webhooks.taken == []
    assert states(mercy) == [("raised", "dead", "egress-private-address")]


def test_a_signature_of_another_time_or_body_is_another():
    proofs = {
        signature(SECRET, "1", b"{}"),
        signature(SECRET, "2", b"{}"),
        signature(SECRET, "1", b"{} "),
        signature(b"another", "1", b"{}"),
    }
    assert len(proofs) == 4


@pytest.mark.parametrize(
    "address", ["", "hook", "http://example.org/x", "https://", "https://a@b.example/", "ftp://a/"]
)
def test_an_address_that_cannot_be_a_webhooks_is_refused(address):
    with pytest.raises(ValidationError):
        validate_address(address)


def test_an_https_address_is_taken():
    validate_address("https://hooks.example.org/einthoven?team=7")
