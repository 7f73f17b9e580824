"""`manage.py serve_dicom`: a process of its own, that says where it listens and ends when told."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from apps.ingestion.dicom.callers import CONGESTION
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
