"""When the runner stops: by signal, or because `make` was told to."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.accounts import PROJECT
from deploy.embedded.console import NO_SPACE, explain
from deploy.embedded.stopping import StopSignal, was_interrupted
from tests.runtime.test_service import eventually

HEARS = "import signal, sys, time; signal.signal(2, {}); print('up', flush=True); time.sleep(99)"


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_heard_and_a_second_one_hurries(number: signal.Signals) -> None:
    stop = StopSignal()
    assert not stop.wait(0)
    os.kill(os.getpid(), number)
    assert stop.wait(5)
    assert not stop.hurried
    os.kill(os.getpid(), number)
    assert eventually(lambda: stop.hurried)


@pytest.mark.parametrize(
    ("handler", "interrupted"), [("lambda *_: None", False), ("signal.SIG_DFL", True)]
)
def test_a_parent_that_gave_up_its_handler_was_interrupted(handler: str, interrupted: bool) -> None:
    command = [sys.executable, "-c", HEARS.format(handler)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        parent.stdout.readline()
        assert was_interrupted(parent.pid) is interrupted
        parent.kill()


def test_a_parent_that_is_gone_counts_as_interrupted() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as parent:
        pass
    assert was_interrupted(parent.pid)


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, NO_SPACE), (errno.EACCES, "VAR="), (errno.EROFS, "VAR=")],
)
def test_errors_of_the_file_system_come_with_advice(number: int, advice: str) -> None:
    said = explain(OSError(number, os.strerror(number), str(Path("/some/folder"))))
    assert advice in said


def test_a_storm_of_signals_does_not_lock_the_runner() -> None:
    script = (
        "import os, signal, threading\n"
        "from deploy.embedded.stopping import StopSignal\n"
        "stop, me = StopSignal(), os.getpid()\n"
        "def storm():\n"
        "    for _ in range(3000):\n"
        "        os.kill(me, signal.SIGTERM); os.kill(me, signal.SIGHUP)\n"
        "threading.Thread(target=storm).start()\n"
        "while not stop.wait(0.01): pass\n"
        "print('stopped')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=PROJECT
    )
    assert done.stdout == "stopped\n"
