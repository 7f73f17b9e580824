"""Dates, numbers and statements of MUSE XML: what is current, what was original, what is unsure."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ecg.formats import muse
from apps.ecg.formats.canonical import PatientIdentity
from tests.formats.test_muse import changed, codes, file, read

NOON = "<AcquisitionTime>12:00:00</AcquisitionTime><AcquisitionDate>"


def dated(acquired: str, born: str = "", extra: str = "") -> str:
    data = file(acquired_local=None, patient=PatientIdentity(identifier="7"))
    data = data.replace(
        "<AcquisitionDevice>", f"{NOON}{acquired}</AcquisitionDate>{extra}<AcquisitionDevice>"
    )
    return data.replace("<Gender>", f"<DateofBirth>{born}</DateofBirth><Gender>")


def acquired(data: str, order: muse.DateOrder | None = None) -> tuple[str, bool]:
    found = muse.decode(data.encode(), order)
    warned = "date-order" in {w.code for w in found.warnings}
    return str(found.acquired_local.date() if found.acquired_local else None), warned


@pytest.mark.parametrize(
    ("text", "date", "warned"),
    [
        ("03-25-1996", "1996-03-25", False),
        ("25-03-1996", "1996-03-25", False),
        ("03-04-2026", "2026-03-04", True),
        ("04-04-2026", "2026-04-04", False),
        ("2026-03-04", "2026-03-04", False),
        ("13-13-2026", "None", False),
        ("03-25-96", "None", False),
    ],
)
def test_month_comes_first_unless_the_date_proves_otherwise(text, date, warned):
    assert acquired(dated(text)) == (date, warned)


def test_another_date_of_the_file_proves_the_order():
    assert acquired(dated("03-04-2026", born="25-12-1980")) == ("2026-04-03", False)
    assert acquired(dated("03-04-2026", born="12-25-1980")) == ("2026-03-04", False)
    edited = "<EditDate>25-04-2026</EditDate>"
    assert acquired(dated("03-04-2026", extra=edited)) == ("2026-04-03", False)


def test_dates_that_contradict_each_other_prove_nothing():
    edited = "<EditDate>25-04-2026</EditDate>"
    assert acquired(dated("03-04-2026", born="12-25-1980", extra=edited)) == ("2026-03-04", True)


def test_the_order_of_the_site_decides_where_it_is_known():
    assert acquired(dated("03-04-2026"), "day-first") == ("2026-04-03", False)
    assert acquired(dated("03-04-2026"), "month-first") == ("2026-03-04", False)
    assert acquired(dated("03-25-2026"), "day-first") == ("None", False)


@pytest.mark.parametrize(
    ("age", "unit", "years"),
    [
        ("58", "YEARS", 58.0),
        ("18", "MONTHS", 1.5),
        ("3", "WEEKS", 0.06),
        ("10", "DAYS", 0.03),
        ("12", "HOURS", 0.0),
        ("58", "", None),
        ("58", "DECADES", None),
        ("-1", "YEARS", None),
        ("999", "YEARS", None),
    ],
)
def test_an_age_has_a_unit_or_is_no_age(age, unit, years):
    given = f"<PatientAge>{age}</PatientAge><AgeUnits>{unit}</AgeUnits><Gender>"
    data = dated("03-25-2026").replace("<Gender>", given)
    assert read(data).patient.age_years == years
    assert ("patient-age" in codes(data)) is (years is None)


def test_a_birth_date_no_living_person_has_is_left_out():
    patient = read(dated("03-25-2026", born="01-01-1900")).patient
    assert patient.born_on is None
    assert read(dated("03-25-2026", born="01-01-1920")).patient.born_on == dt.date(1920, 1, 1)


def with_numbers(current: str, original: str = "") -> str:
    data = file(measurements=())
    block = f"<RestingECGMeasurements>{current}</RestingECGMeasurements>"
    block += f"<OriginalRestingECGMeasurements>{original}</OriginalRestingECGMeasurements>"
    assert "<RestingECGMeasurements></RestingECGMeasurements>" in data
    return data.replace("<RestingECGMeasurements></RestingECGMeasurements>", block)


def test_current_and_original_numbers_are_kept_apart():
    data = with_numbers(
        "<QTInterval>436</QTInterval><QTCorrected>432</QTCorrected>",
        "<QTInterval>436</QTInterval><QTCorrected>431</QTCorrected>",
    )
    found = [(m.name, m.value, m.original_code.split("/")[0]) for m in read(data).measurements]
    assert found == [
        ("qt_ms", 436.0, "RestingECGMeasurements"),
        ("qtc_ms", 432.0, "RestingECGMeasurements"),
        ("original_qtc_ms", 431.0, "OriginalRestingECGMeasurements"),
    ]
    assert "edited" in codes(data)


def test_an_original_that_was_not_measured_is_no_edit():
    data = with_numbers("<QTcFrederica>461</QTcFrederica>", "<QTcFrederica>0</QTcFrederica>")
    assert "edited" not in codes(data)
    assert [m.name for m in read(data).measurements] == ["qtc_fridericia_ms"]


def test_wave_limits_that_are_no_numbers_do_not_lose_the_ecg():
    assert read(with_numbers("<QOnset>n/a</QOnset>")).rhythm.samples == 5000


def test_a_qtc_has_a_formula_only_where_the_file_names_one():
    data = with_numbers("<QTCorrected>403</QTCorrected><QTcFrederica>419</QTcFrederica>")
    found = {m.name: m.method for m in read(data).measurements}
    assert found == {"qtc_ms": "", "qtc_fridericia_ms": "fridericia"}


def test_zero_and_sentinels_are_not_measurements():
    data = with_numbers("<PRInterval>0</PRInterval><QTInterval>29999</QTInterval><PAxis>0</PAxis>")
    assert [(m.name, m.value) for m in read(data).measurements] == [("p_axis_deg", 0.0)]
    assert "not-measured" in codes(data)


def limits(q_off: int = 264, t_off: int = 442, base: int = 500, p: str = "") -> str:
    return (
        "<QRSDuration>96</QRSDuration><QTInterval>452</QTInterval>"
        f"{p}<QOnset>216</QOnset><QOffset>{q_off}</QOffset><TOffset>{t_off}</TOffset>"
        f"<ECGSampleBase>{base}</ECGSampleBase><ECGSampleExponent>0</ECGSampleExponent>"
    )


def test_wave_limits_are_samples_of_the_median_and_must_fit_the_intervals():
    assert not {"fiducials", "fiducial-order"} & codes(with_numbers(limits()))
    assert "fiducials" in codes(with_numbers(limits(q_off=280)))
    assert "fiducials" in codes(with_numbers(limits(base=1000)))


def test_without_a_base_the_wave_limits_count_at_the_rate_of_the_median():
    assert "fiducials" not in codes(with_numbers(limits(base=0)))


def test_wave_limits_out_of_order_are_noted():
    assert "fiducial-order" in codes(with_numbers(limits(t_off=250)))
    before = "<POnset>147</POnset><POffset>216</POffset>"
    assert "fiducial-order" not in codes(with_numbers(limits(p=before)))
    after = "<POnset>147</POnset><POffset>220</POffset>"
    assert "fiducial-order" in codes(with_numbers(limits(p=after)))


def diagnosis(*lines: tuple[str, bool], name: str = "Diagnosis") -> str:
    parts = [
        "<DiagnosisStatement>"
        + ("<StmtFlag>ENDSLINE</StmtFlag>" if ends else "")
        + f"<StmtText>{text}</StmtText></DiagnosisStatement>"
        for text, ends in lines
    ]
    return f"<{name}><Modality>RESTING</Modality>{''.join(parts)}</{name}>"


def with_diagnosis(text: str) -> str:
    data = file(statements=())
    assert "<Diagnosis></Diagnosis>" in data
    return data.replace("<Diagnosis></Diagnosis>", text)


def test_fragments_join_until_the_end_of_their_line():
    data = with_diagnosis(
        diagnosis(("Sinus rhythm", False), ("with", False), ("pauses", True), ("Open end", False))
    )
    assert [s.text for s in read(data).statements] == ["Sinus rhythm with pauses", "Open end"]


def test_lines_an_editor_removed_are_marked_as_original():
    data = with_diagnosis(
        diagnosis(("Sinus rhythm", True))
        + diagnosis(("Sinus rhythm", True), ("Normal ECG", True), name="OriginalDiagnosis")
    )
    found = [(s.text, s.code) for s in read(data).statements]
    assert found == [
        ("Sinus rhythm", ""),
        ("Original, since removed: Normal ECG", "original"),
    ]
    assert "edited-statements" in codes(data)


def test_the_requisition_stands_in_for_a_missing_accession_number():
    order = "<Order><RequisitionNumber>{}</RequisitionNumber></Order></RestingECG>"
    plain = file()
    assert read(plain.replace("</RestingECG>", order.format("R-9"))).accession_number == "R-9"
    assert read(plain.replace("</RestingECG>", order.format("000"))).accession_number == ""


def test_an_unknown_mains_filter_and_sex_are_noted():
    data = changed("Gender", "X", data=file())
    data = data.replace("<LeadData>", "<ACFilter>55</ACFilter><LeadData>", 1)
    median_only = codes(data)
    assert "patient-sex" in median_only
    both = data.replace(
        "</SampleExponent><LeadData>", "</SampleExponent><ACFilter>55</ACFilter><LeadData>"
    )
    assert "filter" in codes(both)
