"""A PDF in DICOM: no ECG, nothing wrong, kept and downloadable, never read."""

from __future__ import annotations

import pytest
from django.http import Http404

from apps.audit.models import AuditEvent
from apps.ecg.models import Measurement, Recording
from apps.ingestion.queries import get_document_to_view
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import inside, make_document, make_ingress
from tests.formats.ecgs import encapsulated
from tests.ingestion.files import bring_in, codes_of

pytestmark = committed

PDF = b"%PDF-1.7 VENT RATE 300 BPM"


@pytest.fixture
def arrival(mercy):
    return bring_in(mercy, encapsulated(PDF))


def test_it_is_kept_as_a_document_and_no_recording(mercy, arrival):
    assert (arrival.state, arrival.outcome, arrival.recording) == ("done", "document", None)
    assert "kept as a document" in arrival.refusal_message
    assert codes_of(mercy)[-1] == "ingestion.document.kept"
    with inside(mercy):
        assert (Recording.objects.count(), Measurement.objects.count()) == (0, 0)


def test_sent_again_it_is_kept_again(mercy, arrival):
    assert bring_in(mercy, encapsulated(PDF)).outcome == "document"


def test_the_arrivals_page_leads_to_the_file_as_it_was_sent(mercy, arrival, client_of, technician):
    client = client_of(technician)
    page = client.get(f"/arrivals/{arrival.public_id}").content.decode()
    address = f"/arrivals/{arrival.public_id}/document.pdf"
    assert f'href="{address}"' in page
    assert "No number is read from it." in page
    answer = client.get(address)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith('attachment; filename="document-')
    with inside(mercy):
        event = AuditEvent.objects.get(code="ingestion.document.downloaded")
    assert event.actor_id == technician.pk


def test_an_arrival_that_is_no_document_has_none(mercy, client_of, technician):
    refused = bring_in(mercy, b"hello")
    client = client_of(technician)
    assert "document.pdf" not in client.get(f"/arrivals/{refused.public_id}").content.decode()
    assert client.get(f"/arrivals/{refused.public_id}/document.pdf").status_code == 404


def test_a_document_that_is_no_pdf_gives_nothing(mercy, client_of, technician):
    odd = bring_in(mercy, encapsulated(b"<script>"))
    assert odd.outcome == "document"
    assert client_of(technician).get(f"/arrivals/{odd.public_id}/document.pdf").status_code == 404


def test_only_a_document_that_may_be_opened_is_found(mercy, arrival):
    active, refused = Active(mercy.pk, "technician"), bring_in(mercy, b"hello")
    held = make_ingress(mercy, outcome="document", state="done", antivirus="infected")
    with inside(mercy):
        assert get_document_to_view(active, arrival.public_id) == arrival
        for row in (refused, held):
            with pytest.raises(Http404):
                get_document_to_view(active, row.public_id)


def test_scripts_are_told_that_it_is_a_document(mercy, client_of, technician):
    kept = make_document(mercy)
    answer = client_of(technician).get(f"/arrivals/{kept.public_id}/status").json()
    assert (answer["outcome"], answer["recording_url"]) == ("document", "")
