"""One share, signed in to: signed, encrypted, and no answer is waited for without end.

Paths are relative to the share, with backslashes. Nothing here says a name in an error.
"""

from __future__ import annotations

import ipaddress
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from smbprotocol.connection import Connection
from smbprotocol.exceptions import NoMoreFiles, NoSuchFile
from smbprotocol.file_info import FileAttributes, FileInformationClass
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from apps.core import egress
from apps.ingestion.smb.errors import (
    AddressNotAllowed,
    Denied,
    Gone,
    NotEncrypted,
    ShareError,
    ShareLost,
    SignInRefused,
    translated,
)
from apps.ingestion.smb.handle import Handle, version_of
from apps.ingestion.sources import Place

ATTRIBUTES = FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
READ = FilePipePrinterAccessMask.GENERIC_READ | ATTRIBUTES
WRITE = FilePipePrinterAccessMask.GENERIC_WRITE | ATTRIBUTES
DELETE = FilePipePrinterAccessMask.DELETE
LIST = DirectoryAccessMask.FILE_LIST_DIRECTORY | DirectoryAccessMask.FILE_READ_ATTRIBUTES
NOBODY_WRITES = ShareAccess.FILE_SHARE_READ
EVERYBODY = (
    ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
)
UNSEEN = FileAttributes.FILE_ATTRIBUTE_HIDDEN | FileAttributes.FILE_ATTRIBUTE_SYSTEM


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing says of one name; `version` changes when it is written."""

    name: str
    size: int
    version: str
    is_folder: bool
    is_link: bool
    is_hidden: bool


class Patient(Connection):
    """Waits for no answer for ever."""

    def receive(self, request: Any, wait: bool = True, timeout: Any = None, **more: Any) -> Any:
        patience = timeout or settings.SMB_TIMEOUT_SECONDS
        return super().receive(request, wait, patience, **more)


class Share:
    """Raises ShareLost when nothing more is to be had, FileProblem for one file."""

    def __init__(self, place: Place, password: str) -> None:
        """Connects and signs in. Raises ShareLost by its cause."""
        address = _address(place.server)
        self.connection = Patient(uuid.uuid4(), address, settings.SMB_PORT, require_signing=True)
        try:
            self.tree = self._sign_in(place, password)
        except ShareError as error:
            self.close()
            if isinstance(error, Denied):
                raise SignInRefused from None
            raise error if isinstance(error, ShareLost) else ShareLost from None

    def _sign_in(self, place: Place, password: str) -> TreeConnect:
        with translated():
            self.connection.connect(timeout=settings.SMB_TIMEOUT_SECONDS)
        if not self.connection.supports_encryption:
            raise NotEncrypted
        with translated():
            session = Session(
                self.connection, place.username, password, require_encryption=True,
                auth_protocol="ntlm",
            )  # fmt: skip
            session.connect()
            tree = TreeConnect(session, rf"\\{place.server}\{place.share}")
            tree.connect()
        return tree

    def close(self) -> None:
        with suppress(ShareError), translated():
            self.connection.disconnect(timeout=settings.SMB_TIMEOUT_SECONDS)

    def list(self, folder: str) -> Iterator[Entry]:
        """What lies in a folder, in the server's order."""
        with self.opened(folder, LIST, options=CreateOptions.FILE_DIRECTORY_FILE) as handle:
            while rows := _next_rows(handle.file):
                yield from (_entry(row) for row in rows)

    def stat(self, path: str) -> Handle:
        """Length and times as they are now, however the file is held open."""
        with self.opened(path, ATTRIBUTES) as handle:
            return handle

    def read(self, path: str) -> bytes | None:
        """The whole content; None where there is no such file."""
        try:
            with self.opened(path, READ) as handle:
                return handle.read()
        except Gone:
            return None

    def write(self, path: str, data: bytes) -> None:
        """A file of our own, over what an earlier try left; on the server's disk at return."""
        with self.opened(
            path, WRITE, sharing=0, disposition=CreateDisposition.FILE_OVERWRITE_IF
        ) as handle:
            handle.write(data)

    def rename(self, path: str, to: str) -> None:
        """Raises Exists where the new name is taken."""
        with self.opened(path, DELETE | ATTRIBUTES) as handle:
            handle.rename(to)

    def remove(self, path: str) -> None:
        with self.opened(path, DELETE | ATTRIBUTES) as handle:
            handle.delete()

    def make_folders(self, folder: str) -> None:
        parts = folder.split("\\")
        for count in range(1, len(parts) + 1):
            with self.opened(
                "\\".join(parts[:count]),
                LIST,
                disposition=CreateDisposition.FILE_OPEN_IF,
                options=CreateOptions.FILE_DIRECTORY_FILE,
            ):
                pass

    @contextmanager
    def opened(
        self,
        path: str,
        access: int,
        *,
        sharing: int = EVERYBODY,
        disposition: int = CreateDisposition.FILE_OPEN,
        options: int = CreateOptions.FILE_NON_DIRECTORY_FILE,
    ) -> Iterator[Handle]:
        """An open file or folder, closed at the end whatever happens."""
        file = Open(self.tree, path)
        with translated():
            file.create(
                ImpersonationLevel.Impersonation,
                access,
                FileAttributes.FILE_ATTRIBUTE_NORMAL,
                sharing,
                disposition,
                options,
            )
        try:
            yield Handle(file)
        except ShareLost:
            raise
        except BaseException:
            with suppress(ShareError), translated():
                file.close()
            raise
        else:
            with translated():
                file.close()


def _address(server: str) -> str:
    """Raises AddressNotAllowed outside the networks that are named for it; this machine in the
    demo only.
    """
    try:
        found = socket.getaddrinfo(server.strip("[]"), settings.SMB_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ShareLost from None
    addresses = [str(entry[4][0]) for entry in found]
    if not all(may_be_read(address) for address in addresses):
        raise AddressNotAllowed
    return addresses[0]


def may_be_read(address: str) -> bool:
    networks = settings.SMB_NETWORKS
    with suppress(ValueError):
        ipaddress.ip_address(address.partition("%")[0])
        return egress.is_in_networks(address, networks, loopback=settings.DEMO)
    return False


def _next_rows(folder: Open) -> list[Any]:
    with translated():
        try:
            found: list[Any] = folder.query_directory(
                "*", FileInformationClass.FILE_ID_FULL_DIRECTORY_INFORMATION
            )
        except (NoMoreFiles, NoSuchFile):
            return []
        return found


def _entry(row: Any) -> Entry:
    with translated():
        attributes = row["file_attributes"].get_value()
        size = row["end_of_file"].get_value()
        written_at = row["last_write_time"].get_value()
        name = row["file_name"].get_value().decode("utf-16-le", "surrogatepass")
    return Entry(
        name=name,
        size=size,
        version=version_of(size, written_at),
        is_folder=bool(attributes & FileAttributes.FILE_ATTRIBUTE_DIRECTORY),
        is_link=bool(attributes & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT),
        is_hidden=bool(attributes & UNSEEN),
    )
