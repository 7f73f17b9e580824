"""Damaged files of every format but DICOM: refused for a reason or decoded, never an error."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from apps.ecg.formats.contec.writer import write_contec
from apps.ecg.formats.mortara.writer import write_mortara
from apps.ecg.formats.schiller.writer import write_schiller
from apps.ecg.formats.scp.writer import write_scp
from tests.formats.ecgs import ecg, waveform

MUTATIONS = 40
SHAPE = {"seconds": 2.5}


def source(rate: int = 500) -> DecodedEcg:
    beat = waveform(kind="median", nv_per_lsb=Decimal(5000), rate=rate, seconds=0.8, beat_s=0.9)
    return ecg(waveform(nv_per_lsb=Decimal(5000), rate=rate, **SHAPE), median=beat)


WRITERS: dict[str, Callable[[], bytes]] = {
    "scp": lambda: write_scp(source()),
    "contec": lambda: write_contec(source(800)),
    "cardiosoft": lambda: write_cardiosoft(source()),
    "schiller": lambda: write_schiller(source()),
    "mortara": lambda: write_mortara(source()),
}


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


@pytest.mark.parametrize("name", WRITERS)
def test_damage_is_refused_for_a_reason_or_harmless(name):
    data, rng, codes = WRITERS[name](), random.Random(f"einthoven {name}"), []
    assert decode(data)
    for _ in range(MUTATIONS):
        try:
            decode(mutated(data, rng))
        except Refused as refused:
            codes.append(refused.code)
    assert len(codes) > MUTATIONS / 8
    assert not {"decoder-error", "decoder-memory"} & set(codes)
