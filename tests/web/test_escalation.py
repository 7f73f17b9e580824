"""The ladder, who is on call, and where a critical result stands, on their pages."""

import datetime as dt
import re

from django.utils import timezone

from apps.reports.models import EscalationStep, OnCallShift, ReportTemplate
from tests.database import committed
from tests.factories import inside, make_user
from tests.reports.escalating import look, make_duty, make_steps, person, raised
from tests.reports.escalating import on_call as covered
from tests.web.pages import events, report_of

pytestmark = committed


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_administrator_writes_the_ladder_down_whole(client_of, admin_user, reader, mercy):
    client, duty = client_of(admin_user), make_duty(mercy, "Registrar", reader)
    steps = {
        "whom-1": f"on_call:{duty.public_id}", "after-1": "4", "email-1": "on",
        "whom-2": "", "after-2": "7",
        "whom-3": "role:reader", "after-3": "10", "webhook-3": "on",
    }  # fmt: skip
    assert client.post("/escalation", steps).status_code == 302
    with inside(mercy):
        found = [
            (row.number, str(row), row.after_minutes, row.by_email, row.by_webhook)
            for row in EscalationStep.objects.filter(is_active=True)
        ]
    assert found == [(1, "On call: Registrar", 4, True, False), (2, "Reader", 10, False, True)]
    client.post("/escalation", {"whom-1": f"person:{reader.public_id}", "after-1": "2"})
    with inside(mercy):
        assert [str(row) for row in EscalationStep.objects.filter(is_active=True)] == [str(reader)]
    assert len(events(mercy, "reports.ladder.changed")) == 2


def test_a_ladder_out_of_order_or_with_a_stranger_on_it_is_refused_and_kept_as_typed(
    client_of, admin_user, stranger, mercy
):
    client = client_of(admin_user)
    twice = {"whom-1": "role:reader", "after-1": "5", "whom-2": "role:trainee", "after-2": "5"}
    page = client.post("/escalation", twice)
    assert page.status_code == 400
    assert "Step 2: More minutes than the step before" in text_of(page)
    for whom in (f"person:{stranger.public_id}", "role:auditor", "on_call:none", "nobody"):
        page = client.post("/escalation", {"whom-1": whom, "after-1": "5"})
        assert "Step 1: Choose who is told" in text_of(page)
    with inside(mercy):
        assert not EscalationStep.objects.exists()


def test_the_list_says_where_each_result_stands_and_whom_it_asks(client_of, recording, reader):
    mercy = recording.organization
    other = make_user(mercy)
    make_steps(mercy, covered(make_duty(mercy, "Registrar", reader), 4), person(other, 10))
    raised(recording, minutes=5)
    look(mercy)
    mine, theirs = (client_of(one).get("/critical") for one in (reader, other))
    assert f"Ladder 1 of 2: On call: Registrar, next at 10:00: {other}" in text_of(mine)
    assert "You are asked" in text_of(mine)
    assert "You are asked" not in text_of(theirs)
    assert "data-next-step" in client_of(other).get("/critical/pill").content.decode()


def test_cover_is_entered_handed_over_and_taken_back(client_of, admin_user, reader, mercy):
    duty, other = make_duty(mercy), make_user(mercy)
    client, night = client_of(admin_user), {"zone": "Europe/London"}
    later = timezone.now() + dt.timedelta(hours=8)
    night["ends"] = f"{later:%Y-%m-%dT%H:%M}"
    address = f"/on-call/{duty.public_id}"
    client.post(address, night | {"to": str(reader.public_id)})
    assert f"Now: {reader}" in text_of(client.get("/on-call"))
    mine = client_of(reader)
    given = {"from": str(reader.public_id), "to": str(other.public_id)}
    assert mine.post(address, night | given).status_code == 302
    assert f"Now: {other}" in text_of(mine.get("/on-call"))
    with inside(mercy):
        shift = OnCallShift.objects.get(person=other)
    mine.post(f"/on-call/entries/{shift.public_id}/strike")
    assert f"Now: {reader}" in text_of(mine.get("/on-call"))
    for code in ("entered", "handed_over", "struck"):
        assert len(events(mercy, f"reports.on_call.{code}")) == 1


def test_who_does_not_administer_enters_nobody(client_of, reader, mercy):
    duty = make_duty(mercy)
    given = {"to": str(reader.public_id), "zone": "Europe/London"}
    client = client_of(reader)
    assert client.post("/on-call", {"name": "Mine"}).status_code == 403
    later = timezone.now() + dt.timedelta(hours=8)
    given["ends"] = f"{later:%Y-%m-%dT%H:%M}"
    assert client.post(f"/on-call/{duty.public_id}", given).status_code == 403


def test_a_template_of_elsewhere_fills_nothing(client_of, reader, stranger, recording, lakeside):
    theirs = client_of(stranger)
    theirs.post("/templates", {"name": "Lake", "body": "[NSR]"})
    with inside(lakeside):
        row = ReportTemplate.objects.get()
    client, address = client_of(reader), f"/reports/{report_of(recording).public_id}/fill"
    assert client.post(address, {"template": str(row.public_id)}).status_code == 404
    client.post("/templates", {"name": "Mine", "body": "[NSR]\nRate {hr} /min."})
    with inside(recording.organization):
        mine = ReportTemplate.objects.get()
    answer = client.post(address, {"template": str(mine.public_id)}).json()
    assert answer == {"text": "Normal sinus rhythm\nRate ___ /min."}
    refused = client.post("/templates", {"name": "No", "body": "{hr}"})
    assert "Write the unit after {hr}" in text_of(refused)
    assert "{hr}</textarea>" in refused.content.decode()
