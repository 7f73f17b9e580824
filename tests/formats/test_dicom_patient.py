"""Patient, time, device and text: what the file says, and no more."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ecg.formats import decode
from tests.formats.ecgs import edited, file, put, replaced, warned

LOCAL = dt.datetime.fromisoformat("2026-03-01T10:20:30")


def with_values(**attributes: str | bytes) -> bytes:
    """The file with these top-level values, as raw bytes."""
    raw = {k: v if isinstance(v, bytes) else v.encode() for k, v in attributes.items()}
    late = {k: raw.pop(k) for k in ("PatientName", "SpecificCharacterSet") if k in raw}

    def change(dataset):
        for keyword, value in raw.items():
            put(dataset, keyword, value + b" " * (len(value) % 2))

    data = edited(file(), change)
    for keyword, value in late.items():
        data = replaced(data, keyword, value + b" " * (len(value) % 2))
    return data


def patient(**attributes):
    return decode(with_values(**attributes)).patient


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Doe^Jane^Mary^Dr", ("Doe", "Jane Mary", "Dr")),
        ("Doe", ("Doe", "", "")),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", ("Yamada", "Tarou", "")),
        ("=山田^太郎", ("山田", "太郎", "")),
        ("", ("", "", "")),
    ],
)
def test_names_have_components_and_groups(text, parts):
    found = patient(PatientName=text)
    assert (found.family_name, found.given_name, found.name_prefix) == parts


def test_identifiers_keep_leading_zeros_and_lose_spaces():
    found = patient(PatientID="  00123 ", IssuerOfPatientID="MERCY")
    assert (found.identifier, found.assigning_authority) == ("00123", "MERCY")


def test_an_identifier_with_a_backslash_is_not_cut_to_another_patients():
    assert patient(PatientID="A\\B").identifier == "A\\B"


@pytest.mark.parametrize("text", ["UNKNOWN", "000", ""])
def test_a_placeholder_identifier_is_noted(text):
    assert "patient-id" in warned(with_values(PatientID=text))


@pytest.mark.parametrize(("text", "sex"), [("M", "M"), ("F", "F"), ("O", "O"), ("", ""), ("W", "")])
def test_sex_is_never_assumed(text, sex):
    assert patient(PatientSex=text).sex == sex


@pytest.mark.parametrize(
    ("text", "years"), [("045Y", 45), ("045M", 3.75), ("010D", 0.03), ("052W", 1.0), ("x", None)]
)
def test_ages_have_units(text, years):
    assert patient(PatientBirthDate="", PatientAge=text).age_years == years


def test_age_follows_the_birth_date_before_the_stated_age():
    data = with_values(PatientBirthDate="19800504", PatientAge="070Y")
    assert decode(data).patient.age_years == pytest.approx(45.8, abs=0.05)
    assert "patient-age" in warned(data)


@pytest.mark.parametrize("text", ["19801341", "20270101", "04/05/80"])
def test_a_birth_date_that_cannot_be_is_noted(text):
    assert "birth-date" in warned(with_values(PatientBirthDate=text))


@pytest.mark.parametrize(
    ("text", "local", "offset"),
    [
        ("20260301102030", LOCAL, None),
        ("20260301102030.25+0100", LOCAL.replace(microsecond=250_000), 60),
        ("202603011020-0530", LOCAL.replace(second=0), -330),
    ],
)
def test_acquisition_time_is_local_with_its_offset(text, local, offset):
    found = decode(with_values(AcquisitionDateTime=text))
    assert (found.acquired_local, found.utc_offset_minutes) == (local, offset)
    assert found.time_source == "AcquisitionDateTime"


def test_the_file_offset_serves_where_the_time_has_none():
    assert decode(with_values(TimezoneOffsetFromUTC="-0600")).utc_offset_minutes == -360


def test_an_offset_that_is_none_is_noted():
    data = with_values(TimezoneOffsetFromUTC="+1500")
    assert decode(data).utc_offset_minutes is None
    assert "time-offset" in warned(data)


@pytest.mark.parametrize("text", ["", "2026", "20260230101010", "20260301256100"])
def test_other_times_serve_only_with_a_note(text):
    data = with_values(
        AcquisitionDateTime=text, ContentDate="20260302", ContentTime="080000", StudyDate="20260101"
    )
    assert decode(data).time_source == "ContentDate"
    assert decode(data).acquired_local == dt.datetime.fromisoformat("2026-03-02T08:00:00")
    assert "time-source" in warned(data)


def test_no_time_at_all_is_none():
    data = with_values(AcquisitionDateTime="", ContentDate="", StudyDate="")
    assert decode(data).acquired_local is None


def test_a_year_before_1990_is_a_bad_clock():
    assert "bad-clock" in warned(with_values(AcquisitionDateTime="19800101000000"))


@pytest.mark.parametrize(
    ("charset", "raw", "family"),
    [
        (b"ISO_IR 100", "Müller".encode("latin-1"), "Müller"),
        (b"ISO_IR 192", "Müller".encode(), "Müller"),
        (b"GB18030", "王^小东".encode("gb18030"), "王"),
        (b"ISO_IR 144", "Люкceмбypг".encode("iso8859_5"), "Люкceмбypг"),
        (b"\\ISO 2022 IR 87", b"Yamada=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "Yamada"),
        (b"\\ISO 2022 IR 58", b"\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1", "张"),
        (b"\\ISO 2022 IR 87", b"=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田"),
    ],
)
def test_names_are_read_by_their_character_set(charset, raw, family):
    assert patient(SpecificCharacterSet=charset, PatientName=raw).family_name == family


def test_bytes_that_break_the_character_set_never_drop_the_study():
    data = with_values(SpecificCharacterSet="ISO_IR 192", PatientName=b"M\xfcller")
    assert decode(data).patient.family_name == "M\ufffdller"
    assert "charset-broken" in warned(data)


def test_text_beyond_ascii_without_character_set_is_read_and_noted():
    data = with_values(SpecificCharacterSet="", PatientName=b"M\xfcller")
    assert decode(data).patient.family_name == "Müller"
    assert "charset-missing" in warned(data)


def test_an_unknown_character_set_is_noted():
    data = with_values(SpecificCharacterSet="ISO_IR 999")
    assert "charset-unknown" in warned(data)


def test_device_and_accession_are_read():
    found = decode(
        with_values(AccessionNumber="A-1", SoftwareVersions="1.02\\M9", DeviceSerialNumber="S7")
    )
    assert (found.vendor, found.model, found.software) == ("Acme", "Cart 1", "1.02, M9")
    assert (found.accession_number, found.device_serial) == ("A-1", "S7")


def test_private_elements_change_nothing():
    def change(dataset):
        block = dataset.private_block(0x1455, "Acme Inc.", create=True)
        block.add_new(0x01, "LO", "heart rate 250")

    assert decode(edited(file(), change)).measurements == decode(file()).measurements


@pytest.mark.parametrize(
    ("scheme", "value", "system"),
    [
        ("MDC", "10:11265", "standard"),
        ("MDC", "10:11266", "mason-likar"),
        ("MDC", "10:11284", "easi-derived"),
        ("MDC", "10:11283", "frank-derived"),
        ("SCPECG", "5.4.5-33-1-0", ""),
        ("SCPECG", "5.4.5-33-1-1", "standard"),
        ("SCPECG", "5.4.5-33-1-2", "mason-likar"),
        ("MDC", "10:19999", "other"),
    ],
)
def test_electrode_placement_is_read_from_the_acquisition_context(scheme, value, system):
    def change(dataset):
        item = dataset.AcquisitionContextSequence[0]
        concept = "10:11345" if scheme == "MDC" else "5.4.5-33-1"
        for sequence, code in (
            ("ConceptNameCodeSequence", concept),
            ("ConceptCodeSequence", value),
        ):
            coded = getattr(item, sequence)[0]
            coded.CodingSchemeDesignator, coded.CodeValue = scheme, code

    data = edited(file(), change)
    assert decode(data).electrode_system == system
    assert ("electrode-system" in warned(data)) == (system not in ("", "standard"))


def test_filters_are_read_and_differing_ones_noted():
    def change(dataset):
        for number, item in enumerate(dataset.WaveformSequence[0].ChannelDefinitionSequence):
            put(item, "FilterLowFrequency", b"0.05" if number else b"0.5 ")
            put(item, "FilterHighFrequency", b"150 ")
            put(item, "NotchFilterFrequency", b"0 ")

    data = edited(file(), change)
    filters = decode(data).filters
    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.5, 150, 0)
    assert "filters-differ" in warned(data)
