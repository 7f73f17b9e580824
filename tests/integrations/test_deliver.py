"""A signed report reaches the EHR once, whatever happens on the way."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from apps.core import drain, leases
from apps.core.leases import LIVE, Leased
from apps.ecg import jobs as ecg_jobs
from apps.integrations import jobs
from apps.integrations.actions import HL7
from apps.integrations.models import Delivery
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside, make_recording
from tests.ingestion.files import codes_of
from tests.integrations.sent import (
    deliveries_of,
    make_destination,
    only_delivery_of,
    payloads,
    point_at,
    queue_messages,
    send_once,
    stored,
)
from tests.reports.signing import sign_recording
from tests.simulators.ehr_process import running_ehr

pytestmark = committed

Status = Delivery.Status


@pytest.fixture(autouse=True)
def impatient(settings, monkeypatch):
    settings.RETRY_BACKOFF_SECONDS = 1e-9
    monkeypatch.setattr(jobs, "TIMEOUT_S", 1.0)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE_S", 1e-9)


@pytest.fixture
def destination(mercy):
    return make_destination(mercy)


@pytest.fixture
def signed(destination, recording, reader):
    """Version 1, its message waiting for the destination."""
    version = sign_recording(recording, reader)
    queue_messages()
    return version


def message_of(organization, delivery):
    return blobs.get(organization.pk, HL7, delivery.message_sha256)


def test_a_signed_report_is_stored_and_acknowledged(mercy, destination, signed, tmp_path):
    with running_ehr(tmp_path) as ehr:
        point_at(destination, ehr.port)
        send_once()
    delivery = only_delivery_of(mercy)
    assert (delivery.status, delivery.ack_code, delivery.state) == (
        Status.ACKNOWLEDGED,
        "AA",
        Leased.State.DONE,
    )
    assert delivery.acknowledged_at is not None
    [entry] = stored(tmp_path)
    assert (entry["control_id"], entry["status"]) == (delivery.control_id, "F")
    assert payloads(tmp_path) == [message_of(mercy, delivery)]
    acknowledged = ["integrations.delivery.acknowledged", "reports.report.locked"]
    assert codes_of(mercy)[-2:] == acknowledged


def test_a_delivery_carries_the_recordings_trace(mercy, recording, signed):
    assert only_delivery_of(mercy).trace_id == recording.trace_id


def test_the_message_is_sealed_and_named_by_its_hash(mercy, signed, settings):
    delivery = only_delivery_of(mercy)
    path = settings.BLOB_ROOT / f"org/{mercy.pk}/hl7/{delivery.message_sha256}"
    assert b"MSH|" not in path.read_bytes()
    assert message_of(mercy, delivery).startswith(b"MSH|")


def test_an_ehr_that_is_down_costs_no_attempt_and_gets_it_once(
    mercy, destination, signed, tmp_path
):
    before = only_delivery_of(mercy)
    for _ in range(8):
        send_once()
    waiting = only_delivery_of(mercy)
    assert (waiting.status, waiting.state, waiting.attempts) == (
        Status.QUEUED,
        Leased.State.RECEIVED,
        0,
    )
    assert waiting.error_code == "mllp_connection_refused"
    with running_ehr(tmp_path) as ehr:
        point_at(destination, ehr.port)
        send_once()
        assert leases.claim(Delivery, LIVE) is None
    after = only_delivery_of(mercy)
    assert (after.control_id, after.message_sha256) == (before.control_id, before.message_sha256)
    assert (after.status, after.error_code) == (Status.ACKNOWLEDGED, "")
    assert payloads(tmp_path) == [message_of(mercy, before)]


@pytest.mark.parametrize(
    ("waited_s", "pause_s"), [(0, 30), (100, 30), (400, 100), (3600, 300), (86_400, 300)]
)
def test_pauses_grow_with_the_outage_up_to_a_limit(
    mercy, signed, settings, monkeypatch, waited_s, pause_s
):
    settings.RETRY_BACKOFF_SECONDS = 30
    monkeypatch.setattr(jobs, "LONGEST_PAUSE_S", 300.0)
    delivery = only_delivery_of(mercy)
    delivery.created_at = timezone.now() - dt.timedelta(seconds=waited_s)
    assert jobs._pause_s(delivery) == pytest.approx(pause_s, abs=0.1)


def test_a_refusal_is_final_until_a_person_replays_it(mercy, destination, signed, tmp_path):
    with running_ehr(tmp_path / "a", "--fault", "reject") as ehr:
        point_at(destination, ehr.port)
        send_once()
    refused = only_delivery_of(mercy)
    assert (refused.status, refused.state, refused.ack_code) == (
        Status.REJECTED,
        Leased.State.DEAD,
        "AR",
    )
    assert refused.error_code == "receiver-AR"
    assert codes_of(mercy)[-1] == "integrations.delivery.rejected"
    with inside(mercy):
        assert leases.replay(refused)
    with running_ehr(tmp_path / "b") as ehr:
        point_at(destination, ehr.port)
        send_once()
    accepted = only_delivery_of(mercy)
    assert (accepted.status, accepted.control_id) == (Status.ACKNOWLEDGED, refused.control_id)


def test_an_error_of_the_receiver_is_tried_again(mercy, destination, signed, tmp_path):
    with running_ehr(tmp_path, "--fault", "error-once") as ehr:
        point_at(destination, ehr.port)
        send_once()
        failed = only_delivery_of(mercy)
        assert (failed.state, failed.ack_code, failed.attempts) == (
            Leased.State.RECEIVED,
            "AE",
            1,
        )
        send_once()
    assert only_delivery_of(mercy).status == Status.ACKNOWLEDGED
    assert len(stored(tmp_path)) == 1


def test_a_lost_acknowledgement_is_made_good_and_stored_once(mercy, destination, signed, tmp_path):
    with running_ehr(tmp_path, "--fault", "no-ack") as ehr:
        point_at(destination, ehr.port)
        send_once()
    assert only_delivery_of(mercy).error_code == "mllp_reply_timeout"
    assert len(stored(tmp_path)) == 1
    with running_ehr(tmp_path) as ehr:
        point_at(destination, ehr.port)
        send_once()
    assert only_delivery_of(mercy).status == Status.ACKNOWLEDGED
    assert len(stored(tmp_path)) == 1


def test_a_crash_after_the_ehr_took_it_sends_the_same_again(
    mercy, destination, signed, tmp_path, monkeypatch
):
    def killed(*_args):
        raise MemoryError

    with running_ehr(tmp_path) as ehr:
        point_at(destination, ehr.port)
        with monkeypatch.context() as crashing:
            crashing.setattr(jobs, "_settle", killed)
            send_once()
        send_once()
    assert only_delivery_of(mercy).status == Status.ACKNOWLEDGED
    assert len(stored(tmp_path)) == 1
    assert codes_of(mercy).count("integrations.delivery.acknowledged") == 1


def test_a_message_that_was_changed_on_disk_is_never_sent(mercy, signed, settings):
    delivery = only_delivery_of(mercy)
    path = settings.BLOB_ROOT / f"org/{mercy.pk}/hl7/{delivery.message_sha256}"
    path.write_bytes(path.read_bytes()[:-1])
    send_once()
    found = only_delivery_of(mercy)
    assert (found.state, found.error_code) == (Leased.State.DEAD, "message-not-genuine")


def test_each_active_destination_gets_its_own_message(mercy, lakeside, reader, recording):
    make_destination(mercy)
    make_destination(mercy, name="Archive")
    make_destination(mercy, name="Former EHR", is_active=False)
    make_destination(lakeside)
    sign_recording(recording, reader)
    queue_messages()
    first, second = deliveries_of(mercy)
    assert first.control_id != second.control_id
    with inside(mercy):
        names = {row.destination.name for row in Delivery.objects.select_related("destination")}
    assert names == {"EHR", "Archive"}
    assert deliveries_of(lakeside) == []


def test_without_a_destination_the_stage_is_done(mercy, recording, reader):
    sign_recording(recording, reader)
    queue_messages()
    assert deliveries_of(mercy) == []


def test_a_crash_while_queueing_queues_once(mercy, destination, recording, reader, monkeypatch):
    whole, crashes = ecg_jobs.finish_stage, iter([True])

    def crash_once(*args):
        if next(crashes, False):
            raise MemoryError
        whole(*args)

    monkeypatch.setattr(ecg_jobs, "finish_stage", crash_once)
    sign_recording(recording, reader)
    queue_messages()
    assert only_delivery_of(mercy).status == Status.QUEUED
    assert codes_of(mercy).count("integrations.delivery.queued") == 1


def test_one_recordings_trouble_holds_up_no_other(mercy, destination, signed, reader, tmp_path):
    sign_recording(make_recording(mercy), reader)
    queue_messages()
    held = leases.claim(Delivery, LIVE)
    with running_ehr(tmp_path) as ehr:
        point_at(destination, ehr.port)
        send_once()
        assert len(stored(tmp_path)) == 1
        drain.work(held)
    assert len(stored(tmp_path)) == 2
