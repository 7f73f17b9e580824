"""Damaged files of every format but DICOM: refused for a reason or decoded, never an error."""

from __future__ import annotations

import random

import pytest

from apps.ecg.formats import FORMATS, decode, dicom
from apps.ecg.formats.canonical import Refused
from tests.formats.files_of_formats import by_name

MUTATIONS = 40
FILES = by_name(seconds=2.5)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Bytes changed, or a piece cut, doubled or lost, wherever it may be."""
    out, at = bytearray(data), rng.randrange(len(data))
    kind = rng.randrange(4)
    if kind == 0:
        del out[at : at + rng.randrange(1, 64)]
    elif kind == 1:
        out[at:at] = out[at : at + rng.randrange(1, 64)]
    elif kind == 2:
        del out[at:]
    else:
        for _ in range(rng.randrange(1, 9)):
            out[rng.randrange(min(len(out), 4000))] = rng.randrange(256)
    return bytes(out)


@pytest.mark.parametrize("name", FILES)
def test_damage_is_refused_for_a_reason_or_harmless(name):
    data, rng, codes = FILES[name], random.Random(f"einthoven {name}"), []
    assert decode(data).format == name
    for _ in range(MUTATIONS):
        try:
            decode(mutated(data, rng))
        except Refused as refused:
            codes.append(refused.code)
    assert len(codes) > MUTATIONS / 8
    assert not {"decoder-error", "decoder-memory"} & set(codes)


def test_a_file_is_of_one_format_only():
    for name, data in FILES.items():
        assert [f.NAME for f in FORMATS if f.recognises(data)] == [name]
        assert not dicom.recognises(data)
