"""What becomes of a row where it is recreated: everything stays but what the new place decides.

What reaches outside is switched off, work that waited is put aside, and what was open in the
former place is closed: a rehearsal must send nothing, ask nobody in and claim no domain.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import zstandard

from apps.core.leases import Leased
from apps.ecg.formats.packing import pack, unpack
from apps.ecg.waveforms import LARGEST_PACKED, LEVEL
from apps.tenants import blobs
from apps.web.offboarding.names import Names
from apps.web.offboarding.numbers import Numbers
from apps.web.offboarding.tables import Table

SWITCHED_OFF: dict[str, dict[str, Any]] = {
    "integrations_alarmchannel": {"is_active": False},
    "integrations_destination": {"is_active": False},
    "tenants_identitydomain": {"is_active": False, "is_confirmed": False},
    "tenants_identityprovider": {"is_active": False, "password_allowed": True},
}
WAITING = {Leased.State.RECEIVED.value, Leased.State.PROCESSING.value}
PUT_ASIDE = {
    "state": Leased.State.DEAD.value,
    "error_code": "imported",
    "lease_token": None,
    "lease_until": None,
}
WAVEFORM = "ecg_waveform"
# A fair place in the queue is given by the database.
GIVEN_HERE = {"id", "turn"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows are recreated, and what former numbers and names became."""

    organization_id: int
    names: Names
    numbers: Mapping[str, Numbers]
    people: Mapping[int, int]
    as_of: str

    def changed(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """The columns that are not as in the export, sealed ones apart. Raises Unknown."""
        changed: dict[str, Any] = {"organization_id": self.organization_id}
        for column, parent in table.parents.items():
            if row[column] is not None:
                changed[column] = self.numbers[parent][row[column]]
        for column in table.people:
            if row[column] is not None:
                changed[column] = self.people[row[column]]
        changed |= self.names.in_row(table.name, row)
        changed |= SWITCHED_OFF.get(table.name, {})
        if table.is_leased and row["state"] in WAITING:
            changed |= PUT_ASIDE
        return changed | self._closed(table, row)

    def _closed(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        if table.name == "tenants_emergencyaccess" and row["ended_at"] is None:
            return {"ended_at": self.as_of, "ending": "expired"}
        if table.name == "tenants_invitation" and row["state"] == "open":
            return {"state": "withdrawn"}
        return {}

    def opened(self, table: Table, row: dict[str, Any]) -> dict[str, bytes | None]:
        """The plain bytes of the sealed columns; a waveform names its recording."""
        plain = {column: _decoded(row[column]) for column in table.sealed}
        if table.name == WAVEFORM and self.names.are_new:
            plain["sealed"] = _compressed(self._renamed(_packed(plain["sealed"])))
        return plain

    def hashed(self, table: Table, plain: dict[str, bytes | None]) -> dict[str, str]:
        """Columns that are hashes of what is sealed, where a new name changed it."""
        if table.name != WAVEFORM or not self.names.are_new:
            return {}
        return {"packed_sha256": hashlib.sha256(_packed(plain["sealed"])).hexdigest()}

    def sealed(self, plain: dict[str, bytes | None]) -> dict[str, str | None]:
        return {
            column: None if data is None else f"\\x{self._seal(data).hex()}"
            for column, data in plain.items()
        }

    def _seal(self, data: bytes) -> bytes:
        return blobs.seal_bytes(data, self.organization_id)

    def _renamed(self, packed: bytes) -> bytes:
        waveform, recording = unpack(packed)
        return pack(waveform, uuid.UUID(self.names.of(str(recording))))


def _packed(compressed: bytes | None) -> bytes:
    assert compressed is not None
    reader = zstandard.ZstdDecompressor()
    return reader.decompress(compressed, max_output_size=LARGEST_PACKED)


def _compressed(packed: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL).compress(packed)


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)
