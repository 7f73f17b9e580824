"""Finding files in the folders of a share: bounded in depth and number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

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
from apps.ingestion.smb.signatures import ENDING, LONGEST

MOST_DEPTH = 16
MOST_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and its signature where one lies beside it; `path` is from the source's folder."""

    path: str
    entry: Entry
    signature: Entry | None = None
    is_signature: bool = False

    @property
    def version(self) -> str:
        """Changes with the file and with its signature."""
        if self.signature is None:
            return self.entry.version
        mark = f"{self.signature.name} {self.signature.version}"
        return f"{self.entry.version} {sha256(mark.encode()).hexdigest()[:12]}"

    @property
    def signature_path(self) -> str | None:
        if self.signature is None:
            return None
        folder = self.path.rpartition("\\")[0]
        return f"{folder}\\{self.signature.name}" if folder else self.signature.name


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
            entries = list(self._entries(folder))
            signatures = Signatures.among(entries)
            for entry in entries:
                path = f"{folder}\\{entry.name}" if folder else entry.name
                if not entry.is_folder:
                    yield from self._file(path, entry, signatures)
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

    def _file(self, path: str, entry: Entry, signatures: Signatures) -> Iterator[Found]:
        unseen = entry.is_link or entry.is_hidden or is_temporary(entry.name)
        of = signatures.signed_name(entry)
        if unseen or of in signatures.files or not is_wanted(of or entry.name, self.patterns):
            return
        if self._can_be_opened(entry):
            yield Found(path, entry, signatures.of(entry), is_signature=bool(of))

    def _can_be_opened(self, entry: Entry) -> bool:
        fine = can_be_opened(entry.name)
        self.passed_over += not fine
        return fine


@dataclass(frozen=True, slots=True)
class Signatures:
    """Those of one folder, by the name of what they sign, whatever the case."""

    files: frozenset[str]
    exact: dict[str, Entry]
    folded: dict[str, Entry]

    @classmethod
    def among(cls, entries: list[Entry]) -> Signatures:
        found = {_signed_name(one): one for one in entries if _signed_name(one)}
        names = frozenset(fold(one.name) for one in entries if not one.is_folder)
        whole = {one.name for one in entries}
        loose = {fold(name): one for name, one in found.items() if name not in whole}
        return cls(names, found, loose)

    def signed_name(self, entry: Entry) -> str:
        return fold(_signed_name(entry))

    def of(self, entry: Entry) -> Entry | None:
        """Its own to the letter before one that differs by case."""
        return self.exact.get(entry.name) or self.folded.get(fold(entry.name))


def _signed_name(entry: Entry) -> str:
    """Empty for what is no signature."""
    if not fold(entry.name).endswith(ENDING) or entry.size > LONGEST:
        return ""
    unseen = entry.is_folder or entry.is_link or entry.is_hidden
    return "" if unseen or not can_be_opened(entry.name) else entry.name[: -len(ENDING)]


def path_on_share(source: ShareSource, path: str) -> str:
    folder = source.folder.replace("/", "\\")
    return "\\".join(part for part in (folder, path) if part)
