import ipaddress
import socket
import time

import pytest

from apps.core.errors import PermanentError, RetryableError
from apps.integrations.destinations.mllp import client
from apps.integrations.destinations.mllp.client import MAX_REPLY_BYTES, send

from .mllp_peers import answering, dripping, peer

MESSAGE = b"MSH|^~\\&|A|B|C|D|2026||ORU^R01|SECRET-1|P|2.5.1\r"


def failure_of(behave, timeout_s=0.3):
    with peer(behave) as port, pytest.raises(RetryableError) as failed:
        send("127.0.0.1", port, MESSAGE, timeout_s=timeout_s, tls=None)
    assert "SECRET" not in repr(failed.value)
    return failed.value.code


def reply_to(reply):
    with peer(answering(reply, then_wait_s=0.05)) as port:
        return send("127.0.0.1", port, MESSAGE, timeout_s=5, tls=None)


def test_the_message_is_sent_as_one_frame():
    seen = []

    def behave(connection):
        seen.append(connection.recv(65536))
        connection.sendall(b"\x0bOK\x1c\r")

    with peer(behave) as port:
        assert send("127.0.0.1", port, MESSAGE, timeout_s=5, tls=None) == b"OK"
    assert seen == [b"\x0b" + MESSAGE + b"\x1c\r"]


@pytest.mark.parametrize(
    "reply",
    [
        b"\x0bOK\x1c\r",
        b"noise\r\n\x0bOK\x1c\r",
        b"\x1c\r\x1c\r\x0bOK\x1c\r",
        b"\x0bhalf\x0bOK\x1c\r",
        b"\x0bOK\x1c\r\x0bsecond\x1c\r",
        b"\x0bOK\x1c\r\x0bsecond ha",
    ],
)
def test_the_first_whole_frame_is_the_reply(reply):
    assert reply_to(reply) == b"OK"


def test_a_lone_end_byte_belongs_to_the_payload():
    assert reply_to(b"\x0bO\x1cK\x1c\r") == b"O\x1cK"


def test_a_frame_may_come_byte_by_byte():
    def behave(connection):
        # Closing with the message unread would reset the connection.
        connection.recv(65536)
        for byte in b"\x0bOK\x1c\r":
            connection.sendall(bytes([byte]))
            time.sleep(0.01)

    with peer(behave) as port:
        assert send("127.0.0.1", port, MESSAGE, timeout_s=5, tls=None) == b"OK"


def test_half_a_frame_is_never_returned():
    assert failure_of(answering(b"\x0bMSA|AA", then_wait_s=0.6)) == "mllp_reply_timeout"
    assert failure_of(answering(b"\x0bMSA|AA")) == "mllp_reply_incomplete"


def test_silence_ends_at_the_deadline():
    started = time.monotonic()
    assert failure_of(answering(b"", then_wait_s=0.6)) == "mllp_reply_timeout"
    assert time.monotonic() - started < 5


def test_a_peer_that_drips_for_ever_ends_at_the_deadline():
    assert failure_of(dripping(b"\x0b", every_s=0.02)) == "mllp_reply_timeout"


def test_an_endless_frame_ends_at_the_size_limit():
    endless = b"\x0b" + b"x" * (MAX_REPLY_BYTES * 2)
    assert failure_of(answering(endless), timeout_s=10) == "mllp_reply_too_large"


def test_endless_noise_ends_at_the_size_limit():
    assert failure_of(dripping(b"x" * 8192, every_s=0), timeout_s=10) == "mllp_reply_too_large"


def test_a_peer_that_never_reads_ends_at_the_deadline():
    with peer(lambda connection: time.sleep(0.6)) as port, pytest.raises(RetryableError) as failed:
        send("127.0.0.1", port, b"x" * 20_000_000, timeout_s=0.3, tls=None)
    assert failed.value.code == "mllp_reply_timeout"


def test_no_time_limit_is_longer_than_the_longest(monkeypatch):
    monkeypatch.setattr(client, "MAX_WAIT_S", 0.2)
    assert failure_of(answering(b"", then_wait_s=0.6), timeout_s=3600) == "mllp_reply_timeout"


def test_a_closed_port_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(RetryableError) as failed:
        send("127.0.0.1", port, MESSAGE, timeout_s=1, tls=None)
    assert failed.value.code == "mllp_connection_refused"


def test_a_full_listener_is_tried_again():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
        with pytest.raises(RetryableError) as failed:
            send("127.0.0.1", port, MESSAGE, timeout_s=0.3, tls=None)
        for connection in waiting:
            connection.close()
    assert failed.value.code == "mllp_connect_timeout"


@pytest.mark.parametrize("message", [b"", b"a\x0bb", b"a\x1cb", b"a\x1c\rb"])
def test_a_message_that_would_break_its_frame_is_refused(message):
    with pytest.raises(PermanentError) as refused:
        send("127.0.0.1", 1, message, timeout_s=1, tls=None)
    assert refused.value.code == "mllp_message_unframeable"


@pytest.mark.parametrize(("host", "port"), [("", 1), ("a", 0), ("a", 65536), ("x" * 300, 1)])
def test_a_destination_that_cannot_exist_is_refused(host, port):
    with pytest.raises(PermanentError) as refused:
        send(host, port, MESSAGE, timeout_s=1, tls=None)
    assert refused.value.code == "mllp_destination_invalid"


NAMED = "10.0.0.0/8"


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("192.168.1.1", False),
        ("8.8.8.8", False),
        ("169.254.169.254", False),
        ("fd00:ec2::254", False),
        ("64:ff9b::a01:203", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("0.0.0.0", False),
    ],
)
def test_only_named_networks_are_sent_to(address, is_allowed, settings):
    settings.MLLP_NETWORKS = [ipaddress.ip_network(NAMED)]
    settings.DEMO = False
    assert client.may_be_sent_to(address) == is_allowed


def test_naming_everything_reaches_no_credentials_of_a_cloud(settings):
    settings.MLLP_NETWORKS = [ipaddress.ip_network(net) for net in ("0.0.0.0/0", "::/0")]
    reached = [client.may_be_sent_to(a) for a in ("8.8.8.8", "169.254.169.254", "fd00:ec2::254")]
    assert reached == [True, False, False]


def test_a_name_with_one_address_elsewhere_is_sent_nothing(monkeypatch, settings):
    settings.MLLP_NETWORKS = [ipaddress.ip_network(NAMED)]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 1)) for a in ("10.0.0.1", "8.8.8.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(PermanentError) as refused:
        send("ehr", 1, MESSAGE, timeout_s=1, tls=None)
    assert refused.value.code == "mllp_address_not_allowed"


def test_an_unknown_host_is_tried_again(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(RetryableError) as failed:
        send("ehr.invalid", 2575, MESSAGE, timeout_s=1, tls=None)
    assert failed.value.code == "mllp_host_unresolved"


def test_the_next_address_is_tried_when_one_refuses(monkeypatch):
    resolve = socket.getaddrinfo

    def two_addresses(host, port, *args, **kwargs):
        hosts = ("127.0.0.9", "127.0.0.1") if host == "ehr" else (host,)
        return [found for host in hosts for found in resolve(host, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
    with peer(answering(b"\x0bOK\x1c\r")) as port:
        assert send("ehr", port, MESSAGE, timeout_s=5, tls=None) == b"OK"
