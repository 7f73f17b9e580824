"""No word of a patient leaves by a side door, whatever goes right or wrong."""

from __future__ import annotations

import time
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.core.drain import leased_models
from apps.ecg.models import PatientIdentifier, Recording
from apps.ingestion import link
from apps.ingestion.models import Ingress
from apps.integrations.models import Delivery
from apps.reports.models import Report, ReportVersion
from tests.database import committed
from tests.factories import inside, make_patient
from tests.flows.canary import (
    FILENAME,
    INVITED,
    NOTE,
    PATIENT,
    TOKENS,
    WRONG_PASSWORD,
    canary_file,
    leaks,
    server_log,
    tokens_in,
)
from tests.flows.canary_steps import (
    destination,
    only,
    read_everything,
    upload,
    write_and_sign,
)
from tests.flows.workers import running_workers
from tests.simulators.ehr_process import running_ehr
from tests.web.pages import account_of

pytestmark = [committed, pytest.mark.usefixtures("own_temp")]


OPEN = ("received", "processing")


def test_the_words_are_found_where_they_are_allowed():
    in_the_file = {"zyxquill", "vorblat", "qx-77519-j", "19370413", "ord-88213-wx", "frimblewick"}
    assert set(tokens_in(canary_file())) == in_the_file
    others = f"{NOTE} {FILENAME} 1937-04-13 13-Apr-1937 {WRONG_PASSWORD} {INVITED}"
    assert set(tokens_in(others)) == set(TOKENS) - in_the_file


def test_the_whole_way_leaves_no_word(browser, mercy, drained, tmp_path, log_text, capfd):
    assert upload(browser, canary_file()).status_code == 302
    drained()
    read_everything(browser, mercy)
    with running_ehr(tmp_path / "ehr") as ehr:
        destination(mercy, ehr.port)
        assert write_and_sign(browser, only(Report, mercy)).status_code == 302
        drained()
    assert only(Delivery, mercy).status == Delivery.Status.ACKNOWLEDGED
    version = only(ReportVersion, mercy)
    assert browser.get(reverse("report-pdf", args=[version.public_id])).status_code == 200
    assert "file.linked" in log_text()
    assert leaks(log=log_text(), printed="".join(capfd.readouterr())) == {}


def is_open(organization):
    """A lease that ran out counts: the sweeper gives its row back."""
    with inside(organization):
        rows = [model.objects.filter(state__in=OPEN) for model in leased_models()]
        return any(found.exists() for found in rows)


def test_workers_of_their_own_leave_no_word(browser, mercy, tmp_path):
    upload(browser, canary_file())
    upload(browser, canary_file()[:-5000])
    with running_workers(tmp_path) as workers:
        deadline = time.monotonic() + 240
        while is_open(mercy):
            assert time.monotonic() < deadline
            workers.look()
            time.sleep(0.2)
        printed = workers.log_text()
    with inside(mercy):
        assert set(Ingress.objects.values_list("state", flat=True)) == {"done", "quarantined"}
    assert "file.linked" in printed
    assert leaks(log=printed) == {}


def test_refused_files_leave_no_word(browser, mercy, drained, log_text, capfd):
    whole = canary_file()
    for data in (whole[:-5000], whole[: len(whole) // 2], whole[:400], b"x" + whole):
        upload(browser, data)
    drained()
    with inside(mercy):
        assert set(Ingress.objects.values_list("state", flat=True)) == {"quarantined"}
    assert b"zyxquill" not in browser.get(reverse("arrivals")).content.lower()
    assert leaks(log=log_text(), printed="".join(capfd.readouterr())) == {}


def break_everything(monkeypatch, mercy):
    """A job that violates a unique key over the patient's number, and quotes what it read."""

    def create(ingress, ecg, signal, stated, when):
        other = make_patient(mercy, mrn=PATIENT.identifier)
        with transaction.atomic():
            PatientIdentifier.objects.create(
                organization=mercy,
                patient=other,
                value=PATIENT.identifier,
                assigning_authority=mercy.slug.upper(),
            )

    monkeypatch.setattr(link, "create_recording", create)


def test_a_violated_key_leaves_no_word(browser, mercy, settings, drained, monkeypatch, log_text):
    settings.RETRY_BACKOFF_SECONDS = 60
    break_everything(monkeypatch, mercy)
    upload(browser, canary_file())
    drained()
    assert only(Ingress, mercy).error_code == "crashed:IntegrityError"
    assert "job.crashed" in log_text()
    assert leaks(log=log_text()) == {}


def test_the_database_servers_log_holds_no_word(mercy):
    log = server_log()
    if log is None:
        pytest.skip("THE DATABASE SERVER'S LOG IS NOT ON THIS MACHINE: its settings go unproven")
    with inside(mercy):
        patient = make_patient(mercy, mrn=PATIENT.identifier)
    fields = {"value": PATIENT.identifier, "assigning_authority": mercy.slug.upper()}
    with pytest.raises(IntegrityError), inside(mercy):
        PatientIdentifier.objects.create(organization=mercy, patient=patient, **fields)
    with pytest.raises(Exception, match="invalid input"), inside(mercy):
        list(Recording.objects.extra(where=[f"id = '{PATIENT.family_name}'::int"]))
    assert b"ready to accept connections" in log.read_bytes()
    assert tokens_in(log.read_bytes()) == []


def asked_wrongly(browser, report):
    """Requests that fail, each with the patient's words in it."""
    nowhere = uuid.uuid4()
    words = {"q": PATIENT.family_name, "mrn": PATIENT.identifier}
    yield browser.get(f"/patients/{PATIENT.identifier}", words)
    yield browser.get(reverse("recording", args=[nowhere]), words)
    yield browser.get(reverse("trace", args=[report.recording.public_id]), {"layout": FILENAME})
    for account in (PATIENT.family_name, account_of(browser)):
        form = {"username": account, "password": NOTE}
        yield browser.post(reverse("report-sign", args=[report.public_id]), form)
    yield browser.post(reverse("worklist"), words)
    yield browser.post(reverse("upload-files"), words)
    yield upload(browser, b"")


def test_refused_requests_leave_no_word(browser, mercy, drained, log_text, capfd):
    upload(browser, canary_file())
    drained()
    with inside(mercy):
        report = Report.objects.select_related("recording").get()
    answers = list(asked_wrongly(browser, report))
    assert {answer.status_code for answer in answers} == {400, 404, 405, 409}
    assert write_and_sign(browser, report, password=NOTE).status_code == 400
    assert leaks(log=log_text(), printed="".join(capfd.readouterr())) == {}


def test_a_failing_page_shows_and_leaves_no_word(browser, mercy, drained, monkeypatch, log_text):
    upload(browser, canary_file())
    drained()
    recording = only(Recording, mercy)

    def fail(*_):
        raise ValueError(f"{PATIENT.family_name} {PATIENT.identifier} {NOTE}")

    monkeypatch.setattr("apps.web.views.study.study_page.study", fail)
    answer = browser.get(reverse("recording", args=[recording.public_id]))
    assert answer.status_code == 500
    assert tokens_in(answer.content + str(answer.headers).encode()) == []
    assert leaks(log=log_text()) == {}


def test_a_receiver_that_is_away_or_refuses_leaves_no_word(
    browser, mercy, settings, drained, tmp_path, log_text
):
    upload(browser, canary_file())
    drained()
    destination(mercy, 1)
    write_and_sign(browser, only(Report, mercy))
    drained()
    assert only(Delivery, mercy).status == Delivery.Status.QUEUED
    assert "delivery.postponed" in log_text()
    assert leaks(log=log_text()) == {}


def test_a_refused_sign_in_leaves_no_word(client, mercy, log_text):
    for password in (NOTE, WRONG_PASSWORD):
        form = {"username": f"{PATIENT.family_name}@example.test", "password": password}
        assert client.post(reverse("sign-in"), form).status_code == 400
    assert leaks(log=log_text()) == {}
