"""Reading first: what is hidden is in no page, file or answer until the impression is there."""

import re

import pytest

from apps.reports.models import Impression
from apps.reports.reading_first import critical_minutes
from tests.database import committed
from tests.factories import inside
from tests.web.pages import report_of, run_algorithm, state

pytestmark = committed

MACHINE, AI = "Wenckebach said the cart", "Low EF said the model"


@pytest.fixture
def told(recording):
    state(recording, MACHINE)
    output = {"statements": [{"text": AI}]}
    run_algorithm(recording, status="succeeded", output=output)
    return recording


def page_of(client, recording):
    return client.get(f"/recordings/{recording.public_id}").content.decode()


@pytest.mark.parametrize(
    ("mode", "hides"), [("off", ()), ("ai", (AI,)), ("ai_and_device", (AI, MACHINE))]
)
def test_the_policy_names_what_is_hidden_on_the_page_and_on_the_list(
    client_of, reader, admin_user, told, mode, hides
):
    client_of(admin_user).post(
        "/reading", {"read_first": mode, "critical_minutes": "15", "ehr_document": "report"}
    )
    client = client_of(reader)
    page, rows = page_of(client, told), client.get("/worklist").content.decode()
    for text in (AI, MACHINE):
        assert (text in page) == (text not in hides)
    assert (MACHINE in rows) == (MACHINE not in hides)


def test_recording_the_impression_reveals_and_keeps_it(client_of, reader, admin_user, told):
    client_of(admin_user).post(
        "/reading",
        {"read_first": "ai_and_device", "critical_minutes": "15", "ehr_document": "report"},
    )
    client, report = client_of(reader), report_of(told)
    address = f"/reports/{report.public_id}"
    assert "Record your impression to see 1 result." in page_of(client, told)
    for part in ("sign", "preview.pdf"):
        assert client.get(f"{address}/{part}").status_code == 302
    wish = {"text": "Second-degree block.", "revision": "1", "then": "impression"}
    client.post(f"{address}/draft", wish)
    page = page_of(client, told)
    assert AI in page
    assert MACHINE in page
    client.post(f"{address}/draft", {"text": "Changed my mind.", "revision": "2"})
    with inside(told.organization):
        assert Impression.objects.get().text == "Second-degree block."
    assert client.get(f"{address}/sign").status_code == 200


def test_a_hidden_statement_is_not_decided_and_a_shown_one_is_in_the_ledger(
    client_of, reader, admin_user, told
):
    client, report = client_of(reader), report_of(told)
    address = f"/reports/{report.public_id}/decide"
    page = page_of(client, told)
    subject = page.split('name="subject" value="')[1].split('"')[0]
    wish = {"subject": subject, "verdict": "overridden", "reason": "Sinus with blocked PACs"}
    client_of(admin_user).post(
        "/reading",
        {"read_first": "ai_and_device", "critical_minutes": "15", "ehr_document": "report"},
    )
    asked = {"headers": {"HX-Request": "true"}}
    assert client.post(address, wish, **asked).status_code == 409
    client_of(admin_user).post(
        "/reading", {"read_first": "off", "critical_minutes": "15", "ehr_document": "report"}
    )
    unsaid = client.post(address, wish | {"reason": ""}, **asked).content.decode()
    assert "Write why you override it." in unsaid
    assert "Overridden" in client.post(address, wish, **asked).content.decode()
    ledger = client_of(admin_user).get("/overrides").content.decode()
    assert "Sinus with blocked PACs" in ledger
    assert re.search(r"<td[^>]*>\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d (GMT|BST)</td>", ledger)
    assert MACHINE in ledger


@pytest.mark.parametrize(("minutes", "status"), [("5", 302), ("0", 400), ("241", 400), ("x", 400)])
def test_an_administrator_says_how_long_a_critical_result_may_stand(
    client_of, admin_user, mercy, minutes, status
):
    sent = {"read_first": "off", "critical_minutes": minutes, "ehr_document": "report"}
    assert client_of(admin_user).post("/reading", sent).status_code == status
    with inside(mercy):
        assert critical_minutes() == (5 if status == 302 else 15)
