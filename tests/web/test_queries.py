"""What a page asks of the database, session and rights included, is bounded whatever it shows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.database import committed
from tests.factories import inside, make_recording
from tests.web.pages import measure, names, run_algorithm, sign_now, state

pytestmark = committed

# The door's four round trips: session, person, standing and type, limit of requests.
DOOR = 4
# And the page's own, each for a reason of its own.
OWN = {
    "/worklist": ["sites to filter by", "frame: place and counts", "the rows"],
    "/arrivals": ["arrivals", "sites", "frame: place and counts", "their stages"],
    "/recordings/{}": [
        "the recording, before anything is asked of it",
        "all that is of it: series, report, numbers, statements, runs, questions, deliveries",
        "the hold on the report, which writes",
        "frame: place and counts",
    ],
}
AROUND = {"BEGIN", "COMMIT"}


def asked_by(client, address):
    client.get(address)  # the session's first request writes when it began
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query for query in captured.captured_queries if query["sql"] not in AROUND], captured


@pytest.mark.parametrize(("address", "own"), OWN.items())
def test_a_page_keeps_to_its_queries(client_of, reader, recording, address, own):
    queries, captured = asked_by(client_of(reader), address.format(recording.public_id))
    assert len(queries) <= DOOR + len(own) <= 8, names(captured)


def test_a_study_of_everything_asks_no_more(client_of, reader, mercy, recording):
    """Priors, numbers, statements, runs, a signed version, a copy: all of it in the same calls."""
    patient = recording.patient
    for days in (1, 2):
        at = timezone.now() - dt.timedelta(days=days)
        older = make_recording(mercy, patient=patient, acquired_at=at)
        measure(older, qrs_ms=90)
    measure(recording, qrs_ms=100)
    state(recording, "Sinus rhythm")
    run_algorithm(recording)
    sign_now(recording, reader)
    with inside(mercy):
        recording.duplicate_of = older
        recording.save(update_fields=["duplicate_of"])
    queries, captured = asked_by(client_of(reader), f"/recordings/{recording.public_id}")
    assert len(queries) <= DOOR + len(OWN["/recordings/{}"]), names(captured)
