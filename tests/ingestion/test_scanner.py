"""The client of clamd: what a real one says, and peers that say something else or nothing."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.ingestion import scanner
from config import env
from tests.ingestion.clamd import EICAR, LONGEST_STREAM


@pytest.mark.parametrize("door", ["tcp", "unix"])
def test_a_real_scanner_tells_malware_from_a_file(clamd, settings, door):
    settings.CLAMD = getattr(clamd, door)
    clean, found = scanner.scan([b"a trace"]), scanner.scan([EICAR[:30], EICAR[30:]])
    assert (clean.signature, clean.too_large) == ("", False)
    assert clean.engine.startswith("ClamAV 1.")
    assert found.signature.startswith("Eicar-Test")


def test_beyond_the_scanners_limit_is_said_not_guessed(clamd, settings):
    settings.CLAMD = clamd.tcp
    verdict = scanner.scan([os.urandom(LONGEST_STREAM)] * 3)
    assert verdict.too_large
    assert not verdict.signature


@contextmanager
def peer_that_says(*answers):
    """One connection after another, each answered and hung up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for answer in answers:
                peer, _ = listening.accept()
                with peer:
                    peer.recv(64)
                    peer.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("said", [b"", b"stream: O", b"stream: broken ERROR\0", b"hello\0"])
def test_half_an_answer_or_another_one_is_none(settings, said):
    with (
        peer_that_says(b"ClamAV 1.4.6/27000\0", said) as settings.CLAMD,
        pytest.raises(scanner.ScannerDown),
    ):
        scanner.scan([b"a trace"])


def test_another_service_is_no_scanner(settings):
    with peer_that_says(b"+OK ready\0") as settings.CLAMD, pytest.raises(scanner.ScannerDown):
        scanner.scan([b"a trace"])


@pytest.mark.parametrize("nobody", ["tcp://127.0.0.1:1", "unix:/nowhere/clamd"])
def test_nobody_there_is_down(settings, nobody):
    settings.CLAMD = nobody
    with pytest.raises(scanner.ScannerDown):
        scanner.scan([b"a trace"])


def test_what_was_exceeded_inside_is_too_large_too(settings):
    said = b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0"
    with peer_that_says(b"ClamAV 1.4.6\0", said) as settings.CLAMD:
        assert scanner.scan([b"a trace"]).too_large


@pytest.mark.parametrize(
    "wrong", ["clamd:3310", "tcp://clamd", "tcp://clamd:x", "unix:clamd", "tcp://c:1/p"]
)
def test_an_address_of_no_kind_stops_the_start(monkeypatch, wrong):
    monkeypatch.setenv("EINTHOVEN_CLAMD", wrong)
    with pytest.raises(ImproperlyConfigured, match="CLAMD"):
        env.scanner("CLAMD")
