"""Changing what the application may not change, as a disk or a thief would."""

from __future__ import annotations

from apps.ecg.models import Recording, Waveform
from tests.database import raw_connection
from tests.factories import inside

TABLE = Waveform._meta.db_table


def sealed_of(recording: Recording) -> tuple[bytes, str]:
    """What is stored of a recording, and the hash beside it."""
    with inside(recording.organization):
        row = Waveform.objects.get(recording=recording)
    return bytes(row.sealed), row.packed_sha256


def replace_sealed(recording: Recording, sealed: bytes, packed_sha256: str) -> None:
    with raw_connection("owner") as raw, raw.transaction():
        raw.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
        raw.execute(
            f"UPDATE {TABLE} SET sealed = %s, packed_sha256 = %s WHERE recording_id = %s",
            [sealed, packed_sha256, recording.pk],
        )
        raw.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
