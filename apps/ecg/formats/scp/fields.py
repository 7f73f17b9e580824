"""Reading little-endian fields that may not be there."""

from __future__ import annotations

import struct
from typing import Any, NoReturn

from apps.ecg.formats.canonical import Refused


class Fields:
    """A cursor over one section. Raises Refused, naming the section, where it ends early."""

    def __init__(self, body: bytes, field: str) -> None:
        self.body = body
        self.field = field
        self.at = 0

    def read(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + layout)
        if self.left() < size:
            self.short()
        values = struct.unpack_from("<" + layout, self.body, self.at)
        self.at += size
        return values

    def number(self, layout: str) -> int:
        return int(self.read(layout)[0])

    def take(self, size: int) -> bytes:
        if self.left() < size:
            self.short()
        self.at += size
        return self.body[self.at - size : self.at]

    def left(self) -> int:
        return len(self.body) - self.at

    def short(self) -> NoReturn:
        raise Refused("section-short", f"{self.field} ends too early.", field=self.field)
