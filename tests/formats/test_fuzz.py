"""A thousand damaged files: refused, or decoded to the samples they hold; never an error."""

from __future__ import annotations

import random

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.dicom.writer import DicomOptions
from tests.formats.ecgs import file, median

MUTATIONS = 250


def real() -> bytes:
    with open(str(get_testdata_file("waveform_ecg.dcm")), "rb") as source:
        return source.read()


SOURCES = {
    "real": real,
    "implicit": lambda: file(options=DicomOptions(encoding="implicit-le"), median=median()),
    "big-endian": lambda: file(options=DicomOptions(encoding="explicit-be"), median=median()),
    "deflated": lambda: file(options=DicomOptions(encoding="deflated"), median=median()),
}


def mutated(data: bytes, rng: random.Random, headers: list[int]) -> bytes:
    """One to four bytes changed outside the samples, or a piece cut, doubled or moved."""
    out = bytearray(data)
    kind = rng.randrange(4)
    at = rng.choice(headers)
    if kind == 0:
        del out[at : at + rng.randrange(1, 64)]
    elif kind == 1:
        out[at:at] = out[at : at + rng.randrange(1, 64)]
    elif kind == 2:
        out[at : at + 4] = rng.randbytes(4)
    else:
        for _ in range(rng.randrange(1, 4)):
            out[rng.choice(headers)] = rng.randrange(256)
    return bytes(out)


def header_positions(data: bytes) -> list[int]:
    """Everything but the samples, which damage may change without a trace."""
    big = [at for at in range(132, len(data) - 8) if data[at : at + 4] in WAVEFORM_DATA]
    spans = [(at + 8, at + 12 + max(_lengths(data, at))) for at in big]
    return [i for i in range(132, len(data)) if not any(a <= i < b for a, b in spans)]


def _lengths(data: bytes, at: int) -> list[int]:
    """The length of the samples in whichever way the file writes it, if that is one."""
    read = (int.from_bytes(data[i : i + 4], order) for i in (at + 4, at + 8) for order in ORDERS)
    return [0, *(length for length in read if length < len(data))]


ORDERS = ("little", "big")


WAVEFORM_DATA = (b"\x00\x54\x10\x10", b"\x54\x00\x10\x10")


def explained(found: DecodedEcg, original: DecodedEcg) -> bool:
    """The same samples lead by lead, or a difference that the file now states."""
    if found.canonical_hash == original.canonical_hash:
        return True
    stated = (
        found.rhythm.leads != original.rhythm.leads
        or found.rhythm.sampling_rate_hz != original.rhythm.sampling_rate_hz
        or found.rhythm.samples != original.rhythm.samples
        or found.rhythm.missing is not None
    )
    return stated or bool(np.array_equal(found.rhythm.counts, original.rhythm.counts))


@pytest.mark.parametrize("source", SOURCES)
def test_damage_is_refused_or_harmless(source):
    data = SOURCES[source]()
    original = decode(data)
    rng = random.Random(f"einthoven {source}")
    headers = header_positions(data)
    outcomes: dict[str, int] = {}
    for number in range(MUTATIONS):
        damaged = mutated(data, rng, headers)
        try:
            found = decode(damaged)
        except Refused as refused:
            outcomes[refused.code] = outcomes.get(refused.code, 0) + 1
        else:
            # Deflate carries no checksum, so there only the absence of errors is promised.
            assert source == "deflated" or explained(found, original), number
    assert "decoder-error" not in outcomes
    assert sum(outcomes.values()) > MUTATIONS // 10
