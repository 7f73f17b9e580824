"""SCP-ECG: patient, device, time, filters, numbers and words, as the file says them."""

from __future__ import annotations

import datetime as dt
import struct

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import (
    DecodedEcg,
    Filters,
    PatientIdentity,
    SourceMeasurement,
    SourceStatement,
)
from apps.ecg.formats.scp import tags as t
from apps.ecg.formats.scp.sections import read_record
from apps.ecg.formats.scp.writer import ScpOptions, assemble, write_scp
from tests.formats.ecgs import ecg, refusal

SECTION_8 = struct.pack("<BHBBBBBB", 0, 2026, 3, 1, 10, 20, 30, 2)


def decoded(**sections: bytes) -> DecodedEcg:
    """An ECG with the bodies of some sections (s1, s7 …) replaced."""
    return decode(raw(**sections))


def raw(**sections: bytes) -> bytes:
    record = read_record(write_scp(ecg()))
    changed = {int(name[1:]): body for name, body in sections.items()}
    return assemble(record.sections | changed, 20)


def tag(number: int, value: bytes) -> bytes:
    return struct.pack("<BH", number, len(value)) + value


def header(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(tag(*field) for field in fields) + tag(t.END, b"")


def codes(found: DecodedEcg) -> set[str]:
    return {warning.code for warning in found.warnings}


def test_everything_the_writer_says_is_read_back():
    source = ecg(
        patient=PatientIdentity("Müller", "Tilda", "", "0012", "", dt.date(1980, 5, 4), "F", 45.82),
        institution="General Hospital",
        device_serial="A-17",
        model="Cart 1",
        utc_offset_minutes=-330,
        filters=Filters(0.05, 150.0, 50.0),
        time_source="SCP-ECG tags 25, 26",
    )
    found = decode(write_scp(source))
    for name in ("patient", "institution", "device_serial", "model", "software", "vendor"):
        assert getattr(found, name) == getattr(source, name)
    for name in ("acquired_local", "utc_offset_minutes", "filters", "time_source"):
        assert getattr(found, name) == getattr(source, name)
    assert found.electrode_system == "standard"


def test_numbers_and_words_are_read_back():
    names = {
        "rr_ms": 895,
        "pr_ms": 160,
        "p_ms": 110,
        "qrs_ms": 96,
        "qt_ms": 400,
        "qtc_hodges_ms": 412,
    }
    axes = {"p_axis_deg": 60, "qrs_axis_deg": -30, "t_axis_deg": 45}
    made = [SourceMeasurement(n, v, "ms") for n, v in names.items()]
    made += [SourceMeasurement(n, v, "deg") for n, v in axes.items()]
    made += [SourceMeasurement("heart_rate_bpm", 67, "/min")]
    words = (SourceStatement("Sinus rhythm"), SourceStatement("Normal ECG"))
    found = decode(write_scp(ecg(measurements=tuple(made), statements=words)))
    assert {m.name: m.value for m in found.measurements} == names | axes | {"heart_rate_bpm": 67}
    assert {m.name: m.unit for m in found.measurements}["qrs_axis_deg"] == "deg"
    assert next(m for m in found.measurements if m.name == "qtc_hodges_ms").method == "hodges"
    assert found.statements == words


@pytest.mark.parametrize("nothing", [29999, 29998, 19999, 0x7FFF, 0x8000, 0xFFFF, 0])
def test_not_measured_is_no_number(nothing):
    body = struct.pack("<BBHH", 1, 0, nothing, nothing)  # axes apart: their 0 and -1 are angles
    body += struct.pack("<8H", *[nothing] * 5, *[29999] * 3) + struct.pack("<H", 0)
    body += struct.pack("<HHHB", nothing, nothing, nothing, 1)
    found = decoded(s7=body)
    assert found.measurements == ()
    assert "not-measured" in codes(found)


def test_intervals_need_both_of_their_limits():
    limits = struct.pack("<5H3h", 29999, 29999, 300, 396, 700, 29999, -30, 29999)
    found = decoded(s7=struct.pack("<BBHH", 1, 0, 29999, 29999) + limits)
    assert {m.name: m.value for m in found.measurements} == {
        "qrs_ms": 96,
        "qt_ms": 400,
        "qrs_axis_deg": -30,
    }


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ((0, 0, 300, 396, 700), {"qrs_ms", "qt_ms"}),
        ((100, 100, 300, 396, 700), {"qrs_ms", "qt_ms"}),
        ((100, 200, 0, 0, 700), {"p_ms"}),
        ((0, 90, 150, 240, 500), {"p_ms", "pr_ms", "qrs_ms", "qt_ms"}),
        ((100, 29999, 300, 396, 0), {"pr_ms", "qrs_ms"}),
    ],
)
def test_a_wave_without_duration_is_absent_and_begins_no_interval(limits, names):
    body = struct.pack("<BBHH5H3h", 1, 0, 29999, 29999, *limits, 29999, 29999, 29999)
    found = decoded(s7=body)
    assert {m.name for m in found.measurements} == names
    assert ("not-measured" in codes(found)) or len(names) == 4


def test_limits_out_of_order_are_noted():
    limits = struct.pack("<5H3h", 100, 90, 300, 396, 700, 0, 0, 0)
    found = decoded(s7=struct.pack("<BBHH", 1, 0, 900, 900) + limits)
    assert "fiducial-order" in codes(found)
    assert "p_ms" not in {m.name for m in found.measurements}


def test_pacemaker_spikes_and_beats_are_stepped_over():
    body = struct.pack("<BBHH", 0, 2, 900, 900) + bytes(20) + struct.pack("<H", 3) + bytes(3)
    found = decoded(s7=body + struct.pack("<HHHB", 66, 0, 410, 1))
    assert {m.name: m.value for m in found.measurements} == {
        "rr_ms": 900,
        "pp_ms": 900,
        "heart_rate_bpm": 66,
        "qtc_bazett_ms": 410,
    }


def test_a_qtc_of_unknown_formula_keeps_it_unknown():
    body = struct.pack("<BBHHH", 0, 0, 900, 900, 0) + struct.pack("<HHHB", 66, 0, 410, 0)
    qtc = next(m for m in decoded(s7=body).measurements if m.name.startswith("qtc"))
    assert (qtc.name, qtc.method) == ("qtc_ms", "")


def test_numbers_of_single_leads_name_them():
    made = (SourceMeasurement("qt_ms", 402, "ms", lead="V2"),)
    found = decode(write_scp(ecg(measurements=made), ScpOptions(per_lead=True)))
    assert [(m.name, m.lead, m.value) for m in found.measurements] == [("qt_ms", "V2", 402.0)]


def test_coded_statements_keep_their_code():
    blocks = b"".join(
        struct.pack("<BH", n, len(b)) + b
        for n, b in ((1, b"\x01NSR\0NOR\0"), (2, b"\x02Sinus rhythm\0"))
    )
    found = decoded(s11=SECTION_8 + blocks)
    assert [(s.text, s.code) for s in found.statements] == [
        ("Sinus rhythm", ""),
        ("NSR", "NSR"),
        ("NOR", "NOR"),
        ("Sinus rhythm", ""),
    ]


def test_logic_between_statements_is_left_out_with_a_warning():
    blocks = struct.pack("<BH", 1, 3) + b"\x03A\0" + struct.pack("<BH", 2, 3) + b"\x02B\0"
    found = decoded(s11=SECTION_8 + blocks)
    assert [s.text for s in found.statements] == ["Sinus rhythm", "B"]
    assert "statement-logic" in codes(found)


@pytest.mark.parametrize(("unit", "age"), [(1, 30.0), (2, 2.5), (3, 0.57), (4, 0.08), (5, 0.0)])
def test_an_age_is_read_in_its_unit(unit, age):
    found = decoded(s1=header((t.AGE, struct.pack("<HB", 30, unit))))
    assert found.patient.age_years == age


def test_an_age_without_unit_is_none():
    found = decoded(s1=header((t.AGE, struct.pack("<HB", 30, 0))))
    assert found.patient.age_years is None
    assert "patient-age" in codes(found)


@pytest.mark.parametrize(("code", "sex"), [(0, ""), (1, "M"), (2, "F"), (9, ""), (7, "")])
def test_sex_is_as_coded_and_never_assumed(code, sex):
    found = decoded(s1=header((t.SEX, bytes([code]))))
    assert found.patient.sex == sex
    assert ("patient-sex" in codes(found)) is (code == 7)


@pytest.mark.parametrize(
    ("offset", "minutes"), [(60, 60), (-720, -720), (0x7FFF, None), (900, None)]
)
def test_the_zone_is_an_offset_or_nothing(offset, minutes):
    when = (t.DATE, struct.pack("<HBB", 2026, 3, 1)), (t.TIME, bytes([10, 20, 30]))
    found = decoded(s1=header(*when, (t.ZONE, struct.pack("<hH", offset, 0))))
    assert found.utc_offset_minutes == minutes
    assert ("time-offset" in codes(found)) is (offset == 900)


def test_a_date_that_is_none_leaves_the_time_unknown():
    found = decoded(s1=header((t.DATE, struct.pack("<HBB", 2026, 13, 1)), (t.TIME, bytes(3))))
    assert found.acquired_local is None
    assert {"bad-date", "time-source"} <= codes(found)


def test_text_is_in_the_character_set_the_device_names():
    device = bytearray(36)
    device[16] = 0x13
    found = decoded(
        s1=header((t.LAST_NAME, "Иванов".encode("iso8859-5")), (t.DEVICE, bytes(device)))
    )
    assert found.patient.family_name == "Иванов"


def test_an_unknown_character_set_never_stops_the_study():
    device = bytearray(36)
    device[16] = 0x77
    found = decoded(s1=header((t.LAST_NAME, b"M\xfcller"), (t.DEVICE, bytes(device))))
    assert found.patient.family_name == "Müller"
    assert {"charset-unknown", "charset-broken"} <= codes(found)


def test_a_text_longer_than_any_value_is_refused():
    assert decoded(s1=header((t.LAST_NAME, b"M" * 100))).patient.family_name == "M" * 100
    assert refusal(raw(s1=header((t.LAST_NAME, b"M" * 3000)))) == "text-too-long"


def test_of_a_tag_given_twice_the_first_counts():
    found = decoded(s1=header((t.LAST_NAME, b"Clark\0"), (t.LAST_NAME, b"Other\0")))
    assert found.patient.family_name == "Clark"


def test_a_second_last_name_stands_behind_the_first():
    found = decoded(s1=header((t.LAST_NAME, b"Gil\0"), (t.SECOND_NAME, b"Ruiz\0")))
    assert found.patient.family_name == "Gil Ruiz"


@pytest.mark.parametrize("tag_number", [t.AGE, t.BORN, t.DATE])
def test_a_tag_too_short_is_left_out_with_a_warning(tag_number):
    assert "tag-short" in codes(decoded(s1=header((tag_number, b"\x01"))))


@pytest.mark.parametrize(("bits", "notch"), [(0, 0.0), (1, 60.0), (2, 50.0), (3, 60.0), (8, 0.0)])
def test_the_filter_bits_name_the_mains_filter(bits, notch):
    assert decoded(s1=header((t.FILTERS, bytes([bits])))).filters.notch_hz == notch


def test_filters_are_hundredths_of_hz_below_and_hz_above():
    edges = (t.HIGH_PASS, struct.pack("<H", 5)), (t.LOW_PASS, struct.pack("<H", 150))
    assert decoded(s1=header(*edges)).filters == Filters(0.05, 150.0, None)


def test_a_record_without_header_is_still_an_ecg():
    record = read_record(write_scp(ecg()))
    sections = {n: body for n, body in record.sections.items() if n not in (1, 7, 8)}
    found = decode(assemble(sections, 20))
    assert (found.vendor, found.patient.identifier, found.measurements) == ("", "", ())
    assert {"patient-id", "time-source"} <= codes(found)


def test_pacing_spikes_are_noted():
    body = struct.pack("<BBHH", 0, 1, 900, 900) + bytes(10)
    assert "paced" in codes(decoded(s7=body))


def test_another_electrode_placement_is_named():
    found = decoded(s1=header((t.ELECTRODES, bytes([2, 0]))))
    assert found.electrode_system == "mason-likar"
    assert "electrode-system" in codes(found)


@pytest.mark.parametrize("body", [b"\x00\x05\x00Cla", b"\x00\x05\x00Clark\x02"])
def test_a_header_that_ends_within_a_field_is_refused(body):
    assert refusal(raw(s1=body)) == "section-short"


@pytest.mark.parametrize("number", [7, 8, 10, 11])
def test_sections_that_end_early_are_refused(number):
    body = {7: b"\x05\0\0\0\0\0", 8: SECTION_8, 10: b"\x02\0\0\0", 11: SECTION_8}[number]
    assert refusal(raw(**{f"s{number}": body})) == "section-short"
