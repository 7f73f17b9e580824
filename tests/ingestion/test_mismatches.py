"""Files whose sender names another patient or order: seen by who resolves, linked by the file."""

from __future__ import annotations

import pytest

from apps.ingestion.mismatches import mismatches
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.ingestion.files import bring_in, ecg_file
from tests.web.pages import events

pytestmark = committed

OTHER = {"identifier": "MRN-1", "family_name": "Smith", "accession_number": "A-4"}


@pytest.fixture
def differing(mercy):
    file = ecg_file(accession_number="A-3")
    return bring_in(mercy, file, source="ehr", stated=OTHER)


def decide(client, arrival, reason="The ward chose the wrong patient"):
    return client.post(f"/identity/senders/{arrival.public_id}", {"reason": reason})


def test_the_queue_shows_what_the_sender_says(client_of, technician, differing):
    page = client_of(technician).get("/identity/senders").content.decode()
    for words in ("SMITH", "MRN-1", "A-4", "names another patient", "Nobody"):
        assert words in page
    assert f'action="/identity/senders/{differing.public_id}"' in page


def test_the_page_of_the_file_leads_to_the_queue_who_may_decide(
    client_of, technician, reader, differing
):
    pages = [
        client_of(one).get(f"/arrivals/{differing.public_id}").content.decode()
        for one in (technician, reader)
    ]
    assert ["Decide whether sender or file is right" in page for page in pages] == [True, False]


def test_taking_the_files_word_links_it_by_what_it_says(
    client_of, technician, mercy, differing, drained
):
    assert decide(client_of(technician), differing).status_code == 302
    drained()
    with inside(mercy):
        differing.refresh_from_db()
        recording = differing.recording
        assert (recording.patient.family_name, recording.accession_number) == ("Ashdown", "A-3")
    assert differing.released_by == technician
    (event,) = events(mercy, "ingestion.file.released")
    assert event.actor == technician
    assert "Smith" not in event.details
    page = client_of(technician).get("/identity/senders").content.decode()
    assert "No file waits." in page


def test_without_a_reason_nothing_is_linked(client_of, technician, differing):
    answer = decide(client_of(technician), differing, " ")
    assert answer.status_code == 409
    assert "Say why" in answer.content.decode()


def test_what_goes_on_its_way_waits_no_more(mercy, differing):
    make_ingress(mercy, state="received", error_code="sender-names-other-order")
    with inside(mercy):
        assert mismatches(Active(mercy.pk, "technician")) == [differing]


def test_another_refusal_is_not_set_aside_here(client_of, technician, mercy):
    refused = bring_in(mercy, b"no ECG", source="ehr")
    assert refused.state == "quarantined"
    assert decide(client_of(technician), refused).status_code == 404


def test_only_who_resolves_identity_sees_or_decides(client_of, reader, stranger, differing):
    assert client_of(reader).get("/identity/senders").status_code == 403
    assert decide(client_of(reader), differing).status_code == 403
    assert "SMITH" not in client_of(stranger).get("/identity/senders").content.decode()
