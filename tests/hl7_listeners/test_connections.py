"""Who may connect, for how long, and what a change of a listener's row does to them."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace

import pytest
from django.db import OperationalError

from apps.integrations.mllp import door, listeners
from apps.integrations.mllp.frames import framed
from apps.tenants.models import Hl7Listener, Organization
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside
from tests.hl7_listeners.peers import HERE, PATIENCE_S, QUICK, System, listener, listening, said
from tests.orders.messages import order_message

pytestmark = committed

REFUSED = "integrations.connection.refused"


def change(organization, **fields):
    with inside(organization):
        Hl7Listener.objects.update(**fields)


def is_taken(system, n=1):
    return said(system.ask(order_message(MSH_10=f"M{n}", ORC_2=f"P-{n}^CIS")))[0] == "AA"


def test_a_sender_that_is_not_listed_is_refused_and_on_record_once(mercy):
    row = listener(mercy)
    with listening():
        for _ in range(3):
            with System(row.port, source="127.0.0.2") as stranger:
                assert stranger.hear() == b""
        with System(row.port) as system:
            assert is_taken(system)
    event = events(mercy, REFUSED)[0]
    for said_ in (f'"door": "{row.port}"', '"address": "127.0.0.2"', '"sender-not-listed"'):
        assert said_ in event.details
    assert len(events(mercy, REFUSED)) == 1


def test_this_machine_may_look_without_being_on_record(mercy):
    row = listener(mercy, peers="10.2.0.7")
    with listening(), System(row.port) as looking:
        assert looking.hear() == b""
    assert events(mercy, REFUSED) == []


def test_a_listener_is_opened_changed_and_closed_while_others_go_on(mercy, lakeside):
    theirs = listener(lakeside)
    with listening() as opened, System(theirs.port) as other:
        assert is_taken(other)
        first = listener(mercy)
        assert opened.next() == (first.port, False)
        with System(first.port) as system:
            assert is_taken(system)
            moved = listener(mercy, port=listener(mercy).port)
            assert opened.next() == (moved.port, False)
            assert system.hear() == b""
        with System(moved.port) as system:
            assert is_taken(system, 2)
            change(mercy, is_active=False)
            assert system.hear() == b""
        with pytest.raises(ConnectionRefusedError):
            System(moved.port)
        change(mercy, is_active=True)
        assert opened.next() == (moved.port, False)
        assert is_taken(other, 2)


@pytest.mark.parametrize(
    ("change_to", "code"),
    [
        ({"peers": "10.2.0.7"}, "sender-not-listed"),
        ({"certificates": "ab" * 32}, "certificate-not-listed"),
        ({"is_active": False}, "listener-closed"),
    ],
    ids=["peers", "certificates", "closed"],
)
def test_a_change_counts_at_the_next_message(mercy, change_to, code):
    row = listener(mercy)
    with listening(replace(QUICK, look_s=3600)), System(row.port) as system:
        assert is_taken(system)
        change(mercy, **change_to)
        assert system.ask(order_message("XO")) == b""
    assert f'"code": "{code}"' in events(mercy, REFUSED)[0].details


def test_a_closed_organization_has_no_port(mercy):
    row = listener(mercy)
    with listening(replace(QUICK, look_s=3600)), System(row.port) as system:
        with inside(mercy):
            Organization.objects.update(is_live=False)
        assert system.ask(order_message()) == b""
    assert listeners.wanted() == {}


def test_an_organization_has_no_more_connections_than_its_share(mercy, lakeside):
    ours, theirs = listener(mercy), listener(lakeside)
    caps = replace(QUICK, connections_of_one=1)
    with listening(caps, ports=2), System(ours.port) as first:
        assert is_taken(first)
        with System(ours.port) as second, System(theirs.port) as other:
            assert second.hear() == b""
            assert is_taken(other)
        assert is_taken(first, 2)
    assert "connections-of-organization" in events(mercy, REFUSED)[0].details


def test_all_together_have_an_end_too(mercy, lakeside):
    ours, theirs = listener(mercy), listener(lakeside)
    with listening(replace(QUICK, connections=1), ports=2), System(ours.port) as first:
        assert is_taken(first)
        with System(theirs.port) as other:
            assert other.hear() == b""
    assert '"code": "connections"' in events(lakeside, REFUSED)[0].details


@pytest.mark.parametrize(
    ("caps", "data"),
    [
        ({"frame_s": 0.2}, framed(order_message())[:-1]),
        ({"idle_s": 0.2}, b"no frame at all"),
        ({"idle_s": 0.2}, b""),
    ],
    ids=["half", "stray", "silent"],
)
def test_who_does_not_end_what_they_began_is_hung_up_on(mercy, caps, data):
    row = listener(mercy)
    with listening(replace(QUICK, **caps)), System(row.port) as system:
        system.say(data)
        assert system.hear() == b""
    assert events(mercy, "ingestion.order.placed") == []


def test_told_to_stop_it_answers_the_message_in_hand_and_no_further_one(mercy, monkeypatch):
    row, begun = listener(mercy), threading.Event()

    def until_told(stop):
        begun.set()
        return stop.wait(PATIENCE_S)

    monkeypatch.setattr(door, "_paced", until_told)
    with System(_listening_until(begun, row.port)) as system:
        system.say(framed(order_message(MSH_10="ONE")) + framed(order_message("XO", MSH_10="TWO")))
        assert said(system.hear())[:2] == ("AA", "ONE")
        assert system.hear() == b""


def _listening_until(over, port):
    ready = threading.Event()

    def work():
        with listening():
            ready.set()
            assert over.wait(PATIENCE_S)

    threading.Thread(target=work, daemon=True).start()
    assert ready.wait(PATIENCE_S)
    return port


def test_without_a_database_the_ports_stay_open(mercy, monkeypatch):
    row, looks = listener(mercy), threading.Semaphore(0)

    def away():
        looks.release()
        raise OperationalError("password of ecg_app")

    with listening(), System(row.port) as system:
        monkeypatch.setattr(listeners, "wanted", away)
        assert looks.acquire(timeout=PATIENCE_S)
        assert looks.acquire(timeout=PATIENCE_S)
        assert is_taken(system)


def test_a_port_that_is_taken_is_tried_again(mercy, log_text):
    with socket.create_server((HERE, 0)) as other:
        row = listener(mercy, port=other.getsockname()[1])
        with listening(ports=0) as opened:
            free = listener(mercy, name="Second")
            assert opened.next()[0] == free.port
            other.close()
            assert opened.next()[0] == row.port
    assert log_text().count('"listener.not_opened"') == 1
