"""Waveforms at rest: packed, compressed, sealed, checked by hash on every read."""

from __future__ import annotations

import hashlib

import zstandard

from apps.core import blobs
from apps.ecg.formats import canonical
from apps.ecg.formats.packing import pack, unpack
from apps.ecg.models import Recording, Waveform

LEVEL = 3
# A day of 12 leads at 1000 Hz would be larger; a resting ECG is far below.
LARGEST_PACKED = 64 * 1024 * 1024


def store(recording: Recording, waveform: canonical.Waveform) -> Waveform:
    packed = pack(waveform, recording.public_id)
    compressed = zstandard.ZstdCompressor(level=LEVEL).compress(packed)
    return Waveform.objects.create(
        organization_id=recording.organization_id,
        recording=recording,
        kind=waveform.kind,
        sealed=blobs.seal_bytes(compressed, recording.organization_id),
        packed_sha256=hashlib.sha256(packed).hexdigest(),
    )


def load_packed(recording: Recording, kind: str = "rhythm") -> bytes:
    """EWF1 bytes. Raises Waveform.DoesNotExist, blobs.Unsealable, blobs.Corrupt."""
    row = Waveform.objects.get(recording=recording, kind=kind)
    compressed = blobs.unseal_bytes(bytes(row.sealed), recording.organization_id)
    try:
        packed = zstandard.ZstdDecompressor().decompress(compressed, max_output_size=LARGEST_PACKED)
    except zstandard.ZstdError:
        raise blobs.Corrupt from None
    if hashlib.sha256(packed).hexdigest() != row.packed_sha256:
        raise blobs.Corrupt
    return packed


def load_compressed(recording: Recording, kind: str = "rhythm") -> bytes:
    """EWF1 compressed with zstd, as it is stored and as a browser can take it."""
    row = Waveform.objects.get(recording=recording, kind=kind)
    return blobs.unseal_bytes(bytes(row.sealed), recording.organization_id)


def load(recording: Recording, kind: str = "rhythm") -> canonical.Waveform:
    """Exact canonical samples. Raises as `load_packed`, and Corrupt for another's samples."""
    waveform, recording_id = unpack(load_packed(recording, kind))
    if recording_id != recording.public_id:
        raise blobs.Corrupt
    return waveform


def has_median(recording: Recording) -> bool:
    return Waveform.objects.filter(recording=recording, kind="median").exists()
