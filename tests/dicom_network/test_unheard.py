"""A listener that is not there is told to every organization with an AE title."""

from __future__ import annotations

import socket

import pytest

from apps.core import silence
from apps.core.silence import BETWEEN_S, GRACE_S, Silence
from apps.core.tls_server import context_of
from apps.ingestion.dicom import unheard
from apps.ingestion.dicom.listener import listening
from apps.ingestion.dicom.unheard import watch
from apps.tenants.inbound import set_application_entity
from tests.database import committed
from tests.dicom_network.certificates import authority, certificate
from tests.factories import inside


@pytest.fixture
def clock(monkeypatch):
    """Seconds that go on when told to."""
    now = [1000.0]
    monkeypatch.setattr(silence.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(unheard, "_listener", Silence())
    return now


@pytest.fixture
def port(settings):
    """Bound, and not listened at until a test does."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings.DICOM_ADDRESS, settings.DICOM_PORT = "0.0.0.0", held.getsockname()[1]
        yield held


@committed
def test_a_silence_is_told_of_each_title_in_use_once_it_is_longer_than_a_restart(
    mercy, clock, port
):
    with inside(mercy):
        for title, in_use in [("MERCY_B", True), ("MERCY_A", True), ("MERCY_OLD", False)]:
            set_application_entity(mercy, title, calling_titles="CART", is_active=in_use)
        assert list(watch()) == []
        clock[0] += GRACE_S
        assert list(watch()) == []
        clock[0] += 61
        assert [(one.code, one.subject, one.figure) for one in watch()] == [
            ("dicom.unheard", "MERCY_A", 3),
            ("dicom.unheard", "MERCY_B", 3),
        ]
        port.listen()
        clock[0] += BETWEEN_S
        assert list(watch()) == []


def test_a_look_is_no_fault_to_a_listener_that_speaks_tls(tmp_path, settings, caplog):
    made = certificate(tmp_path, "server", authority(tmp_path))
    settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY = str(made.file), str(made.key)
    with listening("127.0.0.1", 0, tls=context_of("DICOM")) as (server, _):
        settings.DICOM_PORT = server.server_address[1]
        assert unheard._answers()
    assert caplog.records == []


def test_organizations_in_a_row_share_one_look(clock, port, monkeypatch):
    looks = []
    monkeypatch.setattr(unheard, "_answers", lambda: bool(looks.append(clock[0])))
    listener = Silence()
    for seconds in (0, 1, BETWEEN_S - 2, 1, 1):
        clock[0] += seconds
        listener.seconds(unheard._answers)
    assert looks == [1000.0, 1000.0 + BETWEEN_S]


def test_one_look_after_a_long_pause_is_no_silence(clock, port):
    listener = Silence()
    port.listen()
    assert listener.seconds(unheard._answers) == 0
    port.close()
    clock[0] += 10 * GRACE_S
    assert listener.seconds(unheard._answers) == 0
