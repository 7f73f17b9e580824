"""Device numbers: by scheme and code, with a fitting unit; never a wrong one."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import SourceMeasurement
from apps.ecg.formats.dicom.writer_codes import code_item
from tests.formats.ecgs import edited, file, put, warned


def annotation(code, number=None, unit=None, **attributes) -> Dataset:
    item = Dataset()
    if code:
        item.ConceptNameCodeSequence = Sequence([code_item(*code, "label")])
    if unit:
        item.MeasurementUnitsCodeSequence = Sequence([code_item("UCUM", unit, unit)])
    if number is not None:
        put_number(item, number)
    for name, value in attributes.items():
        setattr(item, name, value)
    return item


def put_number(item, number):
    item.original_encoding  # noqa: B018 — a new data set has one
    text = str(number).encode()
    put(item, "NumericValue", text + b" " * (len(text) % 2))


def annotated(*items) -> bytes:
    def change(dataset):
        dataset.WaveformAnnotationSequence = Sequence(list(items))

    return edited(file(), change)


def values(data: bytes) -> dict[str, float]:
    return {m.name: m.value for m in decode(data).measurements}


@pytest.mark.parametrize(
    ("scheme", "value", "unit", "name"),
    [
        ("SCPECG", "5.10.2.5-1", "/min", "heart_rate_bpm"),
        ("MDC", "2:16016", "{H.B.}/min", "heart_rate_bpm"),
        ("LN", "8867-4", "/min", "heart_rate_bpm"),
        ("MDC", "2:16020", "/min", "atrial_rate_bpm"),
        ("SCPECG", "5.10.2.1-3", "ms", "rr_ms"),
        ("MDC", "2:16168", "ms", "rr_ms"),
        ("MDC", "2:16000", "ms", "rr_ms"),
        ("SCPECG", "5.10.2.1-5", "ms", "pp_ms"),
        ("MDC", "2:16184", "ms", "p_ms"),
        ("MDC", "2:16144", "ms", "pr_ms"),
        ("LN", "8625-6", "ms", "pr_ms"),
        ("SCPECG", "5.13.5-9", "ms", "qrs_ms"),
        ("MDC", "2:16160", "ms", "qt_ms"),
        ("SCPECG", "5.10.2.5-5", "ms", "qtc_ms"),
        ("MDC", "2:15876", "ms", "qtc_ms"),
        ("LN", "8636-3", "ms", "qtc_ms"),
        ("MDC", "2:15880", "ms", "qtc_bazett_ms"),
        ("MDC", "2:15892", "ms", "qtc_fridericia_ms"),
        ("SCPECG", "5.10.3-13", "deg", "qrs_axis_deg"),
        ("LN", "8638-9", "deg", "t_axis_deg"),
    ],
)
def test_codes_name_measurements(scheme, value, unit, name):
    assert values(annotated(annotation((scheme, value), 70, unit))) == {name: 70.0}


def test_p_onset_is_a_position_and_never_an_rr_interval():
    onset = annotation(("SCPECG", "5.10.3-1"), 299, "ms", ReferencedSamplePositions=299)
    assert values(annotated(onset)) == {}


@pytest.mark.parametrize("number", ["0", "-1", "29999", "32767", "65535"])
def test_values_that_say_not_measured_are_dropped(number):
    data = annotated(annotation(("SCPECG", "5.13.5-7"), number, "ms"))
    assert values(data) == {}
    assert "not-measured" in warned(data)


@pytest.mark.parametrize(("number", "value"), [("0", 0.0), ("-1", -1.0), ("270", -90.0)])
def test_an_axis_of_zero_is_an_axis(number, value):
    data = annotated(annotation(("MDC", "2:16132"), number, "deg"))
    assert values(data) == {"qrs_axis_deg": value}


def test_seconds_become_milliseconds_and_the_raw_text_stays():
    (found,) = decode(annotated(annotation(("LN", "8634-8"), "0.4", "s"))).measurements
    assert found == SourceMeasurement("qt_ms", 400.0, "ms", "", "", "LN:8634-8", "0.4")


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        (("SCPECG", "5.13.5-9"), None),
        (("SCPECG", "5.13.5-9"), "1"),
        (("SCPECG", "5.10.3-11"), "ms"),
        (("MDC", "2:16016"), "ms"),
    ],
)
def test_a_unit_that_does_not_fit_drops_the_value(code, unit):
    data = annotated(annotation(code, 44, unit))
    assert values(data) == {}
    assert "measurement-unit" in warned(data)


def test_a_number_that_is_none_is_dropped():
    data = annotated(annotation(("SCPECG", "5.13.5-9"), "9,6", "ms"))
    assert values(data) == {}
    assert "measurement-number" in warned(data)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("122730", "qtc_bazett_ms"),
        ("122731", "qtc_hodges_ms"),
        ("122732", "qtc_fridericia_ms"),
        ("122733", "qtc_framingham_ms"),
    ],
)
def test_a_qtc_is_of_a_formula_only_where_a_modifier_names_it(code, name):
    item = annotation(("MDC", "2:15876"), 410, "ms")
    modifier = Sequence([code_item("DCM", code, "method")])
    item.ConceptNameCodeSequence[0].ModifierCodeSequence = modifier
    assert values(annotated(item)) == {name: 410.0}


def test_unknown_codes_are_counted_not_guessed():
    data = annotated(annotation(("MDC", "2:8192"), 400, "ms"), annotation(None, 3, "ms"))
    assert values(data) == {}
    assert "measurement-unknown" in warned(data)


def test_codes_with_a_space_inside_are_read():
    assert values(annotated(annotation(("MDC", "2: 16156"), 90, "ms"))) == {"qrs_ms": 90.0}


def test_the_first_of_two_different_values_counts_and_is_noted():
    code = ("SCPECG", "5.13.5-9")
    data = annotated(annotation(code, 90, "ms"), annotation(code, 110, "ms"))
    assert values(data) == {"qrs_ms": 90.0}
    assert "measurement-twice" in warned(data)


def test_a_reference_to_one_channel_names_its_lead():
    item = annotation(("MDC", "2:16156"), 88, "ms", ReferencedWaveformChannels=[1, 7])
    assert decode(annotated(item)).measurements[0].lead == "V1"


def test_wave_limits_out_of_order_are_noted():
    def limits(*positions):
        return [
            annotation(
                ("SCPECG", f"5.10.3-{n}"), ReferencedSamplePositions=p, AnnotationGroupNumber=2
            )
            for n, p in enumerate(positions, start=1)
        ]

    assert "fiducial-order" not in warned(annotated(*limits(299, 413, 413, 535, 828)))
    assert "fiducial-order" in warned(annotated(*limits(299, 413, 400, 535, 828)))


def test_statements_keep_words_and_order():
    lines = annotation(None, UnformattedTextValue="RITMO SINUSALE\r\nCONFIRMED by X")
    coded = annotation(("MDC", "2:1"))
    coded.ConceptCodeSequence = Sequence([code_item("SCT", "426783006", "ECG: sinus rhythm")])
    found = decode(annotated(lines, Dataset(), coded)).statements
    assert [s.text for s in found] == ["RITMO SINUSALE", "CONFIRMED by X", "ECG: sinus rhythm"]
    assert found[2].code == "SCT:426783006"
