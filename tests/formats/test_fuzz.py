"""A thousand damaged files: refused, or the same signal, or told; never an error."""

from __future__ import annotations

import functools
import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import FORMATS, decode
from apps.ecg.formats.canonical import DecodedEcg, DecodeWarning
from apps.ecg.formats.sandbox import Sandbox
from tests.formats.ecgs import ecg, waveform
from tests.fuzz import verdict
from tests.fuzz.__main__ import limit_broken
from tests.fuzz.mutations import MUTATIONS, mutated
from tests.fuzz.sources import Source, written

SOURCES = list(written())
EACH = 1_000 // len(SOURCES)


@functools.cache
def original(source: Source) -> DecodedEcg:
    return decode(source.whole(source.part))


@pytest.mark.parametrize("source", SOURCES, ids=[f"{s.format} {s.name}" for s in SOURCES])
def test_damage_is_refused_or_harmless_or_told(source):
    rng = random.Random(f"einthoven {source.name}")
    found = []
    for _ in range(EACH):
        kind, part = mutated(source.part, rng)
        found.append((kind, verdict.judge(source.whole(part), original(source))))
    assert [trial for trial in found if trial[1].kind in verdict.DEFECTS] == []
    assert sum(trial[1].kind == verdict.REFUSED for trial in found) > EACH // 10


def test_every_format_is_damaged():
    assert {source.format for source in SOURCES} == {format_.NAME for format_ in FORMATS}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_damage_changes_something_and_the_same_seed_the_same(name):
    data = SOURCES[0].part
    one, two = bytearray(data), bytearray(data)
    MUTATIONS[name](one, random.Random(3))
    MUTATIONS[name](two, random.Random(3))
    assert one == two != data


def changed(**fields: object) -> tuple[DecodedEcg, DecodedEcg]:
    whole = ecg(waveform(seconds=3))
    return replace(whole, rhythm=replace(whole.rhythm, **fields)), whole  # type: ignore[arg-type]


def counts(samples: int) -> np.ndarray:
    """The signal with this many samples changed."""
    found = waveform(seconds=3).counts.copy()
    found.reshape(-1)[:samples] += 1
    return found


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, verdict.SAME),
        ({"sampling_rate_hz": Decimal(1000)}, verdict.SILENT),
        ({"leads": waveform(nv_per_lsb=Decimal(2000)).leads}, verdict.SILENT),
        ({"counts": counts(3)}, verdict.SAMPLES),
        ({"counts": counts(5000)}, verdict.SILENT),
    ],
)
def test_what_differs_without_a_word_is_a_defect(fields, kind, monkeypatch):
    damaged, whole = changed(**fields)
    monkeypatch.setattr(verdict, "decode", lambda _: damaged)
    assert verdict.judge(b"", whole).kind == kind
    told = replace(damaged, warnings=(DecodeWarning("odd", "New."),))
    monkeypatch.setattr(verdict, "decode", lambda _: told)
    assert verdict.judge(b"", whole).kind == (verdict.TOLD if fields else verdict.SAME)


def test_an_error_that_is_no_refusal_is_a_crash(monkeypatch):
    monkeypatch.setattr(FORMATS[0], "decode", lambda data: 1 / 0)
    assert verdict.judge(SOURCES[0].part, original(SOURCES[-1])).kind == verdict.CRASHED


def test_a_broken_limit_of_the_child_is_named():
    sandbox = Sandbox("tests.formats.misbehaving:decode")
    try:
        assert limit_broken(sandbox, b"memory") == "decoder-memory"
        assert limit_broken(sandbox, b"refuse") == ""
    finally:
        sandbox.close()
