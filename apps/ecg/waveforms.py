"""Waveforms at rest: packed, compressed, sealed, checked by hash on every read."""

from __future__ import annotations

import gzip
import hashlib
import uuid

import zstandard

from apps.core.blobs.store import Corrupt
from apps.ecg.formats import canonical
from apps.ecg.formats.packing import pack, unpack
from apps.ecg.models import Recording, Waveform
from apps.tenants import blobs

LEVEL = 3
# A day of 12 leads at 1000 Hz would be larger; a resting ECG is far below.
LARGEST_PACKED = 64 * 1024 * 1024


# Of the recording that this process stored last: whose it is, and the samples. Measuring follows
# within milliseconds, mostly in the same worker.
_in_hand: tuple[uuid.UUID, canonical.Waveform] | None = None
LARGEST_IN_HAND = 4 * 1024 * 1024


def store(recording: Recording, *given: canonical.Waveform) -> None:
    """The rhythm first."""
    global _in_hand
    Waveform.objects.bulk_create([_sealed(recording, waveform) for waveform in given])
    small = given[0].counts.nbytes <= LARGEST_IN_HAND
    _in_hand = (recording.public_id, given[0]) if small else None


def take_in_hand(recording: Recording) -> canonical.Waveform | None:
    """The rhythm that this process stored just now, once; None of any other recording."""
    global _in_hand
    held, _in_hand = _in_hand, None
    return held[1] if held and held[0] == recording.public_id else None


def _sealed(recording: Recording, waveform: canonical.Waveform) -> Waveform:
    packed = pack(waveform, recording.public_id)
    compressed = zstandard.ZstdCompressor(level=LEVEL).compress(packed)
    return Waveform(
        organization_id=recording.organization_id,
        recording=recording,
        kind=waveform.kind,
        sealed=blobs.seal_bytes(compressed, recording.organization_id),
        packed_sha256=hashlib.sha256(packed).hexdigest(),
    )


def samples_name(row: Waveform) -> str:
    """Names exactly these samples, as an ETag does (RFC 9110 8.8.3)."""
    return f'"{row.packed_sha256[:32]}"'


def load_packed(recording: Recording, kind: str = "rhythm") -> bytes:
    """EWF1 bytes. Raises Waveform.DoesNotExist, Unsealable, Corrupt."""
    return _packed(recording, Waveform.objects.get(recording=recording, kind=kind))


def _packed(recording: Recording, row: Waveform) -> bytes:
    compressed = blobs.unseal_bytes(bytes(row.sealed), recording.organization_id)
    try:
        packed = zstandard.ZstdDecompressor().decompress(compressed, max_output_size=LARGEST_PACKED)
    except zstandard.ZstdError:
        raise Corrupt from None
    if hashlib.sha256(packed).hexdigest() != row.packed_sha256:
        raise Corrupt
    return packed


def load_compressed(recording: Recording, kind: str = "rhythm") -> bytes:
    """EWF1 compressed with zstd, as it is stored and as a browser can take it."""
    return _compressed(recording, Waveform.objects.get(recording=recording, kind=kind))


def _compressed(recording: Recording, row: Waveform) -> bytes:
    return blobs.unseal_bytes(bytes(row.sealed), recording.organization_id)


def load_for_browser(recording: Recording, kind: str, encoding: str) -> tuple[str, bytes]:
    """The name of the samples, and EWF1 by zstd or gzip. Raises as `load_packed`."""
    row = Waveform.objects.get(recording=recording, kind=kind)
    if encoding == "zstd":
        return samples_name(row), _compressed(recording, row)
    body = gzip.compress(_packed(recording, row), compresslevel=6, mtime=0)
    return samples_name(row), body


def load(recording: Recording, kind: str = "rhythm") -> canonical.Waveform:
    """Exact canonical samples. Raises as `load_packed`, and Corrupt for another's samples."""
    return _unpacked(recording, load_packed(recording, kind))


def load_both(recording: Recording) -> tuple[canonical.Waveform, canonical.Waveform | None]:
    """The rhythm, and the median beat where the device gave one. Raises as `load`."""
    rows = {row.kind: row for row in Waveform.objects.filter(recording=recording)}
    if "rhythm" not in rows:
        raise Waveform.DoesNotExist
    both = {kind: _unpacked(recording, _packed(recording, row)) for kind, row in rows.items()}
    return both["rhythm"], both.get("median")


def _unpacked(recording: Recording, packed: bytes) -> canonical.Waveform:
    waveform, recording_id = unpack(packed)
    if recording_id != recording.public_id:
        raise Corrupt
    return waveform
