"""Taking one file: held against writers, read, proven unchanged, whole and signed where that is
asked for, accepted, archived.

Killed at any line it is found again, accepted as the same delivery, and archived then.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from apps.core.blobs.store import TooLarge
from apps.ecg.formats.canonical import Refused
from apps.ingestion.actions import EmptyFile, accept
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import Ingress
from apps.ingestion.signed import NOT_SIGNED, Signed
from apps.ingestion.smb import ledger
from apps.ingestion.smb.archive import archive
from apps.ingestion.smb.client import DELETE, NOBODY_WRITES, READ, Share
from apps.ingestion.smb.completeness import is_complete, is_document
from apps.ingestion.smb.discovery import Found, path_on_share
from apps.ingestion.smb.errors import Busy, Denied, FileProblem, Gone
from apps.ingestion.smb.handle import Handle
from apps.ingestion.smb.names import delivery_key
from apps.ingestion.smb.pairing import pair
from apps.ingestion.smb.signatures import AWAITED, LONGEST, verdict_on
from apps.ingestion.smb.stability import Delays, begin_again, is_overdue

State = ShareFile.State
UNFINISHED = Refused(
    "incomplete",
    "The file was never finished on the share. Have the device send it again; a person may run"
    " it as it is.",
)
# A signature whose file went away, or was moved before the process ended.
ALONE = "signature-alone"


@dataclass(slots=True)
class Taking:
    """Files of one share; what became of them is counted."""

    share: Share
    source: ShareSource
    now: dt.datetime
    delays: Delays
    taken: int = 0
    again: int = 0
    unfinished: int = 0
    archive_fails: bool = False

    def take(self, found: Found, row: ShareFile) -> None:
        """Raises ShareLost, RetryableError, OrganizationClosed, MayNotSubmit."""
        if self.archive_fails and row.state == State.ACCEPTED:
            return
        if found.is_signature and not is_overdue(row, self.now, self.delays):
            row.state, row.problem = State.INCOMPLETE, ALONE
            ledger.save(row)
            return
        try:
            with self._held(found.path) as handle:
                self._take(handle, found, row)
        except Busy:
            begin_again(row, row.version, row.size, self.now)
            row.problem = Busy.code
        except Gone:
            _not_there(row)
        except FileProblem as problem:
            row.problem = problem.code
        ledger.save(row)

    @contextmanager
    def _held(self, path: str) -> Iterator[Handle]:
        """Open so that nobody writes or renames it meanwhile. Raises Busy where somebody does."""
        path = path_on_share(self.source, path)
        with ExitStack() as stack:
            yield self._opened(stack, path)

    def _opened(self, stack: ExitStack, path: str) -> Handle:
        """Where it may not be moved it is accepted all the same."""
        opened = partial(self.share.opened, path, sharing=NOBODY_WRITES)
        if self.source.archive == ShareSource.Archive.MOVE:
            with suppress(Denied):
                return stack.enter_context(opened(READ | DELETE))
        return stack.enter_context(opened(READ))

    def _take(self, handle: Handle, found: Found, row: ShareFile) -> None:
        if handle.size > settings.MAX_UPLOAD_BYTES:
            _refuse(row, "too-large")
            return
        data = handle.read()
        after = self.share.stat(path_on_share(self.source, found.path))
        if not handle.version == after.version == found.entry.version or len(data) != row.size:
            begin_again(row, after.version, after.size, self.now)
            return
        if found.is_signature:
            self._archive(handle, found, row, data)
            return
        whole, signed = is_complete(data), self._signed(found, row, data)
        if not (whole and signed.code not in AWAITED) and not is_overdue(
            row, self.now, self.delays
        ):
            row.state, row.problem = State.INCOMPLETE, signed.code if whole else ""
            return
        try:
            self._accept(found, row, data, signed, None if whole else UNFINISHED)
        except EmptyFile:
            _refuse(row, "empty-file")
        except TooLarge:
            _refuse(row, "too-large")
        else:
            self._archive(handle, found, row, data)

    def _signed(self, found: Found, row: ShareFile, data: bytes) -> Signed:
        """What its signature is worth, as it is now. Raises FileProblem, ShareLost."""
        path = found.signature_path
        beside = None if path is None else self._read(path)
        needed = self.source.asks_for_signatures
        return verdict_on(data, beside, is_required=needed, seen_at=row.first_seen_at)

    def _read(self, path: str) -> bytes | None:
        with suppress(Gone), self.share.opened(path_on_share(self.source, path), READ) as handle:
            return handle.read() if handle.size <= LONGEST else b""
        return None

    def _accept(
        self, found: Found, row: ShareFile, data: bytes, signed: Signed, refusal: Refused | None
    ) -> None:
        sha256 = hashlib.sha256(data).hexdigest()
        accepted = accept(
            source=Ingress.Source.SMB,
            chunks=[data],
            filename=found.entry.name,
            idem_key=delivery_key(self.source, found.path, sha256),
            site=self.source.site,
            refusal=refusal,
            signature=None if signed is NOT_SIGNED else lambda _sha256: signed,
        )
        self.taken += accepted.is_new
        self.again += not accepted.is_new
        self.unfinished += refusal is not None and accepted.is_new
        row.ingress, row.state, row.problem = accepted.ingress, State.ACCEPTED, ""
        row.is_document = is_document(data)
        ledger.save(row)
        pair(row)

    def _archive(self, handle: Handle, found: Found, row: ShareFile, data: bytes) -> None:
        try:
            archive(self.share, self.source, handle, found.path, data)
            if found.signature_path is not None:
                self._archive_signature(found.signature_path)
        except FileProblem as problem:
            row.problem = problem.code
            self.archive_fails = True
        else:
            row.state, row.settled_at = State.SETTLED, self.now
            ledger.note_archived(row, self.source)

    def _archive_signature(self, path: str) -> None:
        """After its file: left behind by a crash it follows alone, once it is overdue."""
        with suppress(Gone), self._held(path) as handle:
            archive(self.share, self.source, handle, path, handle.read())


def _refuse(row: ShareFile, code: str) -> None:
    row.state, row.problem = State.REFUSED, code


def _not_there(row: ShareFile) -> None:
    """Gone between listing and opening; listed once more it stands under a name that opens nothing,
    as a server makes up for what it cannot say, and somebody must hear of it.
    """
    row.state = State.WAITING if row.problem == Gone.code else State.GONE
    row.problem = Gone.code
