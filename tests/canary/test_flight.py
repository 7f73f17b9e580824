"""A canary passes where everything is in place, and names the stage where it is not."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.audit.models import Alarm
from apps.core.errors import PermanentError, RetryableError
from apps.ecg import jobs as ecg_jobs
from apps.ecg.formats.canonical import Refused
from apps.ingestion import jobs
from apps.ingestion.canary import send, verdict
from apps.ingestion.models import Ingress
from apps.tenants import blobs
from apps.tenants.models import Organization
from apps.tenants.watch import look_at
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of

pytestmark = committed

FAILED = "ingestion.canary.failed"


def flown(organization):
    return send.send_canary(organization.pk)


def command(organization, *arguments):
    """What it said and its exit code."""
    out = io.StringIO()
    try:
        call_command("send_canary", "--organization", organization.slug, *arguments, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


def open_alarms(organization):
    with inside(organization):
        rows = Alarm.objects.filter(resolved_at=None)
        return list(rows.values_list("code", "subject"))


def raising(error):
    def fails(*_arguments, **_fields):
        raise error

    return fails


def test_it_passes_and_says_how_long_it_took(mercy):
    flight = flown(mercy)
    assert flight.has_passed, flight
    assert flight.by_itself
    assert flight.seconds > 0
    assert codes_of(mercy)[-1] == "ingestion.canary.passed"
    assert open_alarms(mercy) == []


def test_each_is_another_signal_and_takes_the_whole_way(mercy):
    assert flown(mercy).has_passed
    assert flown(mercy).has_passed
    codes = codes_of(mercy)
    assert codes.count("ecg.recording.created") == codes.count("ecg.recording.measured") == 2


def test_the_command_says_it_for_people_and_for_programs(mercy):
    text, code = command(mercy)
    assert code == 0
    assert text.startswith("Canary: passed in ")
    assert "No worker took it, so this process did the work." in text
    said = json.loads(command(mercy, "--json")[0])
    assert (said["outcome"], said["stage"], said["by_worker"]) == ("passed", "", False)
    assert said["organization"] == "mercy"


def quarantining(monkeypatch):
    refusal = Refused("lead-unknown", "Lead X is not known.")
    monkeypatch.setattr(jobs, "decode_limited", raising(refusal))


def losing_bytes(monkeypatch):
    monkeypatch.setattr(blobs, "get", raising(FileNotFoundError()))


def not_measuring(monkeypatch):
    monkeypatch.setattr(ecg_jobs, "load_waveform", raising(PermanentError("waveform-not-genuine")))


def measuring_wrongly(monkeypatch):
    monkeypatch.setattr(verdict, "RATE_TOLERANCE_BPM", -1.0)


def keeping_another(monkeypatch):
    monkeypatch.setattr(verdict, "canonical_hash", lambda _: "another")


@pytest.mark.parametrize(
    ("breaking", "stage", "code"),
    [
        (quarantining, "decode", "lead-unknown"),
        (losing_bytes, "scan", "stored-bytes-missing"),
        (not_measuring, "measure", "waveform-not-genuine"),
        (measuring_wrongly, "measure", "rate-differs"),
        (keeping_another, "storage", "signal-differs"),
    ],
)
def test_a_failed_one_names_its_stage_and_raises_an_alarm_that_a_good_one_ends(
    mercy, monkeypatch, breaking, stage, code
):
    with monkeypatch.context() as broken:
        breaking(broken)
        text, ended = command(mercy)
        assert (ended, f"({code})" in text) == (1, True)
        assert "Canary: FAILED" in text
        assert ("canary.failed", stage) in open_alarms(mercy)
        assert codes_of(mercy).count(FAILED) == 1
    assert flown(mercy).has_passed
    assert ("canary.failed", stage) not in open_alarms(mercy)


def test_one_that_is_not_accepted_fails_at_the_door(mercy, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(blobs, "put", raising(RetryableError("storage-unavailable")))
        flight = flown(mercy)
    assert (flight.verdict.stage, flight.verdict.code) == ("accept", "storage-unavailable")
    assert open_alarms(mercy) == [("canary.not_accepted", "")]
    look_at(mercy.pk)
    assert open_alarms(mercy) == [("canary.not_accepted", "")]
    assert flown(mercy).has_passed
    assert open_alarms(mercy) == []


def test_one_that_nobody_takes_up_is_under_way_and_later_overdue(mercy, settings, monkeypatch):
    flight = send.send_canary(mercy.pk, works=False)
    assert flight.verdict == verdict.Verdict("waiting", "scan")
    look_at(mercy.pk)
    assert open_alarms(mercy) == []
    monkeypatch.setattr(verdict, "OVERDUE", verdict.OVERDUE * 0)
    look_at(mercy.pk)
    assert open_alarms(mercy) == [("canary.failed", "scan")]


def test_what_a_failed_one_left_is_no_work_of_the_organizations(mercy, monkeypatch):
    losing_bytes(monkeypatch)
    flown(mercy)
    look_at(mercy.pk)
    assert "queue.given_up" not in dict(open_alarms(mercy))
    with inside(mercy):
        assert Ingress.objects.get().state == "quarantined"


def test_an_organization_that_sends_no_ecgs_is_sent_none(mercy):
    with inside(mercy):
        Organization.objects.update(type="research")
    with pytest.raises(CommandError, match="of type research sends no ECGs"):
        command(mercy)
    with inside(mercy):
        assert not Ingress.objects.exists()
