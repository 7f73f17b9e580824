"""What a page asks of the database, session and rights included, is bounded whatever it shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.database import committed
from tests.web.pages import names

pytestmark = committed

# Session, person, standing, limit; then the page's own, its frame's two included.
BUDGETS = {"/worklist": 8, "/arrivals": 8, "/recordings/{}": 23}
AROUND = {"BEGIN", "COMMIT"}


def asked_by(client, address):
    client.get(address)  # the session's first request writes when it began
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query for query in captured.captured_queries if query["sql"] not in AROUND], captured


@pytest.mark.parametrize(("address", "budget"), BUDGETS.items())
def test_a_page_keeps_to_its_queries(client_of, reader, recording, address, budget):
    queries, captured = asked_by(client_of(reader), address.format(recording.public_id))
    assert len(queries) <= budget, names(captured)
