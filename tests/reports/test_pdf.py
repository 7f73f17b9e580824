"""The file itself: stable, inert, self-contained and silent about the patient outside its pages."""

import re
from dataclasses import replace

import pypdfium2
import pytest

from apps.reports.pdf import IdentityTooLongError, render
from apps.reports.pdf.content import Patient
from tests.ecg.waveforms import flat
from tests.reports.report_examples import DRAFT, SIGNED, pages_of


@pytest.mark.parametrize("content", [DRAFT, SIGNED])
def test_the_same_content_is_the_same_bytes(content):
    assert render(content) == render(replace(content))


def test_another_report_in_between_changes_nothing():
    before = render(SIGNED)
    render(replace(DRAFT, organization="Ελλάς Ж ß", page_size="Letter"))
    assert render(SIGNED) == before


def test_other_content_is_other_bytes():
    assert render(SIGNED) != render(replace(SIGNED, interpretation="Sinus rhythm."))


def test_nothing_in_the_file_acts():
    names = set(re.findall(rb"/[A-Za-z0-9]+", render(SIGNED)))
    acting = {b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/URI", b"/EmbeddedFile"}
    assert b"/Catalog" in names
    assert not names & acting


def test_metadata_names_the_report_and_not_the_patient():
    with pypdfium2.PdfDocument(render(SIGNED)) as pdf:
        metadata = pdf.get_metadata_dict()
    assert metadata["Title"] == f"ECG report {SIGNED.report_id} version 2"
    told = " ".join(metadata.values())
    for secret in ("UKASI", "gir", "004417882", "1952"):
        assert secret not in told


def test_every_font_is_embedded():
    data = render(replace(SIGNED, organization="東京 Mercy"))
    used = set(re.findall(rb"/BaseFont /(\S+)", data))
    assert used
    names = rb"[A-Z]{6}\+(LiberationSans|DroidSansFallback)\S*"
    assert all(re.fullmatch(names, name) for name in used), used
    assert data.count(b"/FontFile2") == len(re.findall(rb"/Type /FontDescriptor", data))


@pytest.mark.parametrize(
    ("page_size", "points"), [("A4", (841.9, 595.3)), ("Letter", (792.0, 612.0))]
)
def test_pages_are_landscape(page_size, points):
    with pypdfium2.PdfDocument(render(replace(DRAFT, page_size=page_size))) as pdf:
        for page in pdf:
            assert page.get_size() == pytest.approx(points, abs=0.1)


def test_strange_recordings_still_print():
    for rhythm in (flat(2.0), flat(60), flat(leads=("X",)), flat(0.002, leads=("I",))):
        assert pages_of(replace(DRAFT, rhythm=rhythm))


def test_leads_beyond_the_twelve_get_their_own_page():
    leads = (*DRAFT.rhythm.lead_names(), "V7", "V8", "V9", "V3R", "V4R")
    text = " ".join(pages_of(replace(DRAFT, rhythm=flat(leads=leads))))
    assert "Further leads" in text
    assert all(lead in text for lead in leads)


@pytest.mark.parametrize("page_size", ["A4", "Letter"])
@pytest.mark.parametrize("layout", ["3x4+1", "3x4+3", "6x2", "12x1", "rhythm"])
def test_the_longest_name_on_record_fits_above_every_layout(layout, page_size):
    patient = Patient(family_name="W" * 200, given_name="Mm " * 66, name_prefix="Prof " * 12)
    content = replace(DRAFT, patient=patient, layout=layout, page_size=page_size)
    first = pages_of(content)[0].replace(" ", "")
    assert "W" * 60 in first
    assert first.count("W") >= 200


def test_an_impossible_name_is_refused_rather_than_cut():
    with pytest.raises(IdentityTooLongError):
        render(replace(DRAFT, patient=Patient(family_name="W" * 9000)))
