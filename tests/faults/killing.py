"""Processes that are killed -9 at one exact place of the product's own code."""

from __future__ import annotations

import functools
import importlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import connections

from tests.database import database_environment

PATIENCE_S = 120.0
ROOT = Path(__file__).resolve().parents[2]

Work = Callable[[], Any]


@dataclass
class Child:
    """A process of ours that does one thing."""

    pid: int

    def send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def send_group(self, number: int) -> None:
        """To it and to all it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def ended(self, patience_s: float = PATIENCE_S) -> int:
        """How it ended: its exit code, or minus the signal. Kills it where it never ends."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        self.send(signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"process {self.pid} did not end within {patience_s:.0f} s")


def forked(work: Work) -> Child:
    """Exit code 0 when the work returned, 1 when it raised."""
    connections.close_all()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return Child(pid)
    try:
        work()
        connections.close_all()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def product_process(command: str, **settings: str) -> Child:
    """One of the product's own processes on this database, the leader of its group."""
    connections.close_all()
    environment = os.environ | database_environment() | settings
    blobs = {"EINTHOVEN_BLOB_ROOT": str(django_settings.BLOB_ROOT)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env=environment | blobs,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    process.returncode = 0  # it is waited for by its id
    return Child(process.pid)


def killed(work: Work, *, before: str = "", after: str = "", skip: int = 0) -> None:
    """Do the work in a process that dies on entering, or on returning from, a named function.

    `skip` calls of it are let pass. Raises AssertionError where the place is never reached.
    """
    code = forked(lambda: (_arm(before, after, skip), work())).ended()
    assert code == -signal.SIGKILL, f"{before or after} was not reached: {code}"


def _arm(before: str, after: str, skip: int) -> None:
    owner, name = located(before or after)
    original, left = getattr(owner, name), skip

    @functools.wraps(original)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            return original(*args, **kwargs)
        if after:
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives this")

    setattr(owner, name, deadly)


def located(path: str) -> tuple[Any, str]:
    """Where a function hangs: `package.module.function` or `package.module.Class.method`."""
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return functools.reduce(getattr, parts[length:-1], owner), parts[-1]
    raise AssertionError(f"there is no {path}")
