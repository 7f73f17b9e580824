"""Real files: decoded as pydicom decodes them, to the bit, or refused for a stated reason."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg, Refused, Waveform
from tests.corpus import corpus_params

REFUSED = {"dicom-other": "dicom-image"}
SHIPPED = Path(str(get_testdata_file("waveform_ecg.dcm")))


def judge(data: bytes) -> list[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
    """Per group: raw counts and µV of each lead, as pydicom sees them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(io.BytesIO(data))
        found = []
        for index, group in enumerate(dataset.WaveformSequence):
            uv = dataset.waveform_array(index)
            raw = np.frombuffer(group.WaveformData, "<i2").reshape(uv.shape)
            sources = [
                c.ChannelSourceSequence[0].CodeValue for c in group.ChannelDefinitionSequence
            ]
            numbers = [int(s.replace("-", ":").split(":")[-1]) for s in sources]
            names = [LEADS[number] for number in numbers]
            found.append(
                (dict(zip(names, raw.T, strict=True)), dict(zip(names, uv.T, strict=True)))
            )
        return found


LEADS = {1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"}
LEADS |= {n + 2: f"V{n}" for n in range(1, 7)}


def assert_agrees(waveform: Waveform, raw: dict[str, np.ndarray], uv: dict[str, np.ndarray]):
    assert set(waveform.lead_names()) == set(raw)
    for column, name in enumerate(waveform.lead_names()):
        present = slice(None) if waveform.missing is None else ~waveform.missing[:, column]
        assert np.array_equal(waveform.counts[present, column], raw[name][present])
        assert np.array_equal(waveform.samples_uv()[present, column], uv[name][present])


def assert_decoded(data: bytes) -> DecodedEcg:
    found = decode(data)
    rhythm, beat = judge(data)
    assert_agrees(found.rhythm, *rhythm)
    assert_agrees(found.median, *beat)
    return found


@pytest.mark.parametrize("path", corpus_params("dicom-ecg"))
def test_every_ecg_agrees_with_pydicom_to_the_bit(path):
    assert_decoded(path.read_bytes())


@pytest.mark.parametrize("path", corpus_params("dicom-other"))
def test_everything_else_is_refused_for_a_stated_reason(path):
    with pytest.raises(Refused) as refused:
        decode(path.read_bytes())
    assert refused.value.code == REFUSED[path.parent.name]


def test_the_file_that_ships_with_pydicom_agrees_with_it():
    found = assert_decoded(SHIPPED.read_bytes())
    assert (found.rhythm.samples, found.median.samples) == (10_000, 1_200)
    assert found.vendor.startswith("Mortara")
    assert {m.name: m.value for m in found.measurements} == {
        "rr_ms": 982,
        "pr_ms": 161,
        "qrs_ms": 75,
        "qt_ms": 368,
        "qtc_ms": 370,
        "p_axis_deg": 74,
        "qrs_axis_deg": 52,
        "t_axis_deg": 57,
    }
    assert [s.text for s in found.statements] == ["RITMO SINUSALE", "ECG NORMALE"]
    assert {w.code for w in found.warnings} == {"channel-limit", "not-measured"}


def corpus(name: str) -> list[object]:
    return [p for p in corpus_params("dicom-ecg") if getattr(p, "id", "") in (name, "no-corpus")]


@pytest.mark.parametrize("path", corpus("ge_macp_general_ecg_mdc.dcm"))
def test_mdc_codes_and_the_correction_factor_are_read(path):
    found = decode(path.read_bytes())
    assert found.rhythm.leads[6].nv_per_lsb == 4880
    values = {m.name: m.value for m in found.measurements}
    assert (values["heart_rate_bpm"], values["qtc_ms"], values["qrs_axis_deg"]) == (97, 417, 63)
    assert (found.electrode_system, found.patient.age_years) == ("standard", 11)


@pytest.mark.parametrize("path", corpus("ge_mv360_muse9_12lead.dcm"))
def test_groups_without_labels_are_told_apart(path):
    found = decode(path.read_bytes())
    assert (found.rhythm.samples, found.median.samples) == (5_000, 600)
    assert found.utc_offset_minutes == 60


@pytest.mark.parametrize("path", corpus("ecgtoolkit_eli250_implicitvr.dcm"))
def test_implicit_vr_with_false_padding_and_units_is_read_safely(path):
    found = decode(path.read_bytes())
    assert found.rhythm.missing is None
    assert found.median.missing[-1].all()
    assert {m.name for m in found.measurements} == {"pr_ms", "qrs_ms", "qt_ms", "qtc_ms"}
    codes = {w.code for w in found.warnings}
    assert {"padding-zero", "padding-undeclared", "measurement-unit"} <= codes
