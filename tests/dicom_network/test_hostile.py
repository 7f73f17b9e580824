"""Peers that break the rules cost themselves only."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from dataclasses import replace

from apps.ingestion.dicom.bounded import LONGEST_PDU
from apps.ingestion.dicom.listener import listening
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.dicom_network.certificates import authority, certificate
from tests.dicom_network.conftest import QUICK, Cart, listener_by_tls, title
from tests.factories import inside

pytestmark = committed

SOON = replace(QUICK, request_s=0.5, pdu_s=0.5, idle_s=1)


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def is_cut_off(connection):
    """Whether the other side ends it, in time."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    return True


def head(kind, length):
    return struct.pack(">BBL", kind, 0, length)


RUDE = {
    "says nothing": b"",
    "says half a head": b"\x01\x00",
    "says half a request": head(1, 1000) + b"\0" * 10,
    "promises four gigabytes": head(1, 0xFFFFFFFF) + b"\0" * 100,
    "promises a little too much": head(1, LONGEST_PDU + 1),
    "speaks HTTP": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "asks for nonsense": head(1, 100) + b"\xff" * 100,
    "sends data before a request": head(4, 10) + b"\0" * 10,
}


def test_who_breaks_the_rules_is_cut_off_and_others_go_on(mercy):
    title(mercy, "MERCY_ECG")
    with listening("127.0.0.1", 0, caps=SOON) as (server, _):
        port = server.server_address[1]
        rude = {why: connected(port) for why in RUDE}
        for why, connection in rude.items():
            connection.sendall(RUDE[why])
        cart = Cart(port)
        assert cart.call().send_c_echo().Status == 0
        for why, connection in rude.items():
            assert is_cut_off(connection), why
            connection.close()
        cart.leave()
    with inside(mercy):
        assert not Ingress.objects.exists()


def test_a_request_that_drips_is_cut_off(mercy):
    with listening("127.0.0.1", 0, caps=SOON) as (server, _):
        connection = connected(server.server_address[1])
        connection.sendall(head(1, 1000))
        dripped = 0
        with contextlib.suppress(OSError):
            while dripped < 200:
                connection.sendall(b"\0")
                dripped += 1
                time.sleep(0.1)
        assert dripped < 200
        connection.close()


def test_who_only_connects_keeps_nobody_out(mercy, tmp_path):
    """A handshake that never comes holds one thread, not the listener."""
    title(mercy, "MERCY_ECG")
    ca = authority(tmp_path)
    ours = certificate(tmp_path, "platform", ca)
    with listener_by_tls(ours, ca, caps=replace(SOON, request_s=5)) as port:
        silent = [connected(port) for _ in range(3)]
        context = ssl.create_default_context(cafile=str(ca.file))
        cart = Cart(port)
        assert cart.call(tls_args=(context, "127.0.0.1")).send_c_echo().Status == 0
        cart.leave()
        for connection in silent:
            connection.close()


def test_more_connections_than_there_is_room_for_are_closed(mercy):
    with listening("127.0.0.1", 0, caps=replace(QUICK, associations=1)) as (server, _):
        port = server.server_address[1]
        held = [connected(port) for _ in range(2)]
        time.sleep(0.3)
        more = connected(port)
        assert is_cut_off(more)
        for connection in (*held, more):
            connection.close()


def test_an_idle_device_is_let_go(mercy):
    title(mercy, "MERCY_ECG")
    with listening("127.0.0.1", 0, caps=SOON) as (server, _):
        association = Cart(server.server_address[1]).call()
        until = time.monotonic() + 10
        while association.is_established and time.monotonic() < until:
            time.sleep(0.1)
        assert association.is_aborted
