"""`manage.py serve_hl7`: a process of its own, that says where it listens and ends when told."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from deploy.embedded.accounts import PROJECT
from deploy.embedded.stopping import die_with_parent
from tests.database import committed, database_environment
from tests.hl7_listeners.peers import PATIENCE_S, listener, said, told
from tests.orders.messages import order_message

PATIENCE_OF_A_START_S = 2 * PATIENCE_S


@pytest.fixture
def started():
    """Processes as they were asked for, none of which outlives the test."""
    made = []

    def start(**environment):
        made.append(
            subprocess.Popen(
                [sys.executable, "manage.py", "serve_hl7"],
                cwd=PROJECT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=die_with_parent,
            )
        )
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.communicate()


@committed
def test_it_says_where_it_listens_takes_a_message_and_ends_when_told(mercy, settings, started):
    row = listener(mercy)
    blobs = {"EINTHOVEN_BLOB_ROOT": str(settings.BLOB_ROOT)}
    process = started(**database_environment(), **blobs)
    assert process.stdout.readline() == "Listening for HL7 messages\n"
    assert process.stdout.readline() == f"HL7 at 127.0.0.1:{row.port}, without TLS\n"
    assert said(told(row.port, order_message()))[0] == "AA"
    assert said(told(row.port, order_message(PID_3="", MSH_10="M2")))[0] == "AE"
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=PATIENCE_OF_A_START_S)
    assert process.returncode == 0
    assert '"order.taken"' in log
    assert not re.search("Ashdown|MRN-4711|Traceback", log)


def test_it_waits_for_a_database_that_is_away(started):
    away = "postgres://nobody@127.0.0.1:1/none"
    urls = {name: away for name in os.environ if re.fullmatch(r"DATABASE_(\w+_)?URL", name)}
    process = started(**urls)
    assert process.stdout.readline() == "Listening for HL7 messages\n"
    assert '"listeners.not_read"' in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_OF_A_START_S)
    assert process.returncode == 0


def test_a_certificate_that_cannot_be_read_is_said(settings):
    settings.HL7_TLS_CERTIFICATE = "/nonexistent"
    with pytest.raises(CommandError, match="HL7_TLS_CERTIFICATE"):
        call_command("serve_hl7")
