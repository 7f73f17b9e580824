"""The study page: what it shows, of whom, to whom, and what it never shows."""

import datetime as dt
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.ecg.models import Finding
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_patient, make_recording
from tests.web.pages import (
    NOWHERE,
    events,
    measure,
    mrn_of,
    names,
    run_algorithm,
    sign_now,
    state,
)

pytestmark = committed


def page_of(client, recording):
    response = client.get(f"/recordings/{recording.public_id}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_banner_shows_who_it_is_and_when_in_the_sites_zone(client_of, reader, mercy):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Chicago", time_zone="America/Chicago")
    patient = make_patient(
        mercy, family_name="Lindqvist", name_prefix="Mrs", born_on=dt.date(1952, 3, 14)
    )
    at = dt.datetime(2026, 11, 21, 14, 2, 24, tzinfo=dt.UTC)
    page = page_of(
        client_of(reader), make_recording(mercy, patient=patient, site=site, acquired_at=at)
    )
    banner = page[page.index('class="banner"') : page.index("ecg-toolbar")]
    for words in ("LINDQVIST, Pat", "Mrs", "14-Mar-1952", "(74 y)", "Female", "MERCY"):
        assert words in banner
    assert "21-Nov-2026 08:02:24 CST" in banner
    assert "Unconfirmed" in banner


def test_what_is_not_known_says_so(client_of, reader, mercy):
    patient = make_patient(mercy, family_name="", given_name="", born_on=None, sex="")
    page = page_of(client_of(reader), make_recording(mercy, patient=patient, acquired_at=None))
    banner = page[page.index('class="banner"') : page.index("ecg-toolbar")]
    assert banner.count("Not known") >= 3


def test_the_viewer_is_told_the_recording_it_must_draw(client_of, reader, recording):
    page = page_of(client_of(reader), recording)
    assert f'data-waveform-url="/recordings/{recording.public_id}/waveform"' in page
    assert f'data-recording="{recording.public_id}"' in page
    assert f'<img class="ecg-static" src="/recordings/{recording.public_id}/trace.svg' in page


def test_no_patient_data_is_in_addresses_or_the_title(client_of, reader, recording):
    page = page_of(client_of(reader), recording)
    hidden = [recording.patient.family_name, mrn_of(recording), str(recording.patient.born_on)]
    for address in re.findall(r'(?:href|src|action|hx-get|data-[a-z-]+url)="([^"]*)"', page):
        assert not any(text.lower() in address.lower() for text in hidden), address
    assert re.search(r"<title>(.*)</title>", page)[1] == "ECG · Einthoven"


def test_measurements_stand_beside_the_prior_with_the_change(client_of, reader, mercy):
    patient = make_patient(mercy)
    older = make_recording(
        mercy, patient=patient, acquired_at=timezone.now() - dt.timedelta(days=90)
    )
    recording = make_recording(mercy, patient=patient)
    measure(older, heart_rate_bpm=83, pr_ms=188)
    measure(recording, heart_rate_bpm=98, pr_ms=214)
    page = page_of(client_of(reader), recording)
    assert '<td class="out">214<sup title="High">H</sup></td>' in page
    assert "<td>188</td>" in page
    assert "<td>+26</td>" in page
    assert f'href="/recordings/{older.public_id}" data-key="["' in page
    assert "1 of 1" in page


def test_different_lead_systems_are_not_compared(client_of, reader, mercy):
    patient = make_patient(mercy)
    older = make_recording(
        mercy,
        patient=patient,
        acquired_at=timezone.now() - dt.timedelta(days=90),
        electrode_system="Mason-Likar",
    )
    recording = make_recording(mercy, patient=patient, electrode_system="Standard 12-lead")
    measure(older, heart_rate_bpm=83)
    page = page_of(client_of(reader), recording)
    assert "Different lead system: not compared." in page
    assert "<td>83</td>" not in page


def test_a_first_ecg_says_so(client_of, reader, recording):
    assert "First ECG for this patient here." in page_of(client_of(reader), recording)


def test_statements_are_unconfirmed_and_name_their_source(client_of, reader, mercy):
    patient = make_patient(mercy)
    earlier = timezone.now() - dt.timedelta(days=1)
    older = make_recording(mercy, patient=patient, acquired_at=earlier)
    recording = make_recording(mercy, patient=patient)
    state(older, "Left axis deviation")
    state(recording, "Left axis deviation", "<b>Sinus</b> rhythm")
    page = page_of(client_of(reader), recording)
    assert "device · also on prior" in page
    assert "&lt;b&gt;Sinus&lt;/b&gt; rhythm" in page
    assert '<span class="end">unconfirmed</span>' in page


def test_a_statement_of_the_platform_opens_its_criterion_and_numbers(client_of, reader, recording):
    state(recording, "Left axis deviation")
    with inside(recording.organization):
        Finding.objects.create(
            organization=recording.organization,
            recording=recording,
            source="platform",
            method="einthoven-measure@2.4.0",
            ordinal=1,
            text="Possible fibrillation",
            evidence={"criterion": "irregular RR", "limit": 0.08, "basic_rr_cv": 0.213},
        )
    page = page_of(client_of(reader), recording)
    assert "irregular RR: RR variation 0.21, limit 0.08" in page
    assert page.count('aria-label="Criterion: ') == 1


def test_algorithm_results_name_version_and_intended_use(client_of, reader, recording):
    found = {"statements": [{"text": "Low EF suspected", "evidence": {"qrs_ms": 152.0}}]}
    run_algorithm(recording, status="succeeded", state="done", output=found)
    page = page_of(client_of(reader), recording)
    for words in ("Low EF suspected", "low-ef 2.1.0", "Adults, not paced.", "advisory"):
        assert words in page
    assert "QRS 152 ms" in page


def test_an_algorithm_without_result_has_words(client_of, reader, mercy):
    cases = [
        ({"status": "queued"}, "Low EF: pending"),
        ({"status": "queued", "state": "dead"}, "Low EF: unavailable"),
        ({"status": "not_eligible", "reason": "paced rhythm"}, "Low EF: not eligible"),
    ]
    for fields, words in cases:
        recording = make_recording(mercy)
        run_algorithm(recording, **fields)
        assert words in page_of(client_of(reader), recording)


def test_a_result_that_came_after_signing_is_marked(client_of, reader, recording):
    sign_now(recording, reader)
    later = timezone.now() + dt.timedelta(minutes=1)
    run_algorithm(recording, status="succeeded", state="done", accepted_at=later)
    page = page_of(client_of(reader), recording)
    assert "Not part of version 1." in page


def test_a_technician_reads_but_finds_nothing_to_edit_or_sign(
    client_of, technician, admin_user, recording
):
    for person in (technician, admin_user):
        page = page_of(client_of(person), recording)
        assert "<textarea" not in page
        assert "/sign" not in page.replace("/sign-out", "")


def test_a_signed_report_shows_its_signature_and_no_editor(client_of, reader, recording):
    report = sign_now(recording, reader, "Sinus rhythm, 98/min.")
    page = page_of(client_of(reader), recording)
    assert "Sinus rhythm, 98/min." in page
    assert 'id="text"' not in page
    assert reader.full_name in page
    assert "“Interpretation approved”" in page
    assert re.search(r"SHA-256 [0-9a-f]{64}", page)
    assert re.search(r'href="/report-versions/[0-9a-f-]{36}/report.pdf"', page)
    assert f'action="/reports/{report.public_id}/amend"' in page


def test_elsewhere_and_nowhere_are_the_same_answer(client_of, stranger, recording):
    client = client_of(stranger)
    there = client.get(f"/recordings/{recording.public_id}")
    nowhere = client.get(f"/recordings/{NOWHERE}")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    reference = (
        r"Reference <span class=\"mono\">[0-9A-F]{8}</span>|data-now=\"[^\"]+\"|value=\"\w{64}\""
    )
    pages = [re.sub(reference, "", page.content.decode()) for page in (there, nowhere)]
    assert pages[0] == pages[1]
    assert "It does not exist or is not in Lakeside." in pages[0]


def test_viewing_is_recorded_with_who_and_what(client_of, reader, mercy, recording):
    page_of(client_of(reader), recording)
    (event,) = events(mercy, "ecg.recording.viewed")
    assert (event.actor_id, event.object_id) == (reader.pk, str(recording.public_id))


def test_a_refusal_is_recorded_where_it_was_asked(client_of, stranger, lakeside, mercy, recording):
    client_of(stranger).get(f"/recordings/{recording.public_id}")
    assert len(events(lakeside, "web.request.refused")) == 1
    assert events(mercy, "ecg.recording.viewed") == []


def test_more_priors_ask_no_more_queries(client_of, reader, mercy):
    patient = make_patient(mercy)
    recording = make_recording(mercy, patient=patient)
    client = client_of(reader)
    earlier = timezone.now() - dt.timedelta(days=1)
    make_recording(mercy, patient=patient, acquired_at=earlier)
    page_of(client, recording)
    with CaptureQueriesContext(connection) as one:
        page_of(client, recording)
    for days in range(2, 6):
        at = timezone.now() - dt.timedelta(days=days)
        make_recording(mercy, patient=patient, acquired_at=at)
    with CaptureQueriesContext(connection) as five:
        page_of(client, recording)
    assert len(five) == len(one), names(five)


def test_the_patient_page_lists_recordings_by_year(client_of, reader, mercy):
    patient = make_patient(mercy, family_name="Osei")
    for year in (2024, 2025, 2025):
        make_recording(
            mercy, patient=patient, acquired_at=dt.datetime(year, 5, 1, 12, tzinfo=dt.UTC)
        )
    response = client_of(reader).get(f"/patients/{patient.public_id}")
    page = response.content.decode()
    assert "OSEI, Pat" in page
    assert page.index(">2025</th>") < page.index(">2024</th>")
    assert len(re.findall(r'href="/recordings/', page)) == 3


def test_the_patient_page_of_another_organization_is_not_there(client_of, stranger, recording):
    assert client_of(stranger).get(f"/patients/{recording.patient.public_id}").status_code == 404
