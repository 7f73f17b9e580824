"""The anchors of one organization in order, and what they say of an event."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from apps.audit.anchors.anchor import Anchor


class AnchorTrail:
    """Looks an event up in the anchor that named it first: what is anchored stays so."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self.anchors = tuple(anchors)
        self._first: list[Anchor] = []
        self.seq = 0
        for anchor in self.anchors:
            if anchor.seq > self.seq:
                self._first.append(anchor)
                self.seq = anchor.seq
        self._ends = [anchor.seq for anchor in self._first]

    def _of(self, seq: int) -> Anchor:
        return self._first[bisect_left(self._ends, seq)]

    def differs(self, seq: int, leaf: str) -> str:
        """The day of an anchor that has another leaf for the event; empty where none has."""
        anchor = self._of(seq)
        return "" if anchor.leaf(seq) == leaf else anchor.day

    def day_of(self, seq: int) -> str:
        return self._of(seq).day
