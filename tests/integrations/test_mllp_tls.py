"""The client over TLS against servers that prove themselves, and against those that do not."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from hl7apy.mllp import AbstractHandler, MLLPServer

from apps.core.errors import RetryableError
from apps.integrations.destinations.mllp import tls
from apps.integrations.destinations.mllp.client import send
from apps.integrations.destinations.mllp.tls import Tls, context_of
from apps.integrations.destinations.mllp.words import WORDS

from .authority import Authority
from .mllp_peers import answering, peer, silent_peer

MESSAGE = b"MSH|^~\\&|A|B|C|D|2026||ORU^R01|SECRET-1|P|2.5.1\rPID|1||SECRET-2\r"
NAME = "ehr.mercy.example"
OURS, OTHERS = Authority(), Authority("Somebody else")
GOOD, SHOWN = OURS.issue(NAME), OURS.issue("einthoven.mercy.example")
TRUSTING = Tls(NAME, OURS.pem)
SHOWING = Tls(NAME, OURS.pem, SHOWN.certificate, SHOWN.key)
HOUR = dt.timedelta(hours=1)


def exchange(port, tls=TRUSTING, timeout_s=5.0, message=MESSAGE):
    return send("127.0.0.1", port, message, timeout_s=timeout_s, tls=tls)


def failure_at(port, tls=TRUSTING, timeout_s=5.0, message=MESSAGE):
    with pytest.raises(RetryableError) as failed:
        exchange(port, tls, timeout_s, message)
    assert "SECRET" not in repr(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.code in WORDS
    return failed.value.code


def noting(heard, reply=b"\x0bOK\x1c\r"):
    def behave(connection):
        heard.append((connection.recv(65536), connection.version(), connection.getpeercert()))
        connection.sendall(reply)

    return behave


@pytest.mark.parametrize("named", [{"authorities": OURS.pem}, {"authorities": GOOD.certificate}])
def test_a_receiver_that_proves_itself_gets_the_message_once(tmp_path, named):
    heard = []
    with peer(noting(heard), GOOD.serving(tmp_path)) as port:
        assert exchange(port, Tls(NAME, **named)) == b"OK"
    assert [(said, version) for said, version, _ in heard] == [
        (b"\x0b" + MESSAGE + b"\x1c\r", "TLSv1.3")
    ]


def test_an_address_may_be_what_a_certificate_is_for(tmp_path):
    with peer(noting([]), OURS.issue("127.0.0.1").serving(tmp_path)) as port:
        assert exchange(port, Tls("127.0.0.1", OURS.pem)) == b"OK"


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (OTHERS.issue(NAME), "mllp_tls_untrusted"),
        (OURS.issue("ehr.lakeside.example"), "mllp_tls_wrong_name"),
        (OURS.issue("127.0.0.1"), "mllp_tls_wrong_name"),
        (OURS.issue(NAME, ends=-HOUR), "mllp_tls_certificate_expired"),
        (OURS.issue(NAME, begins=HOUR), "mllp_tls_certificate_early"),
    ],
    ids=["another-authority", "another-name", "an-address", "expired", "early"],
)
def test_one_that_does_not_is_told_nothing(tmp_path, shown, code):
    heard = []
    with peer(noting(heard), shown.serving(tmp_path)) as port:
        assert failure_at(port) == code
    assert heard == []


def test_without_authorities_the_machines_are_trusted_and_ours_is_none_of_them(tmp_path):
    with peer(noting([]), GOOD.serving(tmp_path)) as port:
        assert failure_at(port, Tls(NAME)) == "mllp_tls_untrusted"


def test_the_certificate_shown_is_ours_and_leaves_nothing_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tls.tempfile, "tempdir", str(tmp_path))
    heard, served = [], tmp_path / "served"
    served.mkdir()
    with peer(noting(heard), GOOD.serving(served, clients=OURS)) as port:
        assert exchange(port, SHOWING) == b"OK"
    assert heard[0][2]["subjectAltName"] == (("DNS", "einthoven.mercy.example"),)
    assert list(tmp_path.iterdir()) == [served]


def test_the_key_lies_sealed_while_it_is_read(monkeypatch):
    seen = []

    def look(self, file, password):
        seen.append(Path(file).read_text())

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", look)
    context_of(SHOWING)
    assert "BEGIN ENCRYPTED" in seen[0]
    assert SHOWN.key.splitlines()[1] not in seen[0]


STRANGERS = OTHERS.issue("einthoven.mercy.example")


@pytest.mark.parametrize(
    "shown", [TRUSTING, Tls(NAME, OURS.pem, STRANGERS.certificate, STRANGERS.key)]
)
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_receiver_that_refuses_our_certificate_is_told_apart(tmp_path, shown, newest):
    server = GOOD.serving(tmp_path, clients=OURS)
    server.maximum_version = newest
    with peer(answering(b""), server) as port:
        assert failure_at(port, shown) == "mllp_tls_certificate_refused"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_nothing_before_tls_1_2_is_spoken(tmp_path):
    server = GOOD.serving(tmp_path)
    server.minimum_version = server.maximum_version = ssl.TLSVersion.TLSv1_1
    server.set_ciphers("ALL:@SECLEVEL=0")
    with peer(noting([]), server) as port:
        assert failure_at(port) == "mllp_tls_version"


def test_a_plain_receiver_is_never_given_the_message():
    heard = []
    with peer(answering(b"\x0bMSH|^~\\&|EHR\x1c\r", heard=heard)) as port:
        assert failure_at(port) == "mllp_tls_not_spoken"
    with peer(lambda connection: None) as port:
        assert failure_at(port) == "mllp_tls_not_spoken"
    with silent_peer(heard=heard) as port:
        assert failure_at(port, timeout_s=1.0) == "mllp_tls_unanswered"
    assert b"SECRET" not in b"".join(heard)


@pytest.mark.parametrize("ended", [ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError])
def test_who_hangs_up_within_the_greeting_does_not_speak_tls(ended):
    assert tls.fault_in_greeting(ended()) == "mllp_tls_not_spoken"


def test_a_plain_destination_at_a_tls_receiver_gets_no_answer(tmp_path):
    with peer(noting([]), GOOD.serving(tmp_path)) as port:
        assert failure_at(port, None) in {"mllp_reply_incomplete", "mllp_connection_lost"}


def test_a_receiver_that_never_reads_ends_at_the_deadline_over_tls_too(tmp_path):
    with silent_peer(GOOD.serving(tmp_path)) as port:
        code = failure_at(port, timeout_s=2.0, message=b"x" * 20_000_000)
    assert code == "mllp_reply_timeout"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Tls(NAME, OURS.pem, SHOWN.certificate), "mllp_tls_key_missing"),
        (Tls(NAME, OURS.pem, SHOWN.certificate, GOOD.key), "mllp_tls_settings"),
        (Tls(NAME, "no certificate"), "mllp_tls_settings"),
        (Tls(".", OURS.pem), "mllp_tls_settings"),
    ],
    ids=["no-key", "another-key", "no-certificate", "no-name"],
)
def test_settings_that_cannot_be_used_connect_to_nobody(wrong, code):
    assert failure_at(1, wrong) == code


class Taking(AbstractHandler):
    """Another library's server takes the message as its own kind."""

    def __init__(self, message, heard):
        super().__init__(message)
        heard.append(message)

    def reply(self):
        return "\x0bMSH|^~\\&|C|D|A|B|2026||ACK|9|P|2.5.1\rMSA|AA|SECRET-1\r\x1c\r"


@contextmanager
def another_library(wrap, heard):
    server = MLLPServer("127.0.0.1", 0, {"ORU^R01": (Taking, heard)}, timeout=5)
    server.socket = wrap.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_the_server_of_another_library_takes_a_message_over_tls(tmp_path):
    heard = []
    with another_library(GOOD.serving(tmp_path, clients=OURS), heard) as port:
        assert b"MSA|AA|SECRET-1" in exchange(port, SHOWING)
    assert [text.encode().strip() for text in heard] == [MESSAGE.strip()]


def test_each_step_has_one_connection(tmp_path, monkeypatch):
    """A greeting that failed is not tried again in the clear."""
    made, create = [], socket.create_connection

    def counted(*args, **kwargs):
        made.append(args)
        return create(*args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", counted)
    with peer(noting([]), OTHERS.issue(NAME).serving(tmp_path)) as port:
        failure_at(port)
    assert len(made) == 1
