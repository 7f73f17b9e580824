"""Taking files out of a form without writing them to disk: unsealed bytes stay in memory."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from apps.ecg.formats.wfdb.header import SUFFIX
from apps.ecg.formats.wfdb.record import gather

CHUNK = 64 * 1024


class MemoryHandler(FileUploadHandler):
    """Keeps each file up to a limit and one form up to twice that; the rest is read and dropped.

    What was longer is marked: reading on to the end lets the sender hear why it was refused.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.left = 2 * limit
        self.held = io.BytesIO()
        self.too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.held, self.too_large = io.BytesIO(), False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.too_large or start + len(raw_data) > self.limit or len(raw_data) > self.left:
            self._give_up()
            return
        self.left -= len(raw_data)
        self.held.write(raw_data)

    def _give_up(self) -> None:
        self.left += self.held.tell()
        self.held, self.too_large = io.BytesIO(), True

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.held.seek(0)
        found = InMemoryUploadedFile(
            self.held,
            self.field_name,
            self.file_name or "",
            self.content_type,
            self.held.getbuffer().nbytes,
            self.charset,
        )
        found.too_large = self.too_large  # type: ignore[attr-defined]
        return found


def whole_records(sent: list[UploadedFile]) -> list[UploadedFile]:
    """The files of one form, each WFDB record among them as one archive named as its header."""
    named = {file.name or "": file for file in sent if not getattr(file, "too_large", False)}
    if len(named) != len(sent) or not any(name.endswith(SUFFIX) for name in named):
        return sent
    content = {name: file.read() for name, file in named.items()}
    for file in sent:
        file.seek(0)
    return [
        named[name] if data is content[name] else SimpleUploadedFile(name, data)
        for name, data in gather(content).items()
    ]
