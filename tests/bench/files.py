"""A real ECG and as many distinct ones of its kind as a benchmark needs."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pydicom
from pydicom.data import get_testdata_file

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg

_numbers = itertools.count(1)
FOR_OTHERS = 50_000

LEADS_BYTES, SAMPLES = 24, 9_000
PATIENT, INSTANCE = b"642341", b"20130125105919.5407"


@cache
def real_path() -> Path:
    """A Mortara ELI 250 recording, 12 leads × 10 s × 1000 Hz, as pydicom ships it."""
    return Path(str(get_testdata_file("waveform_ecg.dcm", download=False)))


@cache
def real() -> bytes:
    return real_path().read_bytes()


@cache
def real_ecg() -> DecodedEcg:
    return decode(real())


def variants(count: int) -> list[bytes]:
    """The real file under other patients and instances, one sample changed; never one twice."""
    return [variant(next(_numbers)) for _ in range(count)]


@cache
def _samples_at() -> int:
    samples = bytes(pydicom.dcmread(real_path()).WaveformSequence[0].WaveformData)
    return real().index(samples)


def variant(number: int) -> bytes:
    """One that no other number gives; `variants` uses those below FOR_OTHERS."""
    data = bytearray(real())
    place, bit = number % SAMPLES, number // SAMPLES
    data[_samples_at() + LEADS_BYTES * (100 + place)] ^= 1 << bit
    patient, instance = f"B{number:05}".encode(), INSTANCE[:-5] + f"{number:05}".encode()
    return bytes(data.replace(PATIENT, patient).replace(INSTANCE, instance))
