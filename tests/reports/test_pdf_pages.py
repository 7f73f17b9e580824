"""What every page says, read back by an independent reader."""

from dataclasses import replace

import pytest

from apps.reports.pdf.content import Patient, StatementRow, Status
from tests.reports.report_examples import DRAFT, PATIENT, SIGNED, pages_of


@pytest.mark.parametrize("content", [DRAFT, SIGNED])
def test_identity_is_on_every_page(content):
    pages = pages_of(content)
    assert len(pages) >= 2
    for text in pages:
        assert "ŁUKASIŃSKI-Ólafsdóttir, Ægir (Dr)" in text
        assert "Born 14-Mar-1952 (74 y)" in text
        assert "Sex Female" in text
        assert "MRN 004417882 Mercy MRN" in text
        assert "NHS No. 943 476 5919" in text


def test_circumstances_are_on_every_page():
    for text in pages_of(SIGNED):
        assert "Acquired 12-Aug-2026 09:14:05 BST (UTC+01:00)" in text
        assert "Device ELI 250, serial 1234" in text
        assert "Accession A-260-88141" in text
        assert "Order ORD-7712" in text
        assert "Electrodes Standard 12-lead" in text


def test_pages_are_numbered_and_name_report_and_version():
    pages = pages_of(SIGNED)
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert f"Report {SIGNED.report_id} · version 2" in text
        assert SIGNED.content_hash in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.UNCONFIRMED, "UNCONFIRMED – not reviewed by a clinician"),
        (Status.PRELIMINARY, "PRELIMINARY – not the final report"),
        (Status.FINAL, "FINAL"),
        (Status.AMENDED, "AMENDED – version 2 replaces version 1"),
    ],
)
def test_status_is_on_every_page(status, words):
    for text in pages_of(replace(SIGNED, status=status)):
        assert words in text
        assert sum(other in text for other in Status) == 1


def test_the_synthetic_mark_is_on_every_page_and_only_there():
    assert all("SYNTHETIC DATA" in text for text in pages_of(replace(SIGNED, synthetic=True)))
    assert not any("SYNTHETIC" in text for text in pages_of(SIGNED))


def test_name_time_and_meaning_of_the_signature_are_on_every_page():
    words = "Signed by Dr Amara Okafor, 12-Aug-2026 09:41:07 BST (UTC+01:00) · Review and approval"
    assert all(words in text for text in pages_of(SIGNED))


def test_a_draft_says_that_nobody_signed():
    text = " ".join(pages_of(DRAFT))
    assert "Not signed. This report has not been confirmed by a clinician." in text
    assert "Signed by" not in text


def test_the_trace_page_says_speed_gain_and_filters():
    first = pages_of(DRAFT)[0]
    assert "25 mm/s · 10 mm/mV · 10 s recorded · Filters: 0.05–150 Hz, notch off" in first
    assert "1 s, 1 mV" in first


def test_unknown_identity_is_said_and_not_left_blank():
    first = pages_of(replace(DRAFT, patient=Patient()))[0]
    assert "Name not known" in first
    for label in ("Born", "Sex", "MRN"):
        assert f"{label} Not known" in first


def test_numbers_carry_unit_method_source_and_prior():
    second = pages_of(SIGNED)[1]
    assert "PR interval 214 H ms global measure 1.0 188 +26 14-Feb-2025" in second
    assert "QTc Fridericia not measured ms Not stated Not stated" in second


def test_machine_statements_are_unconfirmed_until_signed():
    assert all("Machine statements, unconfirmed" in text for text in pages_of(DRAFT)[:2])
    assert not any("Machine statements, unconfirmed" in text for text in pages_of(SIGNED))
    assert "Sinus rhythm (device ELI 250)" in pages_of(DRAFT)[0]


def test_algorithm_results_carry_version_use_and_limits():
    text = " ".join(pages_of(DRAFT))
    assert "Rule reading 1.0.0: Sinus rhythm" in text
    assert "Intended use: Adults at rest" in text
    assert "Limits: Not for paced" in text


def test_comparison_and_history_are_printed():
    text = " ".join(pages_of(SIGNED))
    assert "Compared with the ECG of 14-Feb-2025 16:02 GMT; this one is of 12-Aug-2026." in text
    assert "2 Amended 12-Aug-2026 09:41:07 BST Dr Amara Okafor PR corrected" in text


def test_text_that_does_not_fit_flows_on():
    statements = tuple(StatementRow(f"Statement <{i:03d}> & more", "device") for i in range(120))
    interpretation = "\n".join(f"Line {i:03d} " + "of a long reading " * 12 for i in range(90))
    pages = pages_of(replace(DRAFT, statements=statements, interpretation=interpretation))
    after = " ".join(pages[1:])
    assert "continued on page 2" in pages[0]
    assert "Interpretation, draft (continued)" in pages[2]
    assert all(f"Statement <{i:03d}> & more" in after for i in range(120))
    assert all(f"Line {i:03d}" in after for i in range(90))


def test_letters_the_typeface_lacks_are_spelled_out_not_dropped():
    """Right-to-left letters too: set without shaping they would read as another name."""
    first = pages_of(replace(DRAFT, patient=replace(PATIENT, given_name="𝔄 دلال")))[0]
    assert "[U+1D504]" in first
    assert "[U+062F]" in first


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("Παπαδόπουλος", "Щербаков Ґжицький"),
        ("MÜLLER", "Łukasz"),
        ("李", "小龍"),
        ("山田-Ødegård", "たろう"),
        ("김", "철수 Jr"),
    ],
)
def test_names_come_out_in_their_script_and_order(family, given):
    patient = replace(PATIENT, family_name=family, given_name=given)
    assert f"{family}, {given} (Dr)" in pages_of(replace(DRAFT, patient=patient))[0]
