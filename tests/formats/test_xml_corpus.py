"""Real XML files: every sample as two independent readers see it, or the reason they are wrong."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import sierraecg
from ecgdatakit import FileParser

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg, Refused, Waveform
from tests.corpus import FOLDER, corpus_params

FEMTO = 1e-9  # µV; the other reader computes in floating point
TAIL = 500  # samples of calibration the other readers keep


def files(folder: str, *names: str) -> list[object]:
    found = corpus_params(folder)
    return [p for p in found if not names or getattr(p, "id", "") in (*names, "no-corpus")]


def kit(path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return FileParser().parse(str(path))


def assert_same(waveform: Waveform, leads: list, *, more: int = 0) -> None:
    """Every lead of the other reader, which may hold `more` samples at the end."""
    uv, names = waveform.samples_uv(), waveform.lead_names()
    assert leads
    for lead in leads:
        other = np.asarray(lead.samples, dtype=np.float64) * 1000
        assert other.size == waveform.samples + more
        ours = uv[:, names.index(lead.label)]
        assert np.abs(other[: waveform.samples] - ours).max() < FEMTO
        assert float(lead.sampling_rate) == float(waveform.sampling_rate_hz)


def numbers(ecg: DecodedEcg) -> dict[str, float]:
    return {m.name: m.value for m in ecg.measurements}


@pytest.mark.parametrize("path", files("ge-muse-xml"))
def test_muse_agrees_with_another_reader_in_every_sample(path):
    found, other = decode(path.read_bytes()), kit(path)
    assert_same(found.rhythm, other.leads)
    assert_same(found.median, other.median_beats)
    values = numbers(found)
    assert values["qrs_ms"] == other.measurements.qrs_duration
    assert values["qtc_fridericia_ms"] == other.measurements.qtc_fridericia
    assert not {"fiducials", "fiducial-order"} & {w.code for w in found.warnings}


@pytest.mark.parametrize("path", files("ge-muse-xml", "muse7_250hz.xml"))
def test_muse_7_counts_beats_in_samples_where_the_other_reader_says_milliseconds(path):
    # Its GlobalRR of 216 is 216 samples of 4 ms: 864 ms, which is its own rate of 69 /min.
    other = kit(path).measurements
    assert (other.rr_interval, other.heart_rate) == (216, 69)
    assert round(60_000 / (216 * 4)) == 69
    assert "rr_ms" not in numbers(decode(path.read_bytes()))


@pytest.mark.parametrize("path", files("ge-muse-xml", "muse9_example3.xml"))
def test_muse_keeps_what_an_editor_changed(path):
    found = decode(path.read_bytes())
    values = numbers(found)
    assert (values["qtc_ms"], values["original_qtc_ms"], values["rr_ms"]) == (432, 431, 1018)
    assert (found.filters.high_pass_hz, found.filters.notch_hz) == (0.16, 60)


@pytest.mark.parametrize("path", files("ge-muse-xml", "ge_macp_chinese_statements.xml"))
def test_muse_statements_survive_in_chinese(path):
    found = decode(path.read_bytes())
    assert found.statements[0].text == "窦性心律"
    assert [s.code for s in found.statements] == ["", "", "original"]
    assert (found.patient.born_on, found.patient.age_years) == (None, 11)


@pytest.mark.parametrize("path", files("ge-muse-xml", "ge_macp_chinese_statements.xml"))
def test_the_dicom_export_of_the_same_muse_recording_is_the_same_signal(path):
    twin = decode((FOLDER / "dicom-ecg" / "ge_macp_general_ecg_mdc.dcm").read_bytes())
    found = decode(path.read_bytes())
    assert found.canonical_hash == twin.canonical_hash
    shared = numbers(found).keys() & numbers(twin).keys()
    assert {"qt_ms", "qtc_ms", "qrs_ms"} <= shared
    assert all(numbers(found)[name] == numbers(twin)[name] for name in shared)


@pytest.mark.parametrize("path", files("philips-sierra-xml"))
def test_philips_agrees_with_two_other_readers_but_for_the_calibration_tail(path):
    found, first, second = decode(path.read_bytes()), kit(path), sierraecg.read_file(str(path))
    assert found.rhythm.samples == 5000
    assert_same(found.rhythm, first.leads, more=TAIL)
    for column, name in enumerate(found.rhythm.lead_names()):
        other = next(lead for lead in second.leads if lead.label == name)
        assert np.array_equal(found.rhythm.counts[:, column], other.samples[:5000])
        # What they keep is no heart's: 1 mV for 200 ms in every lead, and the identities fail.
        assert set(other.samples[5350:5450]) == {200}
    assert not any(lead.derived for lead in found.rhythm.leads)


@pytest.mark.parametrize("path", files("philips-sierra-xml", "v1_04_pagewriter_touch.xml"))
def test_philips_median_has_its_own_scale_and_ends_where_its_filling_begins(path):
    found = decode(path.read_bytes())
    assert found.median.leads[0].nv_per_lsb == 2500
    assert found.median.samples == 600
    assert_same(found.median, kit(path).median_beats, more=600)
    assert all((np.asarray(lead.samples)[600:] > 80).all() for lead in kit(path).median_beats)


@pytest.mark.parametrize("path", files("philips-sierra-xml", "v1_03_pagewriter_irbbb.xml"))
def test_philips_1_03_median_is_left_out_where_another_reader_doubles_it(path):
    # It states no resolution; read at the rhythm's 5 µV its complexes are twice too high.
    found, other = decode(path.read_bytes()), kit(path)
    assert found.median is None
    assert "median-scale" in {w.code for w in found.warnings}
    rhythm = found.rhythm.samples_uv()[:, found.rhythm.lead_names().index("V2")]
    beat = next(lead for lead in other.median_beats if lead.label == "V2")
    assert 1.7 < np.ptp(np.asarray(beat.samples)) * 1000 / np.ptp(rhythm) < 2.3


@pytest.mark.parametrize("path", files("philips-sierra-xml", "v1_04_pagewriter_touch.xml"))
def test_philips_numbers_name_their_formula(path):
    found = decode(path.read_bytes())
    values = numbers(found)
    assert (values["qtc_bazett_ms"], values["qtc_fridericia_ms"]) == (417, 394)
    assert (values["rr_ms"], values["p_ms"], values["qrs_axis_deg"]) == (714, 148, 78)
    assert found.statements[0].code == "SR"
    assert found.patient.age_years == pytest.approx(60.05, abs=0.01)
    assert (found.electrode_system, found.filters.notch_hz) == ("standard", 0)


@pytest.mark.parametrize("path", files("philips-sierra-xml", "v1_03_heartstart_mrx_stemi.xml"))
def test_philips_1_03_has_a_qtc_of_unknown_formula(path):
    found = decode(path.read_bytes())
    (qtc,) = [m for m in found.measurements if m.name.startswith("qtc")]
    assert (qtc.name, qtc.value, qtc.method) == ("qtc_ms", 393, "")
    assert (found.filters.high_pass_hz, found.filters.low_pass_hz) == (0.05, 150)
    assert found.statements[-1].text == "- ABNORMAL ECG -"


@pytest.mark.parametrize(
    "path", files("hl7-aecg", "hl7_example_eli250.xml", "amps_calecg_1000hz.xml")
)
def test_aecg_agrees_with_another_reader_in_every_sample(path):
    found, other = decode(path.read_bytes()), kit(path)
    assert_same(found.rhythm, other.leads)
    assert_same(found.median, other.median_beats)


@pytest.mark.parametrize("path", files("hl7-aecg", "hl7_example_eli250.xml"))
def test_one_recording_as_aecg_and_as_dicom_has_one_hash(path):
    twin = decode((FOLDER / "dicom-ecg" / "ecgtoolkit_eli250_implicitvr.dcm").read_bytes())
    found = decode(path.read_bytes())
    assert found.canonical_hash == twin.canonical_hash
    assert found.acquired_local == twin.acquired_local
    shared = numbers(found).keys() & numbers(twin).keys()
    assert shared == {"pr_ms", "qrs_ms", "qt_ms", "qtc_ms"}
    assert all(numbers(found)[name] == numbers(twin)[name] for name in shared)


@pytest.mark.parametrize("path", files("hl7-aecg", "hl7_example_eli250.xml"))
def test_aecg_reads_global_numbers_not_those_of_single_beats(path):
    found = decode(path.read_bytes())
    values = numbers(found)
    assert (values["p_ms"], values["qtc_ms"], values["qrs_axis_deg"]) == (102, 443, -61)
    assert "measurement-twice" not in {w.code for w in found.warnings}
    assert (found.filters.low_pass_hz, found.filters.high_pass_hz) == (150, None)
    assert (found.filters.notch_hz, found.patient.identifier) == (60, "SBJ-123")
    assert [s.text for s in found.statements] == ["Sinus Rhythm"]


@pytest.mark.parametrize("path", files("hl7-aecg", "amps_calecg_1000hz.xml"))
def test_a_misspelt_unit_is_not_read_as_a_rate(path):
    found = decode(path.read_bytes())
    assert found.measurements == ()
    assert "measurement-unit" in {w.code for w in found.warnings}


@pytest.mark.parametrize("path", files("hl7-aecg"))
def test_files_of_one_lead_are_refused(path):
    if "minimum" in path.name:
        with pytest.raises(Refused) as refused:
            decode(path.read_bytes())
        assert refused.value.code == "too-few-leads"
    else:
        assert len(decode(path.read_bytes()).rhythm.leads) == 12
