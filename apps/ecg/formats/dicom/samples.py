"""WaveformData to integer counts: sample type, byte order, padding, length (PS3.3 C.10.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.gaps import fill_gaps
from apps.ecg.formats.warnings import Warnings

from . import tags
from .companding import A_LAW, MU_LAW
from .elements import Dataset
from .values import ascii_text, unsigned

# (bits allocated, interpretation) → numpy kind and width
_TYPES = {
    (8, "SB"): "i1",
    (8, "UB"): "u1",
    (8, "MB"): "u1",
    (8, "AB"): "u1",
    (16, "SS"): "i2",
    (16, "US"): "u2",
    (32, "SL"): "i4",
    (32, "UL"): "u4",
    (64, "SV"): "i8",
    (64, "UV"): "u8",
}
_COMPANDED = {"MB": MU_LAW, "AB": A_LAW}
INT32 = np.iinfo(np.int32)


class Samples(NamedTuple):
    """Counts of shape (samples, channels) as encoded, and where a sample is missing."""

    counts: NDArray[np.int32]
    missing: NDArray[np.bool_] | None


def read_samples(
    group: Dataset, stored_bits: Mapping[int, int | None], warnings: Warnings
) -> Samples:
    """The counts of one multiplex group, its channels' bits stored by column.

    Raises Refused; never returns a guess.
    """
    channels = unsigned(group, tags.NUMBER_OF_CHANNELS, "NumberOfWaveformChannels")
    length = unsigned(group, tags.NUMBER_OF_SAMPLES, "NumberOfWaveformSamples")
    allocated = unsigned(group, tags.BITS_ALLOCATED, "WaveformBitsAllocated")
    interpretation = ascii_text(group, tags.SAMPLE_INTERPRETATION).upper()
    dtype = _dtype(group, allocated, interpretation)
    raw = _matrix(group, dtype, length, channels)
    missing = _padding(group, raw, dtype, warnings)
    _check_stored_bits(raw, missing, dtype, stored_bits)
    counts = _to_int32(raw, interpretation, missing, warnings)
    return Samples(fill_gaps(counts, missing), missing)


def _dtype(group: Dataset, allocated: int, interpretation: str) -> np.dtype[Any]:
    kind = _TYPES.get((allocated, interpretation))
    if kind is None:
        raise Refused(
            "sample-type",
            "Bits allocated and sample interpretation do not name a sample type.",
            field="WaveformSampleInterpretation",
        )
    # PS3.5 A.3: big endian swaps whole words, so 8-bit samples in OW would be a guess.
    if group.order == ">" and (
        group.data_vr == b"UN" or (allocated == 8 and group.data_vr != b"OB")
    ):
        raise Refused(
            "sample-byte-order", "The byte order of the samples is unclear.", field="WaveformData"
        )
    return np.dtype(group.order + kind)


def _matrix(group: Dataset, dtype: np.dtype[Any], length: int, channels: int) -> NDArray[Any]:
    data = group.values.get(tags.WAVEFORM_DATA, b"")
    if not length or not channels:
        raise Refused("no-samples", "The waveform holds no samples.", field="WaveformData")
    expected = length * channels * dtype.itemsize
    if len(data) < expected:
        raise Refused(
            "truncated",
            "The waveform is shorter than it says; transfer the file again.",
            field="WaveformData",
        )
    if len(data) - expected > expected % 2:
        raise Refused("data-length", "The waveform is longer than it says.", field="WaveformData")
    return np.frombuffer(data, dtype, count=length * channels).reshape(length, channels)


def _padding(
    group: Dataset, raw: NDArray[Any], dtype: np.dtype[Any], warnings: Warnings
) -> NDArray[np.bool_] | None:
    value = group.values.get(tags.PADDING_VALUE, b"")
    if value and len(value) < dtype.itemsize:
        raise Refused(
            "padding-value", "The padding value has a wrong length.", field="WaveformPaddingValue"
        )
    padding = np.frombuffer(value, dtype, count=1)[0] if value else 0
    if value and padding == 0:
        # A real device declares 0 while its zeros are data.
        warnings.add("padding-zero", "A padding value of 0 is taken as no padding.")
    missing = raw == padding if padding else _undeclared_padding(raw, warnings)
    if missing is None or not missing.any():
        return None
    warnings.add("gaps", "Some samples are missing.")
    return missing


def _undeclared_padding(raw: NDArray[Any], warnings: Warnings) -> NDArray[np.bool_] | None:
    """The same device ends its median with 0x8000 in every channel, declaring nothing."""
    if raw.dtype.newbyteorder("=") != np.int16:
        return None
    rows = (raw == np.iinfo(np.int16).min).all(axis=1)
    if not rows.any():
        return None
    warnings.add("padding-undeclared", "Samples of 0x8000 in every channel are taken as missing.")
    return np.repeat(rows[:, None], raw.shape[1], axis=1)


def _check_stored_bits(
    raw: NDArray[Any],
    missing: NDArray[np.bool_] | None,
    dtype: np.dtype[Any],
    stored_bits: Mapping[int, int | None],
) -> None:
    """Fewer bits stored than allocated must be low-aligned and sign-extended."""
    allocated = dtype.itemsize * 8
    for channel, stored in stored_bits.items():
        if stored is None or stored == allocated:
            continue
        if not 1 <= stored < allocated:
            raise Refused("bits-stored", "Bits stored is impossible.", field="WaveformBitsStored")
        column = raw[:, channel] if missing is None else raw[~missing[:, channel], channel]
        if column.size and not _fits(column, stored, allocated):
            raise Refused(
                "bits-stored",
                "Samples do not fit the bits stored; they may be high-aligned.",
                field="WaveformBitsStored",
            )


def _fits(column: NDArray[Any], stored: int, allocated: int) -> bool:
    low, high = int(column.min()), int(column.max())
    signed = column.dtype.kind == "i"
    limit = 1 << (stored - 1 if signed else stored)
    if not (-limit if signed else 0) <= low <= high < limit:
        return False
    step = (1 << (allocated - stored)) - 1
    return low == high or bool((column.astype(np.int64) & step).any())


def _to_int32(
    raw: NDArray[Any],
    interpretation: str,
    missing: NDArray[np.bool_] | None,
    warnings: Warnings,
) -> NDArray[np.int32]:
    if interpretation in _COMPANDED:
        warnings.add("companded", "8-bit companded samples were expanded by G.711.")
        expanded: NDArray[np.int32] = _COMPANDED[interpretation][raw]
        return expanded
    if raw.dtype.itemsize >= 4 and raw.dtype.newbyteorder("=") != np.int32:
        present = raw if missing is None else np.where(missing, raw.dtype.type(0), raw)
        if int(present.min()) < INT32.min or int(present.max()) > INT32.max:
            raise Refused("sample-range", "Samples exceed 32 bits.", field="WaveformData")
        return present.astype(np.int32)
    return raw.astype(np.int32)
