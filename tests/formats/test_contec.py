"""Contec ECG90A native files: what one recording in four formats proves, and nothing else."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyedflib
import pytest

from apps.ecg.formats import contec, decode
from apps.ecg.formats.canonical import Refused, Waveform
from apps.ecg.formats.contec.layout import HEAD_BYTES, ROW_BYTES
from apps.ecg.formats.contec.writer import write_contec
from tests.corpus import corpus_params
from tests.formats.ecgs import ecg, refusal, waveform

LIMB = ("I", "II", "III", "aVR", "aVL", "aVF")


def rhythm() -> Waveform:
    return waveform(nv_per_lsb=Decimal(5000), rate=800)


def written() -> bytes:
    return write_contec(ecg(rhythm()))


def test_limb_leads_are_read_back_and_the_others_follow_exactly():
    found = decode(written()).rhythm
    assert found.lead_names() == LIMB
    assert [lead.derived for lead in found.leads] == [True, False, False, True, True, True]
    nv = dict(zip(LIMB, found.nanovolts().T, strict=True))
    source = dict(zip(rhythm().lead_names(), rhythm().nanovolts().T, strict=True))
    assert np.array_equal(nv["II"], source["II"])
    assert np.array_equal(nv["I"], source["II"] - source["III"])
    assert np.array_equal(2 * nv["aVR"], -(nv["I"] + nv["II"]))
    assert np.array_equal(2 * nv["aVF"], nv["II"] + nv["III"])


def test_time_and_device_are_read_back():
    found = decode(written())
    assert found.acquired_local == ecg().acquired_local
    assert (found.vendor, found.model, found.format) == ("Contec", "ECG90A", "contec-ecg90a")
    assert {"leads-off", "not-12-lead", "patient-id"} <= {w.code for w in found.warnings}


def changed(at: int, value: bytes) -> bytes:
    data = written()
    at %= len(data)
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (lambda: written()[:-1], "truncated", "samples"),
        (lambda: written()[: HEAD_BYTES + 10], "truncated", "samples"),
        (lambda: written()[:HEAD_BYTES], "truncated", "samples"),
        (lambda: written()[:-ROW_BYTES], "contec-tail", "tail"),
        (lambda: changed(30, b"\x01"), "contec-head", "head"),
        (lambda: changed(40, b"\x22"), "contec-head", "head"),
        (lambda: changed(15, b"13"), "contec-head", "time"),
        (lambda: changed(-37, b"Clark"), "contec-tail", "tail"),
        (lambda: changed(HEAD_BYTES + 4, b"\x12\x08"), "contec-chest-leads", "samples"),
        (lambda: changed(HEAD_BYTES + 1, b"\x68"), "contec-samples", "samples"),
    ],
)
def test_what_no_file_proves_is_refused(data, code, field):
    with pytest.raises(Refused) as refused:
        decode(data())
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("at", [0, 7, 10, 14, 29])
def test_another_head_is_another_format(at):
    assert refusal(changed(at, b"x")) == "unknown-format"


@pytest.mark.parametrize(
    "change",
    [{"rate": 500}, {"nv_per_lsb": Decimal(2500)}, {"counts": np.full((8000, 12), 3000)}],
)
def test_the_writer_refuses_what_the_format_cannot_hold(change):
    shape = {"nv_per_lsb": Decimal(5000), "rate": 800} | change
    with pytest.raises(ValueError):
        write_contec(ecg(waveform(**shape)))


def native() -> list[object]:
    files = corpus_params("contec-ecg90a")
    return [p for p in files if getattr(p, "id", "") in ("0000050.ECG", "no-corpus")]


def twin(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


@pytest.mark.parametrize("path", native())
def test_the_native_file_and_its_table_hold_the_same_counts(path):
    """The table's augmented leads are halves rounded to whole counts; ours are exact."""
    found = contec.decode(path.read_bytes()).rhythm
    with open(twin(path, ".csv"), newline="") as source:
        table = np.array([[int(cell) for cell in row[:6]] for row in csv.reader(source)])
    assert found.lead_names() == LIMB
    assert np.array_equal(found.counts[:, :3], table[:, :3])
    assert np.abs(found.samples_uv()[:, 3:] - 5 * table[:, 3:]).max() <= 2.5


@pytest.mark.parametrize("path", native())
def test_the_native_file_and_its_scp_twin_hold_the_same_signal(path):
    """The twin holds the first 32,767 samples, and zeros in the leads that were not connected."""
    found = decode(path.read_bytes())
    other = decode(twin(path, ".scp").read_bytes())
    assert found.rhythm.lead_names() == other.rhythm.lead_names() == LIMB
    assert np.array_equal(found.rhythm.nanovolts()[:32_767, :3], other.rhythm.nanovolts()[:, :3])
    assert found.rhythm.sampling_rate_hz == other.rhythm.sampling_rate_hz
    assert found.acquired_local == other.acquired_local
    assert "leads-off" in {w.code for w in other.warnings}


@pytest.mark.parametrize("path", native())
def test_the_edf_twin_holds_the_same_counts_under_a_scale_that_is_not_true(path):
    """EDF says ±1000 mV for ±32768, so 30.5 µV a count; SCP-ECG says 5 µV.

    Lead I would span 9 mV by the one and 1.5 mV by the other: the EDF header is a default.
    """
    found = contec.decode(path.read_bytes()).rhythm
    with pyedflib.EdfReader(str(twin(path, ".edf"))) as edf:
        counts = np.stack([edf.readSignal(i, digital=True) for i in range(3)], axis=1)
        by_edf = edf.readSignal(0)
        assert edf.getPhysicalDimension(0) == "mV"
    assert np.array_equal(found.counts[:, :3], counts)
    assert 8 < np.ptp(by_edf) < 10
    assert 1_400 < np.ptp(found.samples_uv()[:, 0]) < 1_600


@pytest.mark.parametrize("path", native())
def test_the_native_file_is_accepted_with_its_chest_leads_left_out(path):
    found = decode(path.read_bytes())
    assert (found.rhythm.samples, found.rhythm.lead_names()) == (37_855, LIMB)
    assert found.acquired_local.isoformat() == "2020-11-16T21:44:39"
    assert not found.experimental
