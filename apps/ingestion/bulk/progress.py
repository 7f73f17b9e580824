"""How far an import is, how fast it goes and how long it takes: for a person who waits."""

from __future__ import annotations

import time
from collections.abc import Callable

TERMINAL_S, LOG_S = 0.5, 30.0


class Progress:
    """Told of every file; says so now and then, in one line of a terminal or in lines of a log."""

    def __init__(self, total: int, write: Callable[..., object], *, terminal: bool) -> None:
        self.total, self._write, self._terminal = total, write, terminal
        self._begun = self._told = time.monotonic()
        self.done = self._skipped = 0

    def note(self, *, skipped: bool) -> None:
        self.done += 1
        self._skipped += skipped
        if time.monotonic() - self._told > (TERMINAL_S if self._terminal else LOG_S):
            self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        words = words_of(self.done, self.total, self.done - self._skipped, self._told - self._begun)
        if self._terminal:
            self._write(f"\r{words:<70}", ending="")
        else:
            self._write(words)


def words_of(done: int, total: int, sent: int, seconds: float) -> str:
    """`sent` of those that are done were read and sent in this run: they say how fast it goes."""
    share = f"{done:,} of {total:,} files"
    if not sent or seconds <= 0:
        return share
    rate = sent / seconds
    return f"{share}, {rate:.1f} a second, {_time((total - done) / rate)} left"


def _time(seconds: float) -> str:
    minutes, hours = round(seconds / 60), seconds / 3600
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 90 else f"{hours:.1f} h"
