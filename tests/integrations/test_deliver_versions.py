"""Versions of a report reach an EHR in order, and no old one after a new one."""

from __future__ import annotations

import pytest

from apps.core import drain, leases
from apps.core.leases import LIVE, Leased
from apps.integrations import jobs
from apps.integrations.models import Delivery
from tests.database import committed, raw_connection
from tests.factories import inside, make_recording, make_user
from tests.ingestion.files import codes_of
from tests.integrations.sent import (
    deliveries_of,
    make_destination,
    point_at,
    queue_messages,
    send_once,
    stage_of,
    stored,
)
from tests.reports.signing import amend_recording, sign_recording
from tests.simulators.ehr_process import running_ehr

pytestmark = committed

Status = Delivery.Status


@pytest.fixture(autouse=True)
def impatient(settings, monkeypatch):
    settings.RETRY_BACKOFF_SECONDS = 1e-9
    monkeypatch.setattr(jobs, "LONGEST_PAUSE_S", 1e-9)
    monkeypatch.setattr(jobs, "BEHIND_S", 0)


@pytest.fixture
def ehr(tmp_path):
    with running_ehr(tmp_path) as running:
        yield running


@pytest.fixture
def destination(mercy, ehr):
    return make_destination(mercy, ehr.port)


def sign_and_queue(recording, reader):
    sign_recording(recording, reader)
    queue_messages()


def amend_and_queue(recording, reader):
    amend_recording(recording, reader, "Left axis deviation.")
    queue_messages()


def statuses(organization):
    rows = deliveries_of(organization)
    return [(row.report_version.number, row.status) for row in rows]


def test_an_amendment_is_a_correction_of_the_same_order(
    mercy, destination, recording, reader, tmp_path
):
    sign_and_queue(recording, reader)
    send_once()
    amend_and_queue(recording, reader)
    send_once()
    first, second = stored(tmp_path)
    assert (first["status"], second["status"]) == ("F", "C")
    assert first["order"] == second["order"] == str(recording.public_id)
    assert statuses(mercy) == [(1, Status.ACKNOWLEDGED), (2, Status.ACKNOWLEDGED)]


def test_a_version_that_has_not_left_is_superseded_by_the_next(
    mercy, destination, recording, reader, tmp_path
):
    sign_and_queue(recording, reader)
    amend_and_queue(recording, reader)
    assert statuses(mercy) == [(1, Status.SUPERSEDED), (2, Status.QUEUED)]
    send_once()
    assert leases.claim(Delivery, LIVE) is None
    assert [entry["status"] for entry in stored(tmp_path)] == ["C"]
    assert "integrations.delivery.superseded" in codes_of(mercy)


def test_a_new_version_waits_for_the_old_one_in_work(
    mercy, destination, recording, reader, tmp_path
):
    sign_and_queue(recording, reader)
    held = leases.claim(Delivery, LIVE)
    amend_and_queue(recording, reader)
    send_once()
    waiting = deliveries_of(mercy)[1]
    assert (waiting.state, waiting.error_code) == (Leased.State.RECEIVED, "waits-for-older-version")
    assert (waiting.attempts, stored(tmp_path)) == (0, [])
    with raw_connection("dispatch") as raw:
        raw.execute("UPDATE integrations_delivery SET lease_until = clock_timestamp()")
    leases.reclaim(Delivery)
    drain.work(held)
    assert stored(tmp_path) == []


def test_a_retry_does_not_follow_the_version_that_replaced_it(
    mercy, destination, recording, reader, ehr, tmp_path
):
    point_at(destination, 1)
    sign_and_queue(recording, reader)
    held = leases.claim(Delivery, LIVE)
    amend_and_queue(recording, reader)
    drain.work(held)  # begun before the amendment was known
    point_at(destination, ehr.port)
    while lease := leases.claim(Delivery, LIVE):
        drain.work(lease)
    assert [entry["status"] for entry in stored(tmp_path)] == ["C"]
    assert statuses(mercy) == [(1, Status.SUPERSEDED), (2, Status.ACKNOWLEDGED)]


def test_a_replay_does_not_follow_the_version_that_replaced_it(
    mercy, destination, recording, reader, ehr, tmp_path
):
    with running_ehr(tmp_path / "refusing", "--fault", "reject") as refusing:
        point_at(destination, refusing.port)
        sign_and_queue(recording, reader)
        send_once()
    point_at(destination, ehr.port)
    amend_and_queue(recording, reader)
    send_once()
    with inside(mercy):
        assert leases.replay(Delivery.objects.order_by("id").first())
    send_once()
    assert [entry["status"] for entry in stored(tmp_path)] == ["C"]
    assert statuses(mercy) == [(1, Status.SUPERSEDED), (2, Status.ACKNOWLEDGED)]


def test_a_patient_without_a_number_is_said_to_have_none(mercy, destination, tmp_path):
    from apps.ecg.models import Patient

    with inside(mercy):
        nameless = Patient.objects.create(organization=mercy, family_name="Nameless")
    sign_and_queue(make_recording(mercy, patient=nameless), make_user(mercy))
    stage = stage_of(mercy)
    assert (stage.state, stage.error_code) == (Leased.State.DEAD, "oru_patient_identifier_missing")
    assert deliveries_of(mercy) == stored(tmp_path) == []


def test_a_report_that_is_not_genuine_is_never_sent(
    mercy, destination, recording, reader, settings
):
    version = sign_recording(recording, reader)
    path = settings.BLOB_ROOT / f"org/{mercy.pk}/pdf/{version.pdf_sha256}"
    path.write_bytes(path.read_bytes()[:-1])
    queue_messages()
    stage = stage_of(mercy)
    assert (stage.state, stage.error_code) == (Leased.State.DEAD, "report-not-genuine")
    assert deliveries_of(mercy) == []
