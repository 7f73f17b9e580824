"""A snapshot as it is printed: the same bytes, every source named, the prior beside it."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pypdfium2
import pytest

from apps.ecg import waveforms
from apps.inference.actions import register_builtin_rules
from apps.reports.actions import preview_pdf, signed_pdf
from apps.reports.models import Report
from apps.reports.pdf import render
from apps.reports.pdf.content import Document
from apps.reports.printed import Signing, content_of, filter_text
from apps.reports.printed_numbers import label_of
from apps.reports.printed_times import local_text
from apps.reports.snapshot import take_snapshot
from tests.database import committed
from tests.factories import inside, make_recording
from tests.reports.full_recording import make_full_recording
from tests.reports.signing import amend_recording, report_of, sign_recording
from tests.reports.text import text_of

SIGNING = Signing(
    "Dr Ada Reader", dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC), "Interpretation approved"
)


@pytest.fixture
def full(mercy):
    with inside(mercy):
        register_builtin_rules(mercy)
    return make_full_recording(mercy)


def printed(recording, *, signing=SIGNING, region="uk", document=Document.REPORT):
    with inside(recording.organization):
        snapshot = take_snapshot(Report.objects.get(recording=recording), "Read and found normal.")
        rhythm = waveforms.load(recording)
    given = {"version": 1, "region": region, "signing": signing}
    return render(content_of(snapshot, rhythm, None, **given), document)


@committed
def test_the_same_content_is_the_same_bytes(full):
    assert printed(full) == printed(full)


@committed
def test_numbers_are_printed_with_unit_source_and_the_prior(full):
    text = text_of(printed(full))
    for words in ("PR", "240", "ms", "Device", "Platform", "QTc Fridericia", "02-Apr-2026"):
        assert words in text, words


@committed
def test_machine_statements_and_results_name_who_made_them(full):
    text = text_of(printed(full))
    for words in ("ABNORMAL ECG", "PR prolonged", "einthoven-rules@1.0.0", "Adults"):
        assert words in text, words


@committed
def test_the_time_is_the_sites_with_its_zone(full):
    assert "01-Jul-2026 03:15:30 CDT" in text_of(printed(full))


@committed
def test_a_signed_page_names_signer_time_and_meaning_and_is_final(full):
    text = text_of(printed(full))
    assert "FINAL" in text
    assert "UNCONFIRMED" not in text
    for words in ("Dr Ada Reader", "01-Jul-2026 04:00:00 CDT", "Interpretation approved"):
        assert words in text, words


@committed
def test_a_preview_is_unconfirmed_and_bears_no_signature(full, reader):
    with inside(full.organization):
        text = text_of(preview_pdf(report_of(full)))
    assert "UNCONFIRMED" in text
    assert "approved" not in text


@committed
def test_an_amended_page_says_so_and_why(mercy, full, reader):
    sign_recording(full, reader)
    version = amend_recording(full, reader, "Left axis deviation.", "Axis misread at first")
    with inside(mercy):
        text = text_of(signed_pdf(version))
    assert "AMENDED" in text
    assert "Axis misread at first" in text
    assert "Left axis deviation." in text


@committed
@pytest.mark.parametrize(("region", "points"), [("uk", (842, 595)), ("us", (792, 612))])
def test_the_page_is_the_regions(mercy, region, points):
    with pypdfium2.PdfDocument(printed(make_recording(mercy), region=region)) as pdf:
        assert tuple(round(side) for side in pdf[0].get_size()) == points


@committed
def test_a_synthetic_recording_says_so_on_paper(mercy):
    assert "synthetic" in text_of(printed(make_recording(mercy))).lower()


@committed
def test_a_recording_that_says_nothing_still_prints(mercy):
    bare = make_recording(mercy, acquired_at=None, is_synthetic=False)
    assert "filters not stated" in text_of(printed(bare, signing=None))


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (
            {"high_pass_hz": 0.05, "low_pass_hz": 150.0, "notch_hz": 50.0},
            "0.05–150 Hz, notch 50 Hz",
        ),
        ({"high_pass_hz": None, "low_pass_hz": 40.0, "notch_hz": None}, "?–40 Hz"),
        ({"high_pass_hz": 0.05, "low_pass_hz": None}, "0.05–? Hz"),
        ({}, "filters not stated"),
    ],
)
def test_filters_are_printed_as_recorded_and_silence_as_silence(filters, words):
    assert filter_text(filters).removesuffix(" as recorded") == words


def test_a_time_is_printed_in_its_zone():
    zone = zoneinfo.ZoneInfo("Europe/London")
    winter = dt.datetime(2026, 11, 21, 14, 2, 24, tzinfo=dt.UTC)
    assert local_text(winter, zone) == "21-Nov-2026 14:02:24 GMT"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("qtc_bazett_ms", "QTc Bazett"),
        ("original_qt_ms", "QT, original"),
        ("expert_qrs_axis_deg", "QRS axis, expert"),
        ("original_new_ms", "new_ms, original"),
        ("new_ms", "new_ms"),
    ],
)
def test_a_number_before_it_was_edited_says_so(name, label):
    assert label_of(name) == label
