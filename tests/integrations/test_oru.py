import uuid
from decimal import Decimal

import pytest

from apps.core.errors import PermanentError
from apps.integrations.hl7.content import (
    OruMeasurement,
    OruPatient,
    OruStatement,
    control_id_for,
)
from apps.integrations.hl7.oru import UNCONFIRMED, build_oru

from .oru_examples import RESULT, changed, field, rows

SEGMENTS_BEFORE_RESULTS = ["MSH", "PID", "ORC", "OBR"]


def test_the_header_says_who_sends_what_to_whom():
    message = build_oru(RESULT)
    expected = {3: "EINTHOVEN", 4: "MERCY", 5: "EHR", 6: "MERCY_MAIN", 7: "20260304153001+0000"}
    expected |= {9: "ORU^R01^ORU_R01", 10: "D0000000000000000001", 11: "P", 12: "2.5.1"}
    expected |= {18: "UNICODE UTF-8"}
    assert message.startswith(b"MSH|^~\\&|EINTHOVEN|")
    assert {number: field(message, "MSH", number) for number in expected} == expected


def test_segments_end_with_a_carriage_return_and_nothing_else():
    message = build_oru(RESULT)
    names = [line[:3].decode() for line in message.split(b"\r")]
    assert names == [*SEGMENTS_BEFORE_RESULTS, *["OBX"] * 11, ""]
    assert b"\n" not in message


def test_the_patient_travels_with_the_authority_of_the_identifier():
    message = build_oru(RESULT)
    assert field(message, "PID", 3) == "MRN-1^^^MERCY^MR"
    assert [field(message, "PID", n) for n in (5, 7, 8)] == ["Doe^Jane", "19600102", "F"]


def test_what_is_unknown_of_a_patient_is_left_out():
    message = build_oru(changed(patient=OruPatient("MRN-1", "MERCY", "Doe")))
    assert [field(message, "PID", n) for n in (5, 7, 8)] == ["Doe", "", "U"]


def test_the_order_numbers_are_the_same_in_orc_and_obr():
    message = build_oru(RESULT)
    assert [field(message, "ORC", n) for n in (1, 2, 3)] == ["RE", "P-55", "F-77"]
    assert [field(message, "OBR", n) for n in (2, 3, 18)] == ["P-55", "F-77", "ACC-9"]


def test_the_study_is_named_timed_and_signed():
    message = build_oru(RESULT)
    assert field(message, "OBR", 4) == "11524-6^EKG study^LN"
    assert field(message, "OBR", 7) == "20260304091213-0500"
    assert field(message, "OBR", 22) == "20260304152900+0000"
    assert field(message, "OBR", 32) == "r-12&Reader&Ruth"


def test_measurements_are_numbers_with_code_unit_and_time():
    message = build_oru(RESULT)
    expected = {1: "1", 2: "NM", 3: "8867-4^Heart rate^LN", 5: "61.1"}
    expected |= {6: "/min^per minute^UCUM", 11: "F", 14: "20260304091213-0500"}
    assert {number: field(message, "OBX", number) for number in expected} == expected
    assert [field(message, "OBX", 5, row) for row in range(7)] == [
        *("61.1", "164", "92", "400", "410", "402", "-15")
    ]


def test_the_code_without_a_formula_is_only_for_a_qtc_without_a_formula():
    message = build_oru(RESULT)
    assert field(message, "OBX", 3, 4) == "8636-3^Q-T interval corrected^LN"
    assert field(message, "OBX", 17, 4) == "^device"
    assert field(message, "OBX", 3, 5) == "QTC_FRIDERICIA^QTc interval (Fridericia)^L"
    assert field(message, "OBX", 17, 5) == "122732^Fridericia^DCM"


@pytest.mark.parametrize(
    ("value", "written"), [(1e-7, "0.0000001"), (1200.0, "1200"), (Decimal("-0.0"), "0")]
)
def test_numbers_are_written_without_an_exponent(value, written):
    message = build_oru(changed(measurements=(OruMeasurement("qt_ms", value),)))
    assert field(message, "OBX", 5) == written


def test_interpretation_lines_keep_their_order_and_are_told_apart():
    message = build_oru(changed(measurements=(), statements=()))
    lines = [(field(message, "OBX", 4, n), field(message, "OBX", 5, n)) for n in range(2)]
    assert lines == [("1", "Sinus rhythm."), ("2", "Normal ECG.")]
    assert field(message, "OBX", 3) == "18844-1^EKG impression narrative^LN"


def test_a_statement_with_a_code_is_coded_and_one_without_is_text():
    statements = (OruStatement("Sinus rhythm", "SR"), OruStatement("Normal axis"))
    message = build_oru(changed(measurements=(), statements=statements))
    assert [field(message, "OBX", n) for n in (2, 5)] == ["CE", "SR^Sinus rhythm^L"]
    assert [field(message, "OBX", n, 1) for n in (2, 4, 5)] == ["TX", "2", "Normal axis"]


def test_blank_lines_make_no_observation():
    message = build_oru(changed(measurements=(), statements=(), interpretation=("a", " ", "b")))
    assert [field(message, "OBX", 4, n) for n in range(len(rows(message, "OBX")))] == ["1", "2"]


def test_the_pdf_is_one_unbroken_base64_value():
    message = build_oru(changed(pdf=b"%PDF-1.7 \xff" * 100))
    assert field(message, "OBX", 2, 11) == "ED"
    assert field(message, "OBX", 5, 11).startswith("^application^pdf^Base64^JVBERi0xLjcg")
    assert len(rows(message, "OBX")) == 12


@pytest.mark.parametrize(
    ("status", "obr", "obx"),
    [
        *(("draft", "R", "R"), ("preliminary", "P", "P"), ("confirmed", "P", "P")),
        *(("signed", "F", "F"), ("locked", "F", "F"), ("amended", "C", "C")),
        *(("entered_in_error", "C", "W"), ("cancelled", "X", "X")),
    ],
)
def test_every_status_is_sent_with_the_full_result(status, obr, obx):
    message = build_oru(changed(status=status))
    assert field(message, "OBR", 25) == obr
    assert {field(message, "OBX", 11, n) for n in range(11)} == {obx}


def test_an_addendum_is_final_beside_the_corrected_rest():
    message = build_oru(changed(status="addended", addenda=("Seen again.",)))
    assert field(message, "OBR", 25) == "C"
    assert [field(message, "OBX", 11, n) for n in (0, 10, 11)] == ["C", "C", "F"]


def test_only_an_unsigned_result_carries_a_warning():
    assert field(build_oru(changed(status="draft")), "NTE", 3) == UNCONFIRMED
    assert rows(build_oru(RESULT), "NTE") == []


def test_equal_results_are_equal_bytes():
    assert build_oru(RESULT) == build_oru(changed())
    assert build_oru(RESULT) != build_oru(changed(control_id="D2"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"control_id": ""}, "oru_control_id_invalid"),
        ({"control_id": "x" * 21}, "oru_control_id_invalid"),
        ({"processing_id": "X"}, "oru_processing_id_invalid"),
        ({"patient": OruPatient("", "MERCY", "Doe")}, "oru_patient_identifier_missing"),
        ({"patient": OruPatient("1", "", "Doe")}, "oru_patient_identifier_missing"),
        ({"filler_order_number": ""}, "oru_filler_order_number_missing"),
        ({"status": "amending"}, "result_status_unknown"),
        ({"acquired_at": RESULT.acquired_at.replace(tzinfo=None)}, "oru_time_without_zone"),
        ({"measurements": (OruMeasurement("qt", 1),)}, "oru_measurement_unknown"),
        (
            {"measurements": (OruMeasurement("qt_ms", float("nan")),)},
            "oru_measurement_not_finite",
        ),
    ],
)
def test_what_cannot_be_said_correctly_is_refused(changes, code):
    with pytest.raises(PermanentError) as refused:
        build_oru(changed(**changes))
    assert refused.value.code == code


def test_control_ids_are_stable_and_fit_the_version():
    first, second = uuid.UUID(int=1 << 100), uuid.UUID(int=2 << 100)
    assert control_id_for(first) == control_id_for(first) != control_id_for(second)
    assert len(control_id_for(first)) == 20
