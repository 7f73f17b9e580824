"""WFDB records: every storage format, exactly as the reference reader reads it, or refused."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import bundle, decode
from apps.ecg.formats.canonical import Refused, Waveform
from apps.ecg.formats.quality import evaluate
from apps.ecg.formats.wfdb.header import read_header
from apps.ecg.formats.wfdb.samples import read_counts
from tests.formats.ecgs import ecg, refusal, warned, waveform
from tests.formats.writers.wfdb import PACK, WfdbOptions, wfdb, wfdb_files
from tests.oracles import wfdb_reader as judge

TEN_BITS = Decimal(10_000)  # 10 µV, so that an ECG fits ten bits


def small(storage: int) -> Waveform:
    """As large as the storage format can hold, with a sample count that leaves a rest."""
    limit = {8: 60, 80: 120, 310: 500, 311: 500, 212: 2000}.get(storage, 30_000)
    whole = waveform(rate=250, seconds=10.004)
    counts = np.round(whole.counts / max(1, np.abs(whole.counts).max() / limit)).astype(int)
    leads = tuple(replace(lead, nv_per_lsb=TEN_BITS) for lead in whole.leads)
    return replace(whole, leads=leads, counts=counts.astype(np.int32))


@pytest.mark.parametrize("storage", sorted(PACK))
def test_every_storage_format_comes_back_exactly_and_as_the_judge_reads_it(storage, tmp_path):
    source = small(storage)
    files = wfdb_files(source, WfdbOptions(storage=storage))
    found = decode(bundle.write(files)).rhythm
    assert np.array_equal(found.nanovolts(), source.nanovolts())
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    record = judge.rdrecord(str(tmp_path / "record"))
    assert record.sig_name == list(found.lead_names())
    assert np.abs(record.p_signal * 1e6 - found.nanovolts()).max() < 1e-3


@pytest.mark.parametrize(
    "options",
    [
        WfdbOptions(unit="uV"),
        WfdbOptions(unit="nV", storage=32),
        WfdbOptions(matlab=True),
        WfdbOptions(baseline=-200),
        WfdbOptions(negate_avr=True),
        WfdbOptions(leads=("V6", "aVR", "II", "V1", "I", "V2", "V3", "V5", "V4", "III")),
        WfdbOptions(leads=("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")),
    ],
)
def test_units_baselines_orders_and_signs_come_back_exactly(options):
    plain = waveform(nv_per_lsb=Decimal(1000))
    leads = tuple(replace(lead, offset_nv=Decimal(7000)) for lead in plain.leads)
    source = replace(plain, leads=leads)
    found = decode(wfdb(source, options))
    wanted = source.lead_names()
    for name in options.leads or wanted:
        at = found.rhythm.lead_names().index(name)
        assert np.array_equal(
            found.rhythm.nanovolts()[:, at], source.nanovolts()[:, wanted.index(name)]
        )


def test_a_gain_that_does_not_end_is_kept_to_eighteen_digits():
    data = edited_header(wfdb_files(waveform()), r"1000\(0\)/mV", "1760(-20)/mV")
    found = decode(data)
    assert "scale-rounded" in {warning.code for warning in found.warnings}
    assert found.rhythm.leads[0].nv_per_lsb == Decimal("568.181818181818182")
    exact = [round(1_000_000 * (int(c) + 20) / 1760) for c in found.rhythm.counts[:50, 0]]
    assert found.rhythm.nanovolts()[:50, 0].tolist() == exact


def test_missing_samples_are_missing():
    source = waveform()
    missing = np.zeros(source.counts.shape, bool)
    missing[100:110, 3] = True
    data = wfdb(replace(source, missing=missing))
    assert np.array_equal(decode(data).rhythm.missing, missing)
    assert "gaps" in warned(data)


def test_what_the_header_says_of_time_and_person_is_kept():
    found = decode(wfdb(waveform()))
    assert found.acquired_local == dt.datetime(2026, 3, 1, 10, 20, 30)  # noqa: DTZ001 — local
    assert (found.patient.sex, found.patient.age_years) == ("F", 45)
    assert decode(wfdb(waveform(), WfdbOptions(clock=""))).acquired_local is None


@pytest.mark.parametrize(
    ("comment", "age", "sex"),
    [
        *(("<age>: 85  <sex>: M  <diagnoses>: none", 85, "M"), ("Age: 63.0", 63, "")),
        *(("Gender: Female", None, "F"), ("Sex: Unknown", None, ""), ("Age: 300", None, "")),
        *(("age: 3 months sex: F", None, "F"), ("age: 20 days", None, "")),
        *(("age: 45 years, sex: M", 45, "M"), ("age: 40y", 40, "")),
        *(("Age: NaN", None, ""), ("package: 4", None, "")),
    ],
)
def test_age_and_sex_are_found_in_any_comment_that_says_them(comment, age, sex):
    found = decode(wfdb(waveform(), WfdbOptions(comments=(comment,)))).patient
    assert (found.age_years, found.sex) == (age, sex)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_unit_beyond_ascii_is_read_as_it_is_encoded(encoding):
    files = wfdb_files(waveform(), WfdbOptions(unit="uV"))
    header = files["record.hea"].decode().replace("/uV", "/µV").encode(encoding)
    found = decode(bundle.write(files | {"record.hea": header}))
    assert found.canonical_hash == decode(bundle.write(files)).canonical_hash


def test_differences_without_an_initial_value_are_refused():
    files = wfdb_files(small(8), WfdbOptions(storage=8))
    header = re.sub(r" 16 0 -?\d+ -?\d+ 0 \S+", "", files["record.hea"].decode())
    with pytest.raises(Refused) as refused:
        read_counts(read_header(header.encode()), files)
    assert (refused.value.code, refused.value.field) == ("wfdb-storage", "initial value")


def edited_header(files: dict[str, bytes], pattern: str, by: str) -> bytes:
    text = files["record.hea"].decode()
    changed, times = re.subn(pattern, by, text)
    assert times
    return bundle.write(files | {"record.hea": changed.encode()})


@pytest.mark.parametrize(
    ("pattern", "by", "code", "field"),
    [
        (r" V1\n", " Vx1\n", "unknown-lead", "description"),
        (r" V1\n", " V2\n", "duplicate-lead", "description"),
        (r"1000\(0\)/mV", "0(0)/mV", "unknown-scale", "gain"),
        (r"1000\(0\)/mV", "1000(0)/mmHg", "unknown-unit", "units"),
        (r"record 12 500 5000", "record 12 500 5001", "truncated", "signal files"),
        (r"record 12 500 5000", "record 12 500 4999", "data-length", "signal files"),
        (r"record 12 500", "record/3 12 500", "wfdb-segments", "record line"),
        (r"record 12 500 .*", "record 12", "unknown-rate", "sampling frequency"),
        (r"(\S+) 0 V1\n", "1 0 V1\n", "wfdb-checksum", "checksum"),
        (r"dat 16 ", "dat 508 ", "wfdb-storage", "format"),
        (r"dat 16 ", "dat 16x2 ", "wfdb-frames", "samples per frame"),
        (r"dat 16 ", "dat 16:3 ", "wfdb-frames", "skew"),
        (r"record\.dat", "other.dat", "wfdb-no-signal", "files"),
        (r"record 12 500", "record 13 500", "wfdb-header", "signal lines"),
    ],
)
def test_a_header_that_is_not_right_is_refused_with_its_field(pattern, by, code, field):
    with pytest.raises(Refused) as refused:
        decode(edited_header(wfdb_files(waveform()), pattern, by))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_signal_that_is_left_out_has_one_sample_a_frame_too():
    pressure = "record.dat 16x2 10(0)/mmHg 16 0 0 0 0 ABP\n# age"
    files = wfdb_files(waveform(), WfdbOptions(comments=("age: 45",)))
    files["record.hea"] = files["record.hea"].replace(b"record 12 500 5000", b"record 13 500 0")
    assert refusal(edited_header(files, "# age", pressure)) == "wfdb-frames"


def test_a_modified_lead_keeps_its_own_name():
    data = edited_header(wfdb_files(waveform()), " V1\n", " MCL1\n")
    assert "MCL1" in decode(data).rhythm.lead_names()
    assert "V1" not in decode(data).rhythm.lead_names()


def test_two_leads_are_no_diagnostic_ecg():
    assert refusal(wfdb(waveform(), WfdbOptions(leads=("II", "V5")))) == "too-few-leads"


def test_a_part_of_a_record_is_refused_with_what_to_send():
    files = wfdb_files(waveform(), WfdbOptions(matlab=True))
    assert refusal(files["record.hea"]) == "wfdb-no-signal"
    assert refusal(files["record.mat"]) == "wfdb-no-header"
    with pytest.raises(Refused, match="wfdb-no-signal") as refused:
        decode(files["record.hea"])
    assert "one ZIP" in refused.value.message


def test_a_matlab_file_of_another_shape_is_refused():
    files = wfdb_files(waveform(), WfdbOptions(matlab=True))
    files["record.mat"] = files["record.mat"][:4] + b"\x0d" + files["record.mat"][5:]
    assert refusal(bundle.write(files)) == "data-length"


def test_leads_stretched_one_by_one_are_read_with_a_warning_as_experimental():
    source = waveform()
    counts = np.round(source.counts * (1000 / np.ptp(source.counts, axis=0)))
    stretched = replace(source, counts=counts.astype(np.int32))
    panel = evaluate(ecg(stretched))
    assert not panel.refuses
    assert "leads-stretched" in {warning.code for warning in panel.warnings()}
    assert decode(bundle.write(wfdb_files(stretched))).experimental
    assert not decode(bundle.write(wfdb_files(source))).experimental
