"""How long something that should answer has not, as far as this process has looked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

# A restart takes seconds; who sends tries again by itself for as long.
GRACE_S = 120.0
BETWEEN_S = 10.0


@dataclass(slots=True)
class Silence:
    """Of one that is looked at now and then."""

    looked_at: float = float("-inf")
    missed_since: float | None = None

    def seconds(self, answers: Callable[[], bool]) -> float:
        """For which every look has missed it; questions in a row share a look."""
        now = time.monotonic()
        if now - self.looked_at >= BETWEEN_S:
            self.looked_at = now
            if answers():
                self.missed_since = None
            elif self.missed_since is None:
                self.missed_since = now
        return 0.0 if self.missed_since is None else now - self.missed_since
