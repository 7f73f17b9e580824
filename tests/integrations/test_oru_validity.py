"""hl7apy, which knows the standard's tables and structures, judges the finished message."""

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from apps.integrations.hl7.codes import MEASUREMENTS
from apps.integrations.hl7.content import OruMeasurement
from apps.integrations.hl7.oru import build_oru

from .oru_examples import RESULT, changed

LEVELS = {"strict": VALIDATION_LEVEL.STRICT, "tolerant": VALIDATION_LEVEL.TOLERANT}
EVERYTHING = changed(
    measurements=tuple(OruMeasurement(name, 1.5, "device") for name in MEASUREMENTS),
    addenda=("One more line",),
    pdf=b"%PDF-1.7",
)
STATUSES = ("draft", "preliminary", "signed", "amended", "addended", "entered_in_error")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("status", STATUSES)
def test_the_standard_finds_no_error(status, level, tmp_path):
    message = build_oru(changed(status=status, addenda=("x",))).decode()
    parsed = parse_message(message, validation_level=LEVELS[level], find_groups=True)
    assert parsed.validate(report_file=str(tmp_path / "report"))


@pytest.mark.parametrize("level", LEVELS)
def test_every_measurement_and_a_pdf_are_valid(level, tmp_path):
    message = build_oru(EVERYTHING).decode()
    parsed = parse_message(message, validation_level=LEVELS[level], find_groups=True)
    assert parsed.validate(report_file=str(tmp_path / "report"))
    report = (tmp_path / "report").read_text()
    # hl7apy's copy of table 0396 is older than the coding systems UCUM and DCM.
    assert {line for line in report.splitlines() if "HL70396" not in line} == set()


def test_the_segments_fall_into_the_groups_of_the_message():
    parsed = parse_message(build_oru(RESULT).decode(), find_groups=True)
    result = parsed.oru_r01_patient_result
    order = result.oru_r01_order_observation
    assert [child.name for child in result.children] == [
        *("ORU_R01_PATIENT", "ORU_R01_ORDER_OBSERVATION")
    ]
    names = [child.name for child in order.children]
    assert names == ["ORC", "OBR", *["ORU_R01_OBSERVATION"] * 11]


def test_hl7apy_writes_the_same_text_again():
    message = build_oru(RESULT).decode()
    assert parse_message(message, find_groups=True).to_er7() + "\r" == message


def test_a_status_outside_its_table_would_be_found(tmp_path):
    message = build_oru(RESULT).decode().replace("|F|||2026", "|Q|||2026")
    parsed = parse_message(message, find_groups=True)
    parsed.validate(report_file=str(tmp_path / "report"))
    assert "HL70085" in (tmp_path / "report").read_text()
