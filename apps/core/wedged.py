"""Telling a qcluster that takes no work any more from one that is only slow.

Django-Q stays so once one of its processes was killed while it waited at their queue: that one
held the queue's lock, which nothing frees.
"""

from __future__ import annotations

from dataclasses import dataclass

WAITING_TOO_LONG_S = 10.0
TIME_TO_BEGIN_S = 15.0
MOST_PATIENCE = 16


@dataclass(slots=True)
class Judge:
    """`in_vain` counts how often in a row it was replaced without having taken anything."""

    in_vain: int = 0

    def time_to_begin_s(self) -> float:
        """Longer each time in vain: on a busy machine it may only be slow."""
        return float(TIME_TO_BEGIN_S * min(2**self.in_vain, MOST_PATIENCE))

    def condemns(self, *, age_s: float, waiting_s: float | None, leased: int) -> bool:
        """Whether one that runs so long is to be replaced: work waits and nobody has any of it."""
        if age_s < self.time_to_begin_s():
            return False
        if leased or not waiting_s:
            self.in_vain = 0
            return False
        if waiting_s <= WAITING_TOO_LONG_S:
            return False
        self.in_vain += 1
        return True
