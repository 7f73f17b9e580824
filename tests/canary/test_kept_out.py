"""A canary is in nothing that is for care, counting, delivery or money."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from apps.billing.models import Charge
from apps.ecg.models import Device, Recording, StageRun
from apps.inference.models import InferenceRun
from apps.ingestion.canary.send import send_canary
from apps.ingestion.models import Ingress
from apps.ingestion.queries import activity_since, arrivals
from apps.integrations.models import Delivery
from apps.reports.models import Report
from apps.tenants import blobs
from apps.tenants.access import Active
from tests.api.keys import program_of
from tests.database import committed
from tests.factories import inside, make_user
from tests.ingestion.files import bring_in
from tests.onboarding.files import destination

pytestmark = committed


def flown(organization):
    """The canary's own rows, once all work there is was done."""
    assert send_canary(organization.pk).has_passed
    with inside(organization):
        canary = Ingress.objects.select_related("recording").get(is_canary=True)
        return canary, canary.recording


def test_nothing_follows_its_measurement(mercy, drained):
    destination(mercy)
    flown(mercy)
    drained()
    with inside(mercy):
        assert [run.stage for run in StageRun.objects.all()] == ["measure"]
        for model in (Report, InferenceRun, Delivery, Charge, Device):
            assert not model.objects.exists(), model


def test_no_list_and_no_count_has_it(mercy):
    canary, recording = flown(mercy)
    active = Active(mercy.pk, "technician")
    with inside(mercy):
        assert not Recording.objects.exists()
        assert recording.is_canary
        assert arrivals(active).arrivals == []
        assert activity_since(active, timezone.now() - dt.timedelta(hours=1)) == []
    program = program_of(mercy)
    assert program.get("recordings").json()["recordings"] == []
    assert program.get(f"files/{canary.public_id}").status_code == 404
    assert program.get(f"recordings/{recording.public_id}").status_code == 404


def test_no_page_shows_it(mercy, client_of):
    canary, recording = flown(mercy)
    reader = client_of(make_user(mercy, "reader"))
    assert reader.get(reverse("recording", args=[recording.public_id])).status_code == 404
    assert reader.get(reverse("waveform", args=[recording.public_id])).status_code == 404
    assert reader.get(reverse("arrival", args=[canary.public_id])).status_code == 404
    assert "Canary" not in reader.get(reverse("worklist")).content.decode()


def test_its_file_sent_by_a_person_is_a_recording_of_its_own(mercy):
    canary, recording = flown(mercy)
    data = blobs.get(mercy.pk, "raw", canary.sha256)
    sent = bring_in(mercy, data)
    assert sent.outcome == "new"
    assert sent.recording_id != recording.pk
    assert not sent.is_canary
