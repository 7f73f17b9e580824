"""The one-page form: one page, and never a reading that is cut."""

from dataclasses import replace

import pytest

from apps.reports.pdf import count_pages, render, render_all
from apps.reports.pdf.content import AlgorithmResult, Document, MeasurementRow, Patient
from tests.reports.report_examples import DRAFT, SIGNED
from tests.reports.text import text_of

LINES = "\n".join(f"Line {number:02d} of a long reading." for number in range(60))


def form(content):
    return render(content, Document.FORM)


def test_it_is_one_page_with_identity_status_signature_numbers_and_reading():
    text = text_of(form(SIGNED))
    assert "Page 1 of 1" in text
    for words in ("ŁUKASIŃSKI", "FINAL", "Signed by Dr Amara Okafor", "214 H ms"):
        assert words in text, words
    assert "Sinus rhythm. First degree AV block." in text


@pytest.mark.parametrize("page_size", ["A4", "Letter"])
def test_a_long_reading_goes_on_below_whole(page_size):
    text = text_of(form(replace(SIGNED, interpretation=LINES, page_size=page_size)))
    assert "Page 2 of" in text
    assert "continued on page 2" in text
    assert all(f"Line {number:02d} of" in text for number in range(60))


def test_numbers_without_room_are_said_to_be_in_the_report():
    many = tuple(MeasurementRow(f"Number {n}", "1", "ms") for n in range(40))
    text = text_of(form(replace(SIGNED, measurements=many)))
    assert "more in the full report" in text
    assert "Page 1 of 1" in text


def test_a_head_that_leaves_no_room_sends_numbers_and_reading_to_the_next_page():
    long_name = Patient(family_name="W" * 200, given_name="Mm " * 66)
    content = replace(SIGNED, patient=long_name, layout="12x1", page_size="Letter")
    text = text_of(form(content))
    for words in ("Measurements, statements and interpretation: page 2", "PR interval 214 H ms"):
        assert words in text, words


def test_both_documents_at_once_are_those_of_one_at_a_time():
    both = render_all(SIGNED)
    assert both == {document: render(SIGNED, document) for document in Document}


def test_pages_are_counted_as_they_are_printed():
    result = AlgorithmResult("Model", "1.0.0", "pending · sent 14:06:41", "Adults", "None")
    crowded = replace(SIGNED, interpretation=LINES, algorithm_results=(result,) * 12)
    for content in (DRAFT, SIGNED, crowded):
        assert f"Page 1 of {count_pages(content)}" in text_of(render(content), page=0)


def test_an_algorithm_and_its_limits_stay_on_one_page():
    result = AlgorithmResult("Model", "1.0.0", "pending", "Adults", "Not for paced")
    crowded = replace(SIGNED, algorithm_results=(result,) * 30)
    for number in range(1, count_pages(crowded)):
        text = text_of(render(crowded), page=number)
        assert text.count("Model 1.0.0: pending") == text.count("Limits: Not for paced")
