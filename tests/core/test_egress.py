"""Outbound requests go to named hosts at checked addresses, and end in time and size."""

from __future__ import annotations

import ipaddress
import socket
import time

import pytest

from apps.core import egress
from tests.core.http_peers import NAME, certificate, drips, peer, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Name: v\r\n\r\nhi"


@pytest.fixture
def internal(settings):
    """Lets a test's server on this machine be asked, as an operator would."""

    def allowed(port, host="127.0.0.1"):
        settings.EGRESS_INTERNAL_HOSTS = [f"{host}:{port}"]
        return {f"{host}:{port}"}

    return allowed


@pytest.fixture
def named(monkeypatch):
    """Gives the name the addresses; counts how often it was asked for."""
    asked = []

    def give(*addresses):
        def answer(host, port, *_, **__):
            if host in addresses:
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return give


def ask(port, allow, path="/a?b=c", **more):
    return egress.request("GET", f"http://127.0.0.1:{port}{path}", allow=allow, **more)


def test_an_answer_comes_back_with_status_headers_and_body(internal):
    heard = []
    with peer(says(OK, heard)) as port:
        answer = ask(port, internal(port), headers={"Accept": "text/plain"})
    assert (answer.status, answer.headers["x-name"], answer.body) == (200, "v", b"hi")
    assert heard[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert b"Accept: text/plain\r\n" in heard[0]


def test_a_body_is_sent(internal):
    heard = []
    with peer(says(OK, heard)) as port:
        url = f"http://127.0.0.1:{port}/"
        egress.request("POST", url, allow=internal(port), body=b"a=b")
    assert heard[0].endswith(b"\r\n\r\na=b")


def test_a_redirect_is_not_followed(internal):
    heard = []
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with peer(says(moved, heard)) as port:
        assert ask(port, internal(port)).status == 302
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://elsewhere.test/", "egress-host"),
        (f"https://{NAME}:8443/", "egress-host"),
        (f"https://{NAME}.elsewhere.test/", "egress-host"),
        (f"https://{NAME}@elsewhere.test/", "egress-address"),
        (f"https://{NAME}\\@elsewhere.test/", "egress-address"),
        (f"http://{NAME}:80/", "egress-plain-http"),
        (f"ftp://{NAME}/", "egress-address"),
        (f"https://{NAME}:port/", "egress-address"),
        ("file:///etc/passwd", "egress-address"),
    ],
)
def test_what_was_not_named_is_not_asked(url, code, named):
    asked = named("93.184.216.34")
    with pytest.raises(egress.Refused) as refused:
        egress.request("GET", url, allow={NAME})
    assert refused.value.code == code
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fd00::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
    ],
)
def test_private_addresses_are_refused_even_beside_a_public_one(address, named):
    named("93.184.216.34", address)
    with pytest.raises(egress.Refused) as refused:
        egress.request("GET", f"https://{NAME}/", allow={NAME})
    assert refused.value.code == "egress-private-address"


@pytest.mark.parametrize(
    ("address", "scheme", "reached"),
    [
        ("10.1.2.3", "https", True),
        ("127.0.0.1", "https", True),
        ("127.0.0.1", "http", True),
        ("10.1.2.3", "http", False),
        ("169.254.169.254", "https", False),
        ("::ffff:169.254.169.254", "https", False),
        ("fe80::1", "https", False),
    ],
)
def test_the_own_network_is_reached_where_named_but_never_its_metadata(address, scheme, reached):
    assert egress.may_reach(ipaddress.ip_address(address), True, scheme) is reached


def test_public_addresses_are_reached():
    for address in ("93.184.216.34", "2606:2800:220:1::1"):
        assert egress.may_reach(ipaddress.ip_address(address), False, "https")


def test_the_checked_address_is_the_one_connected_to(internal, named, tmp_path):
    server, trust = certificate(tmp_path, NAME)
    asked = named("127.0.0.1")
    with peer(says(OK), server) as port:
        allow = internal(port, NAME)
        answer = egress.request("GET", f"https://{NAME}:{port}/", allow=allow, trust=trust)
    assert answer.body == b"hi"
    assert asked.count(NAME) == 1


def test_a_certificate_of_another_name_is_refused(internal, named, tmp_path):
    server, trust = certificate(tmp_path, "other.example.test")
    named("127.0.0.1")
    with peer(says(OK), server) as port:
        allow = internal(port, NAME)
        with pytest.raises(egress.Unreachable) as failed:
            egress.request("GET", f"https://{NAME}:{port}/", allow=allow, trust=trust)
    assert failed.value.code == "egress-tls"


def test_a_certificate_nobody_trusts_is_refused(internal, named, tmp_path):
    server, _ = certificate(tmp_path, NAME)
    named("127.0.0.1")
    with peer(says(OK), server) as port, pytest.raises(egress.Unreachable) as failed:
        egress.request("GET", f"https://{NAME}:{port}/", allow=internal(port, NAME))
    assert failed.value.code == "egress-tls"


def test_slow_drops_end_at_the_deadline(internal):
    began = time.monotonic()
    with peer(drips) as port, pytest.raises(egress.Unreachable) as failed:
        ask(port, internal(port), seconds=0.4)
    assert failed.value.code == "egress-timeout"
    assert time.monotonic() - began < 5


def test_a_long_answer_is_not_taken(internal):
    with peer(says(OK.replace(b": 2", b": 3") + b"!")) as port:
        allow = internal(port)
        assert ask(port, allow, limit=3).body == b"hi!"
        with pytest.raises(egress.Unreachable) as failed:
            ask(port, allow, limit=2)
    assert failed.value.code == "egress-answer-too-long"


def test_an_answer_cut_short_is_not_taken(internal):
    short = says(OK.replace(b": 2", b": 9"))
    with peer(short) as port, pytest.raises(egress.Unreachable) as failed:
        ask(port, internal(port))
    assert failed.value.code == "egress-answer-cut"


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 two hundred\r\n\r\n"])
def test_what_is_no_http_is_unreachable(internal, answer):
    with peer(says(answer)) as port, pytest.raises(egress.Unreachable) as failed:
        ask(port, internal(port))
    assert failed.value.code == "egress-connection"


def test_a_name_that_nobody_knows_is_unreachable():
    with pytest.raises(egress.Unreachable) as failed:
        egress.request("GET", "https://nobody.invalid/", allow={"nobody.invalid"})
    assert failed.value.code == "egress-name"
