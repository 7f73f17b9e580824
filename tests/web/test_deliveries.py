"""Deliveries on the report: destination, state and acknowledgement, polled until settled."""

import pytest
from django.utils import timezone

from apps.ecg.models import StageRun
from apps.integrations.models import Delivery, Destination
from apps.reports.models import ReportVersion
from tests.database import committed
from tests.factories import inside
from tests.web.pages import mrn_of, sign_now

pytestmark = committed


@pytest.fixture
def signed(reader, recording):
    return sign_now(recording, reader)


def settle_stage(recording, state="done"):
    with inside(recording.organization):
        StageRun.objects.filter(recording=recording, stage="deliver").update(state=state)


def make_delivery(recording, **fields):
    organization = recording.organization
    with inside(organization):
        destination, _ = Destination.objects.get_or_create(
            organization=organization, name="Mercy EHR", defaults={"host": "ehr", "port": 2575}
        )
        return Delivery.objects.create(
            organization=organization,
            destination=destination,
            report_version=ReportVersion.objects.get(report__recording=recording),
            dedupe_key="one",
            control_id="8842",
            **fields,
        )


def shown(client, report):
    response = client.get(f"/reports/{report.public_id}/deliveries")
    assert response.status_code == 200
    return response.content.decode()


def test_an_acknowledgement_is_shown_and_the_poll_ends(
    client_of, reader, technician, signed, recording
):
    settle_stage(recording)
    make_delivery(
        recording,
        state="done",
        status="acknowledged",
        ack_code="AA",
        ack_text="for SAMPLE, Pat",
        acknowledged_at=timezone.now(),
        attempts=1,
    )
    answer = shown(client_of(technician), signed)
    for words in ("Mercy EHR", "Acknowledged", "AA", "control id 8842", "attempt 1"):
        assert words in answer
    assert "hx-get" not in answer
    assert "SAMPLE" not in answer


def test_a_message_on_its_way_is_polled(client_of, reader, signed, recording):
    settle_stage(recording)
    make_delivery(recording, attempts=2, error_code="mllp_connection_refused")
    answer = shown(client_of(reader), signed)
    assert "Waiting" in answer
    assert "mllp_connection_refused: Nothing listens at its port." in answer
    assert f'hx-get="/reports/{signed.public_id}/deliveries"' in answer


def test_before_the_message_exists_it_is_being_queued(client_of, reader, signed):
    answer = shown(client_of(reader), signed)
    assert "Being queued." in answer
    assert "hx-get" in answer


def test_a_message_that_could_not_be_made_says_so(client_of, reader, signed, recording):
    settle_stage(recording, "dead")
    answer = shown(client_of(reader), signed)
    assert "Not sent: the message could not be made." in answer
    assert "hx-get" not in answer


def test_without_a_destination_nothing_is_claimed(client_of, reader, signed, recording):
    settle_stage(recording)
    assert "Sent nowhere: no destination was set up." in shown(client_of(reader), signed)


def test_what_is_polled_holds_no_patient(client_of, reader, signed, recording):
    make_delivery(recording)
    answer = shown(client_of(reader), signed)
    assert recording.patient.family_name.lower() not in answer.lower()
    assert mrn_of(recording) not in answer
