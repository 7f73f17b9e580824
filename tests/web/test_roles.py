"""What each role finds: its first page, its tabs, and for trainees the way to a reader."""

from __future__ import annotations

import pytest

from tests.database import committed
from tests.factories import make_recording, make_user
from tests.web.pages import events, report_of, sign_now

pytestmark = committed


@pytest.mark.parametrize("role", ["technician", "reader", "trainee", "administrator"])
def test_who_reads_ecgs_starts_at_the_worklist(role, mercy, client_of):
    client = client_of(make_user(mercy, role))
    assert client.get("/start").url == "/worklist"
    assert client.get("/worklist").status_code == 200


@pytest.mark.parametrize("role", ["researcher", "labeler", "auditor", "billing"])
def test_others_start_at_a_page_that_says_what_they_may_do(role, mercy, client_of):
    make_recording(mercy)
    client = client_of(make_user(mercy, role))
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == "/start"
    text = answer.content.decode()
    assert "Sample" not in text
    assert "Arrivals" not in text
    assert "Upload" not in text


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("researcher", set()),
        ("labeler", set()),
        ("billing", {"Prices", "Charges"}),
        (
            "auditor",
            {
                "Reports",
                "Signed versions",
                "Signatures",
                "Audit trail",
                "Events a day",
                "Access by platform staff",
                "Access review",
            },
        ),
    ],
)
def test_their_links_are_what_is_open_to_them(role, names, mercy, client_of):
    client = client_of(make_user(mercy, role))
    links = client.get("/start").context["links"]
    assert {link["name"] for link in links} == names
    assert {client.get(link["address"]).status_code for link in links} <= {200}


def test_an_auditor_sees_no_patient_and_no_text(mercy, reader, client_of):
    recording = make_recording(mercy)
    report = sign_now(recording, reader, text="SECRETFINDING")
    client = client_of(make_user(mercy, "auditor"))
    pages = ["/admin/", "/admin/audit/auditevent/"]
    for model in ("report", "reportversion", "signature"):
        listed = f"/admin/reports/{model}/"
        pages += [listed]
        for row in client.get(listed).context["cl"].result_list:
            pages += [f"{listed}{row.pk}/change/", f"{listed}{row.pk}/history/"]
    assert len(pages) == 11
    text = "".join(client.get(address).content.decode() for address in pages)
    assert str(report.public_id) in text
    for secret in ("SECRETFINDING", "Sample", recording.patient.family_name, "MRN0"):
        assert secret not in text


def test_a_trainee_writes_and_hands_over(mercy, client_of):
    trainee, recording = make_user(mercy, "trainee"), make_recording(mercy)
    report = report_of(recording)
    body = {"text": "AF?", "revision": report.draft_revision, "then": "submit"}
    answer = client_of(trainee).post(f"/reports/{report.public_id}/draft", body)
    assert answer.url == "/worklist"
    handed = report_of(recording)
    assert (handed.draft_text, handed.submitted_by) == ("AF?", trainee)
    [event] = events(mercy, "reports.report.submitted")
    assert event.actor == trainee
    assert "To sign" in client_of(make_user(mercy)).get("/worklist").content.decode()


def test_a_change_takes_the_draft_back(mercy, reader, client_of):
    trainee, recording = make_user(mercy, "trainee"), make_recording(mercy)
    report = report_of(recording)
    url = f"/reports/{report.public_id}"
    client_of(trainee).post(f"{url}/submit", {"revision": report.draft_revision})
    assert report_of(recording).submitted_at is not None
    body = {"text": "Sinus.", "revision": report.draft_revision}
    client_of(reader).post(f"{url}/draft", body)
    assert report_of(recording).submitted_at is None


@pytest.mark.parametrize("revision", ["", "99"])
def test_only_what_was_seen_is_handed_over(revision, mercy, client_of):
    recording = make_recording(mercy)
    client = client_of(make_user(mercy, "trainee"))
    answer = client.post(
        f"/reports/{report_of(recording).public_id}/submit", {"revision": revision}
    )
    assert answer.status_code == 409
    assert report_of(recording).submitted_at is None


def test_a_trainee_never_signs(mercy, client_of):
    recording = make_recording(mercy)
    report, client = report_of(recording), client_of(make_user(mercy, "trainee"))
    assert client.get(f"/reports/{report.public_id}/sign").status_code == 403
    assert client.post(f"/reports/{report.public_id}/sign", {}).status_code == 403
    text = client.get(f"/recordings/{recording.public_id}").content.decode()
    assert "Hand over for signing" in text
    assert 'value="sign"' not in text


def test_a_signed_report_is_not_handed_over(mercy, reader, client_of):
    recording = make_recording(mercy)
    report = sign_now(recording, reader)
    client = client_of(make_user(mercy, "trainee"))
    answer = client.post(f"/reports/{report.public_id}/submit", {"revision": report.draft_revision})
    assert answer.status_code == 409
