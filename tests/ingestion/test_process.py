"""Files that are refused, bytes that are not genuine, and work that was cut short."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from apps.audit.models import AuditEvent
from apps.core import leases
from apps.core.leases import Leased
from apps.ecg.formats.sandbox import DecoderUnavailable
from apps.ecg.models import Recording
from apps.ingestion import jobs, link
from apps.ingestion.actions import RAW
from apps.ingestion.models import Ingress, RecordingArrival
from apps.tenants import blobs
from tests.database import committed
from tests.factories import inside
from tests.formats import ecgs
from tests.ingestion.files import (
    arrivals_of,
    bring_in,
    codes_of,
    ecg_file,
    process_waiting,
    reloaded,
    send,
)

pytestmark = committed

SECRET = "Quillfeather"


@pytest.fixture
def at_once(settings):
    settings.RETRY_BACKOFF_SECONDS = 1e-9


def refused_file():
    """A file of a real patient whose samples have no unit."""

    def without_unit(dataset):
        for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
            del channel.ChannelSensitivityUnitsSequence

    patient = ecgs.PatientIdentity(family_name=SECRET, identifier=f"MRN-{SECRET}")
    return ecgs.edited(ecg_file(patient=patient), without_unit)


def test_a_file_that_is_no_ecg_is_refused_in_words(mercy):
    row = bring_in(mercy, b"Rota for the week\n", filename="rota.txt")
    assert (row.state, row.outcome) == (Leased.State.QUARANTINED, Ingress.Outcome.QUARANTINED)
    assert row.error_code
    assert len(row.refusal_message) > 20
    assert row.recording is None
    assert arrivals_of(mercy) == []


def test_a_refusal_keeps_the_bytes_and_names_the_field(mercy):
    row = bring_in(mercy, refused_file())
    assert row.state == Leased.State.QUARANTINED
    assert row.refusal_field
    assert blobs.get(mercy.pk, RAW, row.sha256) == refused_file()
    with inside(mercy):
        event = AuditEvent.objects.get(code="ingestion.file.quarantined")
    assert json.loads(event.details) == {"code": row.error_code, "field": row.refusal_field}


def test_a_refusal_repeats_nothing_of_the_patient(mercy, owner_dump, log_text):
    bring_in(mercy, refused_file())
    assert owner_dump(SECRET) == []
    assert SECRET not in log_text()


def test_a_replayed_refusal_is_decoded_again(mercy, monkeypatch):
    refuse = jobs.decode_limited
    with monkeypatch.context() as older:
        older.setattr(
            jobs, "decode_limited", lambda _data, **_known: refuse(b"no format of that version")
        )
        row = bring_in(mercy, ecg_file())
    assert row.state == Leased.State.QUARANTINED
    with inside(mercy):
        assert leases.replay(row)
    process_waiting()
    assert reloaded(row).outcome == Ingress.Outcome.NEW
    assert reloaded(row).error_code == ""


def test_a_refused_files_copy_is_refused_too(mercy):
    assert bring_in(mercy, refused_file()).state == Leased.State.QUARANTINED
    assert bring_in(mercy, refused_file()).state == Leased.State.QUARANTINED


def stored_path(row):
    return settings.BLOB_ROOT / f"org/{row.organization_id}/raw/{row.sha256}"


def test_bytes_that_were_changed_are_never_parsed(mercy):
    row = send(mercy, ecg_file()).ingress
    path = stored_path(row)
    sealed = bytearray(path.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    path.write_bytes(sealed)
    process_waiting()
    found = reloaded(row)
    assert (found.state, found.error_code) == (Leased.State.DEAD, "stored-bytes-not-genuine")
    path.unlink()


def test_bytes_that_are_gone_are_said_to_be_gone(mercy):
    row = send(mercy, ecg_file(3)).ingress
    stored_path(row).unlink()
    process_waiting()
    found = reloaded(row)
    assert (found.state, found.error_code) == (Leased.State.DEAD, "stored-bytes-missing")


def test_a_decoder_that_cannot_start_says_nothing_about_the_file(mercy, at_once, monkeypatch):
    def unavailable(_data, **_known):
        raise DecoderUnavailable

    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(jobs, "decode_limited", unavailable)
        row = bring_in(mercy, ecg_file())
    assert (row.state, row.error_code) == (Leased.State.DEAD, "decoder-unavailable")
    with inside(mercy):
        assert leases.replay(row)
    process_waiting()
    assert reloaded(row).outcome == Ingress.Outcome.NEW


@pytest.mark.parametrize("place", ["create_recording", "_link", "advance"])
def test_work_cut_short_leaves_nothing_and_is_done_once(mercy, at_once, monkeypatch, place):
    whole = getattr(link, place)
    crashes = iter([True])

    def crash_once(*args, **fields):
        done = whole(*args, **fields)
        if next(crashes, False):
            with inside(mercy):
                assert Recording.objects.count() == 1
            raise MemoryError
        return done

    monkeypatch.setattr(link, place, crash_once)
    row = bring_in(mercy, ecg_file())
    assert (row.outcome, row.attempts) == (Ingress.Outcome.NEW, 2)
    with inside(mercy):
        assert Recording.objects.count() == RecordingArrival.objects.count() == 1
    assert codes_of(mercy).count("ecg.recording.created") == 1
