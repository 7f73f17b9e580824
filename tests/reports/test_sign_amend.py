"""Amending: a new version with a reason; what was signed stays as it was."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from apps.reports.actions import NotAmendable, NotSignable, begin_amendment, signed_pdf
from apps.reports.models import Report, ReportVersion, Signature
from tests.database import committed, raw_connection
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.reports.signing import TEXT, amend_recording, report_of, sign, sign_recording, write

pytestmark = committed


def begin(recording, reader, reason="Axis misread"):
    with inside(recording.organization):
        report = report_of(recording)
        return begin_amendment(report, reader=reader, reason=reason, now=timezone.now())


def test_an_amendment_is_a_new_version_with_its_reason(mercy, reader, recording):
    sign_recording(recording, reader)
    version = amend_recording(recording, reader, "Left axis deviation.", "Axis misread")
    assert (version.number, version.amendment_reason) == (2, "Axis misread")
    assert json.loads(version.content)["amendment_reason"] == "Axis misread"
    with inside(mercy):
        assert Signature.objects.get(version=version).meaning == "amendment"
    report = report_of(recording)
    assert (report.status, report.version_count, report.amendment_reason) == ("amended", 2, "")
    assert codes_of(mercy)[-3:] == [
        "reports.report.amending",
        "reports.report.edited",
        "reports.report.amended",
    ]


def test_the_first_version_stays_readable_as_it_was_signed(mercy, reader, recording):
    first = sign_recording(recording, reader)
    with inside(mercy):
        before = signed_pdf(first)
    second = amend_recording(recording, reader, "Left axis deviation.")
    with inside(mercy):
        kept = ReportVersion.objects.get(pk=first.pk)
        assert (kept.interpretation, kept.content) == (TEXT, first.content)
        assert signed_pdf(kept) == before
        assert signed_pdf(second) != before
        assert [version.number for version in ReportVersion.objects.all()] == [1, 2]


def test_an_amendment_begins_with_the_text_that_was_signed(mercy, reader, recording):
    sign_recording(recording, reader)
    report = begin(recording, reader)
    assert (report.status, report.draft_text) == ("amending", TEXT)
    assert (report.draft_saved_by_id, report.version_count) == (reader.pk, 1)


def test_a_page_shown_before_the_amendment_signs_nothing_of_it(mercy, reader, recording):
    sign_recording(recording, reader)
    shown = report_of(recording).draft_revision
    assert begin(recording, reader).draft_revision == shown + 1


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_an_amendment_needs_a_reason(mercy, reader, recording, reason):
    sign_recording(recording, reader)
    with pytest.raises(NotAmendable):
        begin(recording, reader, reason)
    assert report_of(recording).status == "signed"


def test_only_what_is_signed_is_amended(mercy, reader, recording):
    with pytest.raises(NotAmendable):
        begin(recording, reader)
    sign_recording(recording, reader)
    begin(recording, reader)
    with pytest.raises(NotAmendable):
        begin(recording, reader)


def test_an_amended_report_is_amended_again(mercy, reader, recording):
    sign_recording(recording, reader)
    amend_recording(recording, reader, "Second.")
    assert amend_recording(recording, reader, "Third.").number == 3
    assert report_of(recording).status == "amended"


def test_an_amendment_that_says_nothing_is_not_signed(mercy, reader, recording):
    sign_recording(recording, reader)
    begin(recording, reader)
    with inside(mercy):
        write(report_of(recording), reader, " ")
        with pytest.raises(NotSignable):
            sign(report_of(recording), reader)


def test_two_who_amend_at_once_make_one_amendment(mercy, reader, recording):
    sign_recording(recording, reader)

    def amend(_number):
        try:
            begin(recording, reader)
        except NotAmendable:
            return "refused"
        finally:
            connections.close_all()
        return "begun"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(amend, range(2))) == ["begun", "refused"]


@pytest.mark.parametrize("table", ["reports_reportversion", "reports_signature"])
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
@pytest.mark.parametrize("role", ["default", "owner"])
def test_no_role_changes_what_was_signed(mercy, reader, recording, table, change, role):
    sign_recording(recording, reader)
    statement = change.format(table)
    if table.endswith("signature"):
        statement = statement.replace("created_at", "signed_at")
    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)
    with raw_connection(role) as raw, raw.transaction(force_rollback=True):
        raw.execute("SELECT set_config('app.organization_id', %s, true)", [str(mercy.pk)])
        if role == "owner":
            raw.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(refused):
            raw.execute(statement)
    with inside(mercy):
        assert Report.objects.get().version_count == ReportVersion.objects.count() == 1
