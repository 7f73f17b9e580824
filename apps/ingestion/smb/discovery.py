"""Finding files in the folders of a share: bounded in depth and number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.client import Entry, Share
from apps.ingestion.smb.errors import Denied, FileProblem, Gone, NoSuchFolder, SignInRefused
from apps.ingestion.smb.names import (
    ARCHIVE,
    can_be_opened,
    fold,
    is_temporary,
    is_wanted,
    patterns_of,
)

MOST_DEPTH = 16
MOST_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file; `path` is from the source's folder."""

    path: str
    entry: Entry


@dataclass(slots=True)
class Walk:
    """One walk. What it could not look at is counted, so that somebody hears of it."""

    share: Share
    source: ShareSource
    seen: int = 0
    passed_over: int = 0
    is_whole: bool = True
    patterns: list[str] = field(default_factory=list)

    def files(self) -> Iterator[Found]:
        """Raises ShareLost, also where the folder itself cannot be listed."""
        self.patterns = patterns_of(self.source)
        folders = deque([("", 0)])
        while folders:
            folder, depth = folders.popleft()
            for entry in self._entries(folder):
                path = f"{folder}\\{entry.name}" if folder else entry.name
                if not entry.is_folder:
                    yield from self._file(path, entry)
                elif self._may_enter(folder, entry):
                    if depth < MOST_DEPTH:
                        folders.append((path, depth + 1))
                    else:
                        self.passed_over += 1

    def _entries(self, folder: str) -> Iterator[Entry]:
        """Nothing of a folder that went away or may not be read."""
        try:
            for entry in self.share.list(path_on_share(self.source, folder)):
                if entry.name in {".", ".."}:
                    continue
                self.seen += 1
                if self.seen > MOST_ENTRIES:
                    self.passed_over += self.is_whole
                    self.is_whole = False
                    return
                yield entry
        except FileProblem as problem:
            if not folder:
                raise SignInRefused if isinstance(problem, Denied) else NoSuchFolder from None
            self.is_whole = False
            self.passed_over += not isinstance(problem, Gone)

    def _may_enter(self, folder: str, entry: Entry) -> bool:
        """Not the archive, and nothing that leads elsewhere."""
        if entry.is_link or entry.is_hidden or (not folder and fold(entry.name) == ARCHIVE):
            return False
        return self._can_be_opened(entry)

    def _file(self, path: str, entry: Entry) -> Iterator[Found]:
        unseen = entry.is_link or entry.is_hidden or is_temporary(entry.name)
        if not unseen and is_wanted(entry.name, self.patterns) and self._can_be_opened(entry):
            yield Found(path, entry)

    def _can_be_opened(self, entry: Entry) -> bool:
        fine = can_be_opened(entry.name)
        self.passed_over += not fine
        return fine


def path_on_share(source: ShareSource, path: str) -> str:
    folder = source.folder.replace("/", "\\")
    return "\\".join(part for part in (folder, path) if part)
