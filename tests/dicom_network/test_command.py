"""`manage.py serve_dicom`: a process of its own, that says where it listens and ends when told."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from apps.core.errors import PermanentError
from apps.ingestion.dicom import report
from apps.ingestion.dicom.callers import CONGESTION
from apps.ingestion.dicom.listener import check_private
from deploy.embedded.accounts import PROJECT
from deploy.embedded.stopping import die_with_parent
from tests.dicom_network.conftest import Cart

PATIENCE_S = 60
AWAY = "postgres://nobody@127.0.0.1:1/none"


@pytest.fixture
def process():
    """One whose database is away."""
    urls = {name: AWAY for name in os.environ if re.fullmatch(r"DATABASE_(\w+_)?URL", name)}
    found = subprocess.Popen(
        [sys.executable, "manage.py", "serve_dicom", "--port", "0"],
        cwd=PROJECT,
        env=os.environ | urls | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    yield found
    found.kill()
    found.communicate()


def test_it_says_where_it_listens_keeps_on_without_a_database_and_ends_when_told(process):
    said = re.fullmatch(r"DICOM at 127.0.0.1:(\d+), without TLS\n", process.stdout.readline())
    refused = Cart(int(said[1])).call("MERCY_ECG").acceptor.primitive
    assert (refused.result, refused.result_source, refused.diagnostic) == CONGESTION
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert '"code": "database-unavailable"' in log
    assert "CART7" not in log
    assert "Traceback" not in log


@pytest.mark.parametrize("port", ["smtp", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises((CommandError, SystemExit)):
        call_command("serve_dicom", f"--port={port}")


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match="Cannot listen at"):
            call_command("serve_dicom", port=port)


def test_a_certificate_that_cannot_be_read_is_said(settings):
    settings.DICOM_TLS_CERTIFICATE = "/nonexistent"
    with pytest.raises(CommandError, match="DICOM_TLS_CERTIFICATE"):
        call_command("serve_dicom", port=0)


def test_devices_elsewhere_speak_by_tls_unless_their_network_is_said_to_be_private(settings):
    for address in ("0.0.0.0", "10.0.0.5", "::"):
        with pytest.raises(CommandError, match="PRIVATE_LINKS=dicom says"):
            call_command("serve_dicom", port=0, address=address)
        with pytest.raises(ImproperlyConfigured):
            check_private(address)
    check_private("localhost")
    settings.PRIVATE_LINKS = {"dicom"}
    check_private("0.0.0.0")


def test_a_peer_elsewhere_is_called_by_tls_or_not_at_all(settings, monkeypatch):
    monkeypatch.setattr(report, "_address", lambda peer: "10.0.0.5")
    called = []
    monkeypatch.setattr(report.Calling, "associate", lambda *_, **given: called.append(given))
    plain = SimpleNamespace(uses_tls=False, port=104, title="CART7", host="cart7")
    question = SimpleNamespace(called_title="MERCY_ECG")
    with pytest.raises(PermanentError) as refused:
        report.report_to(plain, question, None)
    assert (refused.value.code, called) == ("dicom-peer-unencrypted", [])
    settings.PRIVATE_LINKS = {"dicom"}
    with pytest.raises(AttributeError):  # nobody answers here
        report.report_to(plain, question, None)
    assert [given["tls_args"] for given in called] == [None]
    settings.PRIVATE_LINKS = set()
    report._refuse_clear(SimpleNamespace(uses_tls=True), "10.0.0.5")
