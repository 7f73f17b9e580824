"""The rules of processing: set in the administration, on the record, and effective."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from apps.ingestion.models import IdentityCase, Ingress, ProcessingRules
from tests.admin.people import events, page, signed_in
from tests.database import committed
from tests.factories import inside, make_waveform
from tests.ingestion.files import LOCAL, bring_in, ecg_file, process_waiting, reloaded

pytestmark = committed

GIVEN = {
    "unscanned": "pass",
    "unpacks_archives": "on",
    "duplicate_window_seconds": "120",
    "order_minutes_before": "60",
    "order_minutes_after": "1440",
}


def save(user, organization, **changes):
    """As the page does: added once, changed from then on."""
    with inside(organization):
        row = ProcessingRules.objects.first()
    address = page(ProcessingRules, "change", row) if row else page(ProcessingRules, "add")
    answer = signed_in(user).post(address, GIVEN | changes)
    assert answer.status_code == 302


def test_every_change_is_on_the_record_with_what_was_before(mercy, admin_user):
    save(admin_user, mercy, unscanned="hold")
    save(admin_user, mercy, refused_formats=["dicom", "pdf"])
    found = [row for row in events(mercy) if row.code == "ingestion.rules.changed"]
    assert [json.loads(row.details) for row in found] == [
        {"field": "unscanned", "before": "pass", "after": "hold"},
        {"field": "unscanned", "before": "hold", "after": "pass"},
        {"field": "refused_formats", "before": "none", "after": "dicom, pdf"},
    ]
    assert {row.actor_id for row in found} == {admin_user.pk}


def test_a_format_of_no_decoder_and_a_window_of_a_day_are_refused(mercy, admin_user):
    client = signed_in(admin_user)
    wrong = GIVEN | {"refused_formats": ["papyrus"], "duplicate_window_seconds": "86400"}
    wrong |= {"share_rest_seconds": "9", "share_unfinished_minutes": "0"}
    wrong |= {"uploads_open": "0", "uploads_open_gb": "0"}
    answer = client.post(page(ProcessingRules, "add"), wrong)
    assert set(answer.context["adminform"].form.errors) == {
        *("refused_formats", "duplicate_window_seconds"),
        *("share_rest_seconds", "share_unfinished_minutes"),
        *("uploads_open", "uploads_open_gb"),
    }


def test_there_is_one_set_of_rules(mercy, admin_user):
    save(admin_user, mercy)
    assert signed_in(admin_user).get(page(ProcessingRules, "add")).status_code == 403


def test_a_format_that_is_not_taken_is_refused_until_it_is(mercy, lakeside, admin_user):
    save(admin_user, mercy, refused_formats=["dicom"])
    row, elsewhere = bring_in(mercy, ecg_file()), bring_in(lakeside, ecg_file())
    assert (row.state, row.error_code, row.format) == ("quarantined", "format-not-taken", "dicom")
    assert "processing rules leave the format out" in row.refusal_message
    assert elsewhere.outcome == Ingress.Outcome.NEW
    save(admin_user, mercy)
    process_waiting()
    assert reloaded(row).outcome == Ingress.Outcome.NEW


def test_a_pdf_is_a_format_like_others(mercy, admin_user):
    save(admin_user, mercy, refused_formats=["pdf"])
    row = bring_in(mercy, b"%PDF-1.7 about a trace\n%%EOF")
    assert (row.error_code, row.format) == ("format-not-taken", "pdf")


@pytest.mark.parametrize(("seconds", "asked"), [("120", 0), ("600", 1), ("0", 0)])
def test_alike_ecgs_are_asked_about_within_the_window(mercy, admin_user, seconds, asked):
    save(admin_user, mercy, duplicate_window_seconds=seconds)
    first, alike = make_waveform(seed=1), make_waveform(seed=1)
    alike.counts[0, 8] += 1
    bring_in(mercy, ecg_file(first))
    bring_in(mercy, ecg_file(alike, at=LOCAL + dt.timedelta(minutes=5)))
    with inside(mercy):
        assert IdentityCase.objects.filter(kind="possible_duplicate").count() == asked
