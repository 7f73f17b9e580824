"""Annotations of an aECG: whose they are, of what, and by which formula."""

from __future__ import annotations

import pytest

from apps.ecg.formats.xml import XSI
from tests.formats.test_aecg import codes, file, read

MDC = "2.16.840.1.113883.6.24"
EXPERT = (
    "<author><assignedEntity><assignedAuthorType><assignedPerson><name>X</name>"
    "</assignedPerson></assignedAuthorType></assignedEntity></author>"
)


def quantity(code: str, value: str, unit: str = "ms", inside: str = "", system: str = MDC) -> str:
    kind = f'xmlns:i="{XSI[1:-1]}" i:type="PQ"'
    given = f'<value {kind} value="{value}" unit="{unit}"/>'
    return (
        f'<component><annotation><code code="{code}" codeSystem="{system}"/>'
        f"{given if value else ''}{inside}</annotation></component>"
    )


def annotated(content: str, derived: str = "") -> str:
    data = file(measurements=(), statements=())
    assert "<subjectOf><annotationSet></annotationSet></subjectOf>" in data
    data = data.replace("<annotationSet></annotationSet>", content)
    return data.replace("</derivedSeries>", f"<subjectOf>{derived}</subjectOf></derivedSeries>")


def numbers(content: str, derived: str = "") -> list[tuple[str, float, str]]:
    return [(m.name, m.value, m.method) for m in read(annotated(content, derived)).measurements]


def machine(*annotations: str) -> str:
    return f"<annotationSet>{''.join(annotations)}</annotationSet>"


@pytest.mark.parametrize(
    ("code", "value", "unit", "found"),
    [
        ("MDC_ECG_TIME_PD_QT", "0.42", "s", ("qt_ms", 420.0, "")),
        ("MDC_ECG_TIME_PD_QTc", "443", "ms", ("qtc_ms", 443.0, "")),
        ("MDC_ECG_TIME_PD_QTcB", "443", "ms", ("qtc_bazett_ms", 443.0, "bazett")),
        ("MDC_ECG_TIME_PD_QTcF", "430", "ms", ("qtc_fridericia_ms", 430.0, "fridericia")),
        ("MDC_ECG_TIME_PD_PR_GL", "148", "ms", ("pr_ms", 148.0, "")),
        ("MDC_ECG_ANGLE_QRS_FRONT", "270", "deg", ("qrs_axis_deg", -90.0, "")),
        ("MDC_ECG_HEART_RATE", "52", "bpm", ("heart_rate_bpm", 52.0, "")),
        ("MDC_ECG_TIME_PD_QT", "380", "msec", ("qt_ms", 380.0, "")),
        ("MDC_ECG_ANGLE_QRS_FRONT", "-7", "degrees", ("qrs_axis_deg", -7.0, "")),
    ],
)
def test_numbers_are_read_by_code_in_their_unit(code, value, unit, found):
    assert numbers(machine(quantity(code, value, unit))) == [found]


@pytest.mark.parametrize(
    ("code", "value", "unit", "warning"),
    [
        ("MDC_ECG_TIME_PD_QT", "420", "deg", "measurement-unit"),
        ("MDC_ECG_TIME_PD_QT", "420", "", "measurement-unit"),
        ("MDC_ECG_HEART_RATE", "52", "bmp", "measurement-unit"),
        ("MDC_ECG_TIME_PD_QT", "x", "ms", "measurement-number"),
        ("MDC_ECG_TIME_PD_QT", "0", "ms", "not-measured"),
        ("MINDRAY_ECG_P_AXIS", "-32768", "deg", "not-measured"),
        ("MDC_ECG_ANGLE_P_FRONT", "500", "deg", "measurement-range"),
    ],
)
def test_what_is_unsure_is_left_out_with_a_warning(code, value, unit, warning):
    content = machine(quantity(code, value, unit))
    assert numbers(content) == []
    assert warning in codes(annotated(content))


def test_a_nested_mindray_qtc_names_its_formula():
    nested = quantity("MINDRAY_ECG_TIME_PD_QTcH", "413", system="")
    content = machine(
        quantity("MDC_ECG_TIME_PD_QTc", "", inside=nested),
        quantity("MINDRAY_ECG_QRS_AXIS", "64", "deg", system=""),
    )
    assert numbers(content) == [("qtc_hodges_ms", 413.0, "hodges"), ("qrs_axis_deg", 64.0, "")]


def test_words_that_no_real_file_proves_are_experimental():
    own = quantity("MINDRAY_ECG_QRS_AXIS", "64", "deg", system="")
    usual = quantity("MDC_ECG_TIME_PD_QTc", "413")
    nested = quantity("MDC_ECG_TIME_PD_QTc", "", inside=own)
    assert not read(annotated(machine(usual))).experimental
    assert read(annotated(machine(own))).experimental
    assert read(annotated(machine(nested))).experimental
    beat = machine(quantity("MDC_ECG_BEAT", "", inside=nested))
    assert read(annotated(beat)).experimental


def test_a_code_of_another_system_is_not_a_measurement():
    assert numbers(machine(quantity("MDC_ECG_TIME_PD_QT", "420", system="1.2.3"))) == []


def test_single_beats_of_the_rhythm_and_single_leads_are_not_global():
    roi = (
        "<support><supportingROI><component><boundary>"
        '<code code="MDC_ECG_LEAD_II"/></boundary></component></supportingROI></support>'
    )
    qt = quantity("MDC_ECG_TIME_PD_QT", "420")
    content = machine(
        quantity("MDC_ECG_BEAT", "", inside=qt),
        quantity("MDC_ECG_TIME_PD_QT", "400", inside=roi),
    )
    assert numbers(content) == []
    derived = machine(quantity("MDC_ECG_BEAT", "", inside=qt))
    assert numbers(content, derived) == [("qt_ms", 420.0, "")]


def test_an_expert_is_kept_apart_from_the_machine():
    qt = quantity("MDC_ECG_TIME_PD_QT", "420")
    expert = f"<annotationSet>{EXPERT}{quantity('MDC_ECG_TIME_PD_QT', '410')}</annotationSet>"
    content = machine(qt) + expert
    assert numbers(content) == [("qt_ms", 420.0, ""), ("expert_qt_ms", 410.0, "")]
    assert {"expert-annotations"} <= codes(annotated(content))
    assert "expert-annotations" not in codes(annotated(machine(qt)))


def statement(text: str, code: str = "MDC_ECG_INTERPRETATION_STATEMENT", more: str = "") -> str:
    return (
        f'<component><annotation><code code="{code}" codeSystem="{MDC}"/>'
        f"<value {more}>{text}</value></annotation></component>"
    )


def test_statements_are_lines_in_the_machines_words():
    rhythm = 'code="MDC_ECG_RHY_SINUS_RHY" displayName="Sinus Rhythm"'
    content = machine(
        statement("Normal ECG\nNo change"),
        statement("", "MDC_ECG_RHY", rhythm),
        statement("not a statement", "MDC_ECG_OTHER"),
    )
    found = [(s.text, s.code) for s in read(annotated(content)).statements]
    assert found == [
        ("Normal ECG", ""),
        ("No change", ""),
        ("Sinus Rhythm", "MDC_ECG_RHY_SINUS_RHY"),
    ]


def test_statements_of_an_expert_say_so():
    content = f"<annotationSet>{EXPERT}{statement('Normal')}</annotationSet>"
    assert [(s.text, s.code) for s in read(annotated(content)).statements] == [("Normal", "expert")]
