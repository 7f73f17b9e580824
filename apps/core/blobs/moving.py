"""A place whose bytes are on their way to another: writes go ahead, reads look in both."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from apps.core.blobs.folder import NotMounted
from apps.core.blobs.store import Engine, Entry, is_temporary


class MovingEngine:
    """The target first. What is in both is the target's."""

    def __init__(self, target: Engine, source: Engine) -> None:
        self.target, self.source = target, source

    def write(self, prefix: str, chunks: Iterable[bytes]) -> str:
        return self.target.write(prefix, chunks)

    def promote(self, temporary: str, key: str) -> bool:
        return self.target.promote(temporary, key)

    def replace(self, temporary: str, key: str) -> None:
        """What is still in the source only is there in its newer form from now on."""
        self.target.replace(temporary, key)

    def read(self, key: str) -> Iterator[bytes]:
        # Once more: it may have arrived, and left the source, between the two looks.
        missing: OSError = FileNotFoundError()
        for place in (self.target, self.source, self.target):
            try:
                yield from place.read(key)
            except FileNotFoundError:
                continue
            except NotMounted as away:
                # A target that nothing has reached yet looks the same.
                missing = away
                continue
            return
        raise missing

    def exists(self, key: str) -> bool:
        return any(place.exists(key) for place in (self.target, self.source, self.target))

    def entries(self, prefix: str) -> Iterator[Entry]:
        last = None
        both = (self.target.entries(prefix), self.source.entries(prefix))
        for entry in heapq.merge(*both, key=lambda entry: entry.key.encode()):
            if entry.key != last:
                yield entry
            last = entry.key

    def keys(self, prefix: str) -> Iterator[str]:
        inside = f"{prefix.rstrip('/')}/" if prefix else ""
        return (entry.key for entry in self.entries(inside) if not is_temporary(entry.key))

    def delete(self, key: str) -> None:
        self.target.delete(key)
        self.source.delete(key)

    def sweep_temporary(self, older_than_s: float) -> int:
        return sum(place.sweep_temporary(older_than_s) for place in (self.target, self.source))
