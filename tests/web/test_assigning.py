"""The page that assigns a report, and the list of who got it."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from tests.database import committed
from tests.factories import make_user
from tests.web.pages import events, mrn_of, report_of
from tests.web.test_worklist import listed

pytestmark = committed


@pytest.fixture
def trainee(mercy):
    return make_user(mercy, "trainee", full_name="Ines Duarte")


@pytest.fixture
def address(recording):
    return reverse("report-assign", args=[report_of(recording).public_id])


def test_an_administrator_assigns_and_the_reader_sees_it_as_theirs(
    client_of, admin_user, trainee, recording, address
):
    desk, theirs = client_of(admin_user), client_of(trainee)
    assert listed(theirs.get("/worklist?mine=1")) == []
    assert f'data-assign href="{address}"' in desk.get("/worklist").content.decode()
    page = desk.get(address).content.decode()
    assert mrn_of(recording) in page
    assert "Ines Duarte</option>" in page
    assert desk.post(address, {"to": str(trainee.public_id)}).status_code == 302
    assert "<span>Ines Duarte</span>" in desk.get("/worklist").content.decode()
    mine = theirs.get("/worklist?mine=1")
    assert listed(mine) == [str(recording.public_id)]
    assert "data-release" in mine.content.decode()


def test_a_trainee_hands_on_only_what_is_theirs(client_of, reader, trainee, recording, address):
    client, to = client_of(trainee), {"to": str(reader.public_id)}
    assert "data-assign" not in client.get("/worklist").content.decode()
    refused = client.post(address, to)
    assert (refused.status_code, "not under your name" in refused.content.decode()) == (409, True)
    client.post(address.replace("assign", "take"), {"do": "take"})
    assert "data-assign" in client.get("/worklist").content.decode()
    assert client.post(address, to).status_code == 302
    assert report_of(recording).assigned_to_id == reader.pk


def test_who_may_not_read_is_not_offered_and_refused(client_of, reader, technician, address):
    client = client_of(reader)
    assert str(technician.public_id) not in client.get(address).content.decode()
    refused = client.post(address, {"to": str(technician.public_id)})
    assert refused.status_code == 400
    assert "Choose somebody who reads ECGs here." in refused.content.decode()


def test_the_history_of_the_report_names_who_got_it(
    client_of, admin_user, trainee, mercy, recording, address
):
    desk = client_of(admin_user)
    desk.post(address, {"to": str(trainee.public_id)})
    history = desk.get(f"/audit?report={report_of(recording).public_id}").content.decode()
    assert "Report assigned to a reader" in history
    assert "person: Ines Duarte" in history
    desk.post(address, {"to": str(trainee.public_id)})
    (event,) = events(mercy, "reports.report.assigned")
    assert event.actor == admin_user
    assert json.loads(event.details) == {"person": str(trainee.public_id), "before": ""}
