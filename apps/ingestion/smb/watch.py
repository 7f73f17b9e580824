"""Being told by the server that something changed, where it offers that (MS-SMB2 2.2.35).

Only to look sooner: what is told may be lost, and local writers of some servers are not seen.
"""

from __future__ import annotations

from contextlib import suppress

from smbprotocol.change_notify import (
    ChangeNotifyFlags,
    CompletionFilter,
    SMB2ChangeNotifyRequest,
)
from smbprotocol.file_info import FileAttributes
from smbprotocol.header import NtStatus
from smbprotocol.open import CreateDisposition, CreateOptions, ImpersonationLevel, Open

from apps.ingestion.smb.client import EVERYBODY, LIST, Share
from apps.ingestion.smb.errors import FileProblem, translated

CHANGES = (
    CompletionFilter.FILE_NOTIFY_CHANGE_FILE_NAME
    | CompletionFilter.FILE_NOTIFY_CHANGE_DIR_NAME
    | CompletionFilter.FILE_NOTIFY_CHANGE_SIZE
    | CompletionFilter.FILE_NOTIFY_CHANGE_LAST_WRITE
)


class Watch:
    """One question to the server, answered at the first change under a folder."""

    def __init__(self, share: Share, folder: str) -> None:
        """Raises FileProblem where the server does not offer it, ShareLost."""
        self.folder = Open(share.tree, folder)
        with translated():
            self.folder.create(
                ImpersonationLevel.Impersonation,
                LIST,
                FileAttributes.FILE_ATTRIBUTE_NORMAL,
                EVERYBODY,
                CreateDisposition.FILE_OPEN,
                CreateOptions.FILE_DIRECTORY_FILE,
            )
        self.ask()

    def ask(self) -> None:
        """Once more, after an answer."""
        question = SMB2ChangeNotifyRequest()
        question["flags"] = ChangeNotifyFlags.SMB2_WATCH_TREE
        # No names are asked for.
        question["output_buffer_length"] = 0
        question["file_id"] = self.folder.file_id
        question["completion_filter"] = CHANGES
        tree = self.folder.tree_connect
        with translated():
            self.request = self.folder.connection.send(
                question, tree.session.session_id, tree.tree_connect_id
            )

    def has_fired(self) -> bool:
        """True once something changed or the connection ended: either is worth a look."""
        if not self.request.response_event.is_set():
            return False
        with self.request.response_event_lock:
            response = self.request.response
            if response and response["status"].get_value() == NtStatus.STATUS_PENDING:
                self.request.response_event.clear()
                return False
        return True


def watch(share: Share, folder: str) -> Watch | None:
    """None where the server does not offer it: looking from time to time is enough."""
    with suppress(FileProblem):
        return Watch(share, folder)
    return None


def is_offered(found: Watch) -> bool:
    """Whether the answer that came is about a change, and not that it cannot tell."""
    response = found.request.response
    told = {NtStatus.STATUS_NOTIFY_ENUM_DIR, NtStatus.STATUS_SUCCESS}
    return bool(response and response["status"].get_value() in told)
