"""When to stop: SIGINT, SIGTERM, or a parent that was told to and cannot say so."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
STEP_S = 0.1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """This process gets SIGTERM when its parent is gone, however it went."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class StoppedError(Exception):
    """Told to stop before the work was done."""


class StopSignal:
    """Set by the first SIGINT or SIGTERM; a second one means at once.

    Plain flags: the lock inside an Event deadlocks when a signal interrupts its own handler.
    """

    def __init__(self) -> None:
        self.hurried = False
        self._heard_one = False
        make = make_parent()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)
        if make:
            die_with_parent()
        # Begun in the background, `make` ignores SIGINT from the start.
        self._make = None if make is None or was_interrupted(make) else make

    def wait(self, seconds: float) -> bool:
        """Whether to stop, asked for at most this long."""
        until = time.monotonic() + seconds
        while not self._is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, STEP_S))
        return True

    def _is_set(self) -> bool:
        if self._make and was_interrupted(self._make):
            self._heard_one = True
        return self._heard_one

    @property
    def wanted(self) -> bool:
        return self.wait(0)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self.hurried = self._heard_one
        self._heard_one = True


def make_parent() -> int | None:
    """The process id of the `make` that started this process, if one did."""
    try:
        name = Path(f"/proc/{os.getppid()}/comm").read_text().strip()
    except OSError:
        return None
    return os.getppid() if name in ("make", "gmake") else None


def was_interrupted(make: int) -> bool:
    """`make` hands on SIGTERM but not SIGINT: it drops its own handler and waits for us."""
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return True
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return not int(caught, 16) & 1 << (signal.SIGINT - 1)
