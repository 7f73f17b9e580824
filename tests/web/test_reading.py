"""Writing, signing and amending through the pages, with and without scripts."""

import json
import re

import pytest
from axes.models import AccessAttempt

from tests.admin.people import signed_in
from tests.database import committed
from tests.factories import PASSWORD, make_recording, make_user
from tests.web.factors import sign_in
from tests.web.pages import account_of, events, report_of, sign_now, viewed_by_reader

pytestmark = committed

JSON = {"Accept": "application/json"}


def save(client, report, text, revision=None, **more):
    body = {"text": text, "revision": revision or report.draft_revision}
    return client.post(f"/reports/{report.public_id}/draft", body, **more)


def sign(client, report, password=PASSWORD, **more):
    body = {
        "revision": report.draft_revision,
        "viewed": viewed_by_reader(report),
        "username": account_of(client),
        "password": password,
    } | more
    return client.post(f"/reports/{report.public_id}/sign", body)


@pytest.fixture
def reading(client_of, reader, recording):
    return client_of(reader), report_of(recording)


def test_a_script_saves_and_learns_the_new_revision(reading, recording):
    client, report = reading
    answer = save(client, report, "AF", headers=JSON).json()
    assert answer["revision"] == report.draft_revision + 1
    assert re.fullmatch(r"\d\d:\d\d:\d\d", answer["saved_at"])
    assert report_of(recording).draft_text == "AF"


def test_a_text_sent_again_as_its_answer_was_lost_is_saved_once(reading, mercy):
    client, report = reading
    first, again = (save(client, report, "AF", headers=JSON) for _ in range(2))
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(events(mercy, "reports.report.edited")) == 1
    assert events(mercy, "reports.draft.kept") == []


def test_the_plain_form_saves_and_comes_back(reading, recording):
    client, report = reading
    response = save(client, report, "AF\r\nsecond line")
    assert response.url == f"/recordings/{recording.public_id}"
    assert report_of(recording).draft_text == "AF\nsecond line"
    assert "AF\nsecond line</textarea>" in client.get(response.url).content.decode()


def test_the_sign_button_saves_first_and_opens_the_sign_page(reading):
    client, report = reading
    body = {"text": "AF", "revision": report.draft_revision, "then": "sign"}
    response = client.post(f"/reports/{report.public_id}/draft", body)
    assert response.url == f"/reports/{report.public_id}/sign"
    page = client.get(response.url).content.decode()
    assert '<p class="report-text">AF</p>' in page
    assert f'name="revision" value="{report.draft_revision + 1}"' in page


def test_a_change_over_somebody_elses_is_refused_in_words(reading, client_of, mercy, recording):
    client, report = reading
    other = make_user(mercy, full_name="Dr Riya Shah")
    save(client_of(other), report, "Hers")
    answer = save(client, report, "Mine", headers=JSON)
    assert answer.status_code == 409
    assert "by Dr Riya Shah" in answer.json()["message"]
    assert answer.json()["url"] == f"/recordings/{recording.public_id}"
    again = save(client, report, "Mine", answer.json()["revision"], headers=JSON)
    assert again.status_code == 200
    assert report_of(recording).draft_text == "Mine"


def test_the_plain_form_keeps_both_texts_when_somebody_was_faster(
    reading, client_of, mercy, recording
):
    client, report = reading
    save(client_of(make_user(mercy)), report, "Theirs")
    response = save(client, report, "Mine")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mine</textarea>" in page
    assert "Theirs" in page
    assert "Nothing was saved." in page
    assert report_of(recording).draft_text == "Theirs"


@pytest.mark.parametrize("revision", ["", "x", "-1", "99", "9" * 30])
def test_a_revision_nobody_was_shown_is_refused(reading, revision):
    client, report = reading
    assert save(client, report, "AF", revision or " ", headers=JSON).status_code == 409


def test_a_text_too_long_is_refused_in_words(reading):
    client, report = reading
    answer = save(client, report, "x" * 20_001, headers=JSON)
    assert answer.status_code == 400
    assert "longer than 20,000 characters" in answer.json()["message"]


@pytest.mark.parametrize("role", ["technician", "administrator"])
def test_only_readers_write_sign_and_amend(client_of, mercy, recording, role):
    client, report = client_of(make_user(mercy, role)), report_of(recording)
    answers = [
        save(client, report, "AF"),
        client.get(f"/reports/{report.public_id}/sign"),
        sign(client, report),
        client.post(f"/reports/{report.public_id}/amend", {"reason": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert f"Your role ({role if role == 'technician' else 'organization administrator'})" in (
        answers[0].content.decode()
    )
    assert report_of(recording).draft_revision == report.draft_revision


def test_a_stranger_finds_no_report(client_of, stranger, recording):
    client, report = client_of(stranger), report_of(recording)
    answers = [
        save(client, report, "AF"),
        client.get(f"/reports/{report.public_id}/sign"),
        sign(client, report),
        client.get(f"/reports/{report.public_id}/preview.pdf"),
        client.get(f"/reports/{report.public_id}/deliveries"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5


def test_signing_makes_a_version_and_goes_to_the_next_unread(reading, mercy, recording):
    client, report = reading
    following = make_recording(mercy, priority="stat")
    response = sign(client, report, then="next")
    assert response.url == f"/recordings/{following.public_id}"
    assert report_of(recording).status == "signed"
    assert len(events(mercy, "reports.report.signed")) == 1


def test_the_last_one_signed_goes_back_to_the_worklist(reading):
    client, report = reading
    assert sign(client, report, then="next").url == "/worklist"


def test_signing_alone_stays_with_the_study(reading, recording):
    client, report = reading
    assert sign(client, report).url == f"/recordings/{recording.public_id}"


def test_a_wrong_password_signs_nothing_and_is_recorded(reading, mercy, recording):
    client, report = reading
    response = sign(client, report, "not the password")
    assert response.status_code == 400
    assert "or the password is wrong. Nothing was signed." in response.content.decode()
    assert "not the password" not in response.content.decode()
    assert report_of(recording).status == "draft"
    assert len(events(mercy, "reports.signature.refused")) == 1


def test_wrong_passwords_at_signing_lock_signing_and_sign_in(
    reading, client, mercy, recording, reader, admin_user
):
    signer, report = reading
    for _ in range(5):
        assert sign(signer, report, "wrong").status_code == 400
    locked = sign(signer, report)
    assert locked.status_code == 403
    words = r"Try again at \d\d:\d\d \w+, or ask your administrator"
    assert re.search(words, locked.content.decode())
    assert report_of(recording).status == "draft"
    assert sign_in(client, reader).status_code == 400
    last = events(mercy, "reports.signature.refused")[-1]
    assert json.loads(last.details) == {"reason": "locked out"}
    signed_in(admin_user).post(f"/admin/tenants/user/{reader.pk}/unlock/")
    assert sign(signer, report).status_code == 302


def test_failures_to_sign_in_count_at_signing_too(reading, client, reader):
    signer, report = reading
    for _ in range(5):
        sign_in(client, reader, "wrong")
    assert sign(signer, report).status_code == 403


def test_a_right_password_ends_the_counting(reading, reader, recording):
    signer, report = reading
    for _ in range(4):
        sign(signer, report, "wrong")
    assert sign(signer, report).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_what_changed_after_the_page_was_shown_is_not_signed(reading, client_of, mercy, recording):
    client, report = reading
    save(client_of(make_user(mercy, full_name="Dr Riya Shah")), report, "Changed")
    response = sign(client, report)
    page = response.content.decode()
    assert response.status_code == 409
    assert "by Dr Riya Shah" in page
    assert "Nothing was signed." in page
    assert report_of(recording).status == "draft"


def test_an_empty_report_cannot_be_signed(reading, recording):
    client, report = reading
    save(client, report, "   ")
    report = report_of(recording)
    page = client.get(f"/reports/{report.public_id}/sign").content.decode()
    assert "There is nothing to sign yet." in page
    assert "Sign and next" not in page
    assert sign(client, report).status_code == 409


def test_the_sign_page_repeats_the_identity_beside_the_button(reading, recording):
    client, report = reading
    page = client.get(f"/reports/{report.public_id}/sign").content.decode()
    form = page[page.index('class="sign-form"') :]
    assert recording.patient.display_name in form
    assert "Interpretation approved" in form


def test_a_signed_report_is_not_written_again(reading, reader, recording):
    client, _ = reading
    report = sign_now(recording, reader)
    answer = save(client, report, "Changed", headers=JSON)
    assert answer.status_code == 409
    assert "Changes need an amendment." in answer.json()["message"]


def test_an_amendment_needs_a_reason_and_opens_the_text_again(reading, reader, mercy, recording):
    client, _ = reading
    report = sign_now(recording, reader, "Sinus rhythm.")
    where = f"/reports/{report.public_id}/amend"
    refused = client.post(where, {"reason": "  "})
    assert refused.status_code == 400
    assert "Write why" in refused.content.decode()
    assert client.post(where, {"reason": "Prior compared"}).status_code == 302
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    assert "Amends version 1. Reason: Prior compared" in page
    assert "Sinus rhythm.</textarea>" in page
    assert client.post(where, {"reason": "again"}).status_code == 409


def test_an_amended_report_keeps_both_versions(reading, reader, recording):
    client, _ = reading
    report = sign_now(recording, reader, "Sinus rhythm.")
    client.post(f"/reports/{report.public_id}/amend", {"reason": "Prior compared"})
    sign_now(recording, reader, "Sinus rhythm, LBBB.")
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    pdfs = re.findall(r'href="(/report-versions/[0-9a-f-]+/report.pdf)">PDF</a>', page)
    assert len(pdfs) == 2
    bodies = [client.get(pdf).content for pdf in pdfs]
    assert bodies[0] != bodies[1]
    assert all(body.startswith(b"%PDF-") for body in bodies)


def test_the_signed_pdf_is_the_stored_bytes_under_a_name_of_our_own(reading, reader, recording):
    client, _ = reading
    sign_now(recording, reader)
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    address = re.search(r"/report-versions/[0-9a-f-]+/report.pdf", page)[0]
    one, two = client.get(address), client.get(address)
    assert one.content == two.content
    assert one.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(
        r'attachment; filename="ecg-report-[0-9a-f]{8}-v1.pdf"', one.headers["Content-Disposition"]
    )


def test_the_preview_shows_the_draft_and_is_recorded(reading, mercy, recording):
    client, report = reading
    response = client.get(f"/reports/{report.public_id}/preview.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert recording.patient.family_name not in response.headers["Content-Disposition"]
    assert len(events(mercy, "reports.report.previewed")) == 1


def test_a_form_without_its_token_changes_nothing(reader, recording):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(reader)
    report = report_of(recording)
    assert save(client, report, "AF").status_code == 403
    assert sign(client, report).status_code == 403
    assert report_of(recording).draft_revision == report.draft_revision
