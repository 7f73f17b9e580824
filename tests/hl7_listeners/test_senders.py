"""A sender is admitted by the listener that it connected to, and by no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.integrations.mllp import senders
from apps.integrations.mllp.senders import NotAdmitted, Sender, admit
from apps.tenants.models import Hl7Listener, Organization
from tests.database import committed
from tests.factories import inside
from tests.hl7_listeners.peers import HERE, listener

pytestmark = committed


@pytest.fixture
def sender(mercy):
    row = listener(mercy)
    return Sender(mercy.pk, row.pk, row.port, HERE)


def refusal(sender):
    with pytest.raises(NotAdmitted) as refused:
        admit(sender)
    return refused.value.code


def test_its_messages_are_the_listeners_organizations(sender, mercy):
    assert admit(sender) == mercy


def test_a_port_that_is_anothers_now_is_closed_to_it(sender, lakeside):
    assert refusal(replace(sender, organization_id=lakeside.pk)) == "listener-closed"
    assert refusal(replace(sender, listener_id=sender.listener_id + 1)) == "listener-closed"


def test_so_is_that_of_an_organization_that_is_closed(sender, mercy):
    with inside(mercy):
        Organization.objects.update(is_live=False)
    assert refusal(sender) == "listener-closed"


def test_and_one_that_is_closed_in_between(sender, mercy, monkeypatch):
    with inside(mercy):
        Hl7Listener.objects.update(is_active=False)
    monkeypatch.setattr(senders, "organization_by_listener", lambda port: mercy.pk)
    assert refusal(sender) == "listener-closed"


def test_an_organization_whose_type_sends_none_is_refused(sender, monkeypatch):
    monkeypatch.setattr(senders, "may_submit", lambda kind: False)
    assert refusal(sender) == "type-sends-none"


def test_a_certificate_that_cannot_be_read_is_refused(sender):
    assert refusal(replace(sender, certificate=b"no certificate")) == "certificate-unreadable"
