"""One open file of a share."""

from __future__ import annotations

import datetime as dt

from smbprotocol import MAX_PAYLOAD_SIZE
from smbprotocol.file_info import FileDispositionInformation, FileRenameInformation
from smbprotocol.open import Open, SMB2SetInfoRequest
from smbprotocol.structure import Structure

from apps.ingestion.smb.errors import translated


def version_of(size: int, written_at: dt.datetime) -> str:
    """By what a change is noticed. Other times of a listing may lag behind those of the file."""
    return f"{size} {written_at.isoformat()}"


class Handle:
    """Raises ShareLost, FileProblem."""

    def __init__(self, file: Open) -> None:
        self.file = file
        self.size = int(file.end_of_file)
        self.version = version_of(self.size, file.last_write_time)

    def read(self) -> bytes:
        """As much as there was when it was opened; less where it has become shorter."""
        found = bytearray()
        while len(found) < self.size:
            wanted = min(MAX_PAYLOAD_SIZE, self.size - len(found))
            with translated():
                part = self.file.read(len(found), wanted)
            if not part:
                break
            found += part
        return bytes(found)

    def write(self, data: bytes) -> None:
        with translated():
            for at in range(0, len(data), MAX_PAYLOAD_SIZE):
                self.file.write(data[at : at + MAX_PAYLOAD_SIZE], at)
            self.file.flush()

    def rename(self, to: str) -> None:
        """Within the share, over nothing that is there."""
        wanted = FileRenameInformation()
        wanted["replace_if_exists"] = False
        wanted["file_name"] = to
        self._set(wanted)

    def delete(self) -> None:
        """Gone when it is closed."""
        wanted = FileDispositionInformation()
        wanted["delete_pending"] = True
        self._set(wanted)

    def _set(self, wanted: Structure) -> None:
        request = SMB2SetInfoRequest()
        request["info_type"] = wanted.INFO_TYPE
        request["file_info_class"] = wanted.INFO_CLASS
        request["file_id"] = self.file.file_id
        request["buffer"] = wanted
        tree = self.file.tree_connect
        with translated():
            sent = tree.session.connection.send(
                request, tree.session.session_id, tree.tree_connect_id
            )
            tree.session.connection.receive(sent)
