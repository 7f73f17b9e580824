"""Signing: the right person, the right revision, once, for ever."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections

from apps.audit.models import AuditEvent
from apps.core.blobs.sealing import Unsealable
from apps.ecg.models import Measurement, StageRun
from apps.reports.actions import (
    NotSignable,
    Stale,
    WrongPassword,
    sign_report,
    signed_pdf,
    viewed_digest,
)
from apps.reports.models import Report, ReportVersion, Signature
from apps.reports.pdf.content import Document
from tests.database import committed
from tests.factories import PASSWORD, inside, make_recording
from tests.ingestion.files import codes_of
from tests.reports.signing import TEXT, report_of, sign, sign_recording, write

pytestmark = committed

NOW = dt.datetime(2026, 3, 2, 12, 34, 56, tzinfo=dt.UTC)


def counted(organization):
    with inside(organization):
        return [model.objects.count() for model in (ReportVersion, Signature, StageRun)]


def test_a_signature_says_who_when_what_and_how(mercy, reader, recording):
    version = sign_recording(recording, reader, now=NOW)
    with inside(mercy):
        signature = Signature.objects.get()
    assert (signature.version_id, signature.signer_id) == (version.pk, reader.pk)
    assert (signature.printed_name, signature.signed_at) == (reader.full_name, NOW)
    assert (signature.meaning, signature.method) == ("approval", "password")
    assert signature.content_sha256 == version.content_sha256


def test_the_signed_hash_is_of_the_stored_content_which_names_the_pdf(mercy, reader, recording):
    version = sign_recording(recording, reader, now=NOW)
    content = json.loads(version.content)
    assert hashlib.sha256(version.content.encode()).hexdigest() == version.content_sha256
    assert content["pdf_sha256"] == version.pdf_sha256
    assert (content["version"], content["snapshot"]["interpretation"]) == (1, TEXT)
    assert content["signed"] == {
        "printed_name": reader.full_name,
        "signer": str(reader.public_id),
        "signed_at": NOW.isoformat(),
        "meaning": "Interpretation approved",
    }


def test_the_stored_pdfs_are_the_ones_that_were_signed(mercy, reader, recording):
    version = sign_recording(recording, reader)
    with inside(mercy):
        report, form = (signed_pdf(version, document) for document in Document)
    assert report.startswith(b"%PDF-")
    assert form.startswith(b"%PDF-")
    hashes = [hashlib.sha256(data).hexdigest() for data in (report, form)]
    assert hashes == [version.pdf_sha256, version.form_sha256]
    assert json.loads(version.content)["form_sha256"] == version.form_sha256


def test_a_stored_pdf_that_was_changed_is_never_served(mercy, reader, recording):
    version = sign_recording(recording, reader)
    path = settings.BLOB_ROOT / f"org/{mercy.pk}/pdf/{version.pdf_sha256}"
    path.write_bytes(path.read_bytes()[:-40] + b"x" * 40)
    with inside(mercy), pytest.raises(Unsealable):
        signed_pdf(version)


def test_signing_ends_the_reading_and_hands_on(mercy, reader, recording):
    version = sign_recording(recording, reader)
    report = report_of(recording)
    assert (report.status, report.version_count) == ("signed", 1)
    with inside(mercy):
        rows = StageRun.objects.order_by("id").values_list("stage", "subject", "trace_id")
        stages = list(rows)
        event = AuditEvent.objects.get(code="reports.report.signed")
    subject = f"version:{version.public_id}"
    trace_id = recording.trace_id
    assert stages == [("deliver", subject, trace_id), ("charge", subject, trace_id)]
    assert event.actor_id == reader.pk
    details = json.loads(event.details)
    assert (details["version"], details["sha256"]) == (1, version.content_sha256)
    assert (details["status"], details["version_id"]) == ("signed", str(version.public_id))


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper()])
def test_without_the_password_nothing_is_signed(mercy, reader, recording, password):
    with inside(mercy), pytest.raises(WrongPassword):
        sign(report_of(recording), reader, password=password)
    assert counted(mercy) == [0, 0, 0]
    assert report_of(recording).status == "draft"


def test_only_the_revision_that_was_shown_is_signed(mercy, reader, recording):
    shown = report_of(recording)
    with inside(mercy):
        write(shown, reader, "Changed meanwhile.")
    with inside(mercy), pytest.raises(Stale) as stale:
        sign(shown, reader, revision=shown.draft_revision)
    assert stale.value.report.draft_text == "Changed meanwhile."
    assert counted(mercy) == [0, 0, 0]


@pytest.mark.parametrize("text", ["", "  \n\t ", "Rate ___ /min."])
def test_a_report_that_says_nothing_or_has_a_blank_left_is_not_signed(
    mercy, reader, recording, text
):
    with inside(mercy):
        write(report_of(recording), reader, text)
        with pytest.raises(NotSignable):
            sign(report_of(recording), reader)
    assert counted(mercy) == [0, 0, 0]


def test_signing_twice_is_refused(mercy, reader, recording):
    sign_recording(recording, reader)
    with inside(mercy), pytest.raises(NotSignable):
        sign(report_of(recording), reader)
    assert counted(mercy) == [1, 1, 2]


def test_a_double_click_signs_once(mercy, reader, recording):
    report = report_of(recording)

    def click(_number):
        try:
            with inside(mercy):
                sign(report, reader)
        except NotSignable:
            return "refused"
        finally:
            connections.close_all()
        return "signed"

    with ThreadPoolExecutor(2) as clicks:
        assert sorted(clicks.map(click, range(2))) == ["refused", "signed"]
    assert counted(mercy) == [1, 1, 2]
    assert codes_of(mercy).count("reports.report.signed") == 1


def test_an_edit_that_races_a_signature_is_in_it_or_refused(mercy, reader, recording):
    shown = report_of(recording)

    def act(action):
        try:
            with inside(mercy):
                action()
        except Exception as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "done"

    with inside(mercy):
        viewed = viewed_digest(shown)
    actions = [
        lambda: write(shown, reader, "Edited."),
        lambda: sign_report(
            shown,
            reader=reader,
            revision=shown.draft_revision,
            viewed=viewed,
            password=PASSWORD,
            now=NOW,
        ),
    ]
    with ThreadPoolExecutor(2) as both:
        edited, signed = both.map(act, actions)
    assert (edited, signed) in {("done", "Stale"), ("NotEditable", "done")}


def test_a_crash_while_signing_leaves_a_draft(mercy, reader, recording, monkeypatch):
    from apps.reports import actions

    def killed(*_args, **_fields):
        raise MemoryError

    with monkeypatch.context() as crashing:
        crashing.setattr(actions, "advance", killed)
        with inside(mercy), pytest.raises(MemoryError):
            sign(report_of(recording), reader)
    assert report_of(recording).status == "draft"
    assert counted(mercy) == [0, 0, 0]
    assert sign_recording(recording, reader).number == 1


def test_a_strangers_organization_holds_none_of_it(mercy, lakeside, reader, recording):
    version = sign_recording(recording, reader)
    with inside(lakeside):
        assert Report.objects.count() == ReportVersion.objects.count() == 0
        with pytest.raises(Report.DoesNotExist):
            sign(version.report, reader)


def test_each_recording_has_its_own_report_and_version(mercy, reader):
    first, second = (sign_recording(make_recording(mercy), reader) for _ in range(2))
    assert (first.number, second.number) == (1, 1)
    assert first.report_id != second.report_id
    assert first.content_sha256 != second.content_sha256


def test_a_result_that_arrives_after_the_page_was_shown_is_not_signed(mercy, reader, recording):
    with inside(mercy):
        report = write(report_of(recording), reader, TEXT)
        seen = viewed_digest(report)
        Measurement.objects.create(
            organization=mercy,
            recording=recording,
            name="qt_ms",
            value=400,
            unit="ms",
            source="platform",
            method="late@1",
        )
        with pytest.raises(Stale):
            sign(report, reader, viewed=seen)
        assert not ReportVersion.objects.exists()
