"""The ingestion page: by path, site and device, what became of files, how fast, what waits."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.ecg.models import Device
from apps.ingestion import figures
from apps.ingestion.figures import OUTCOMES, coming_since
from apps.ingestion.models import Ingress
from apps.tenants.access import Active
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_ingress, make_recording, make_stage_run, make_user
from tests.isolation.rows import make_row
from tests.isolation.world import make_upload
from tests.many import multiply, tighten_indexes

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


def came(organization, ago=SECOND, **fields):
    row = make_ingress(organization, **fields)
    with inside(organization):
        Ingress.objects.filter(pk=row.pk).update(received_at=timezone.now() - ago)
        return Ingress.objects.get(pk=row.pk)


def measured(organization, seconds, **fields):
    """Accepted, and measured so long after it came; further stages do not count."""
    recording = make_recording(organization, **fields)
    row = came(organization, 30 * SECOND, state="done", outcome="new", recording=recording)
    finished = row.received_at + seconds * SECOND
    make_stage_run(recording, "measure", state="done", finished_at=finished)
    make_stage_run(recording, "draft", state="done", finished_at=finished + HOUR)
    return row


def coming(organization):
    with inside(organization):
        return coming_since(Active(organization.pk, "technician"), timezone.now() - HOUR)


@pytest.mark.parametrize(
    ("state", "outcome", "column"),
    [
        ("done", "new", "accepted"),
        ("duplicate", "same_bytes", "linked"),
        ("duplicate", "same_signal", "linked"),
        ("duplicate", "identity_conflict", "to_resolve"),
        ("done", "document", "beside"),
        ("quarantined", "quarantined", "quarantined"),
        ("dead", "pending", "given_up"),
        ("received", "pending", "working"),
        ("received", "quarantined", "working"),
    ],
)
def test_every_file_is_in_exactly_one_column(mercy, state, outcome, column):
    came(mercy, state=state, outcome=outcome)
    (line,) = coming(mercy).paths
    assert dict(zip(OUTCOMES, line.outcomes, strict=True)) == dict.fromkeys(OUTCOMES, 0) | {
        column: 1
    }


def test_latency_is_received_to_measured_by_nearest_rank(mercy):
    for seconds in (1, 2, 3, 20):
        measured(mercy, seconds)
    whole = coming(mercy).whole
    assert whole is not None
    assert (whole.count, whole.p50, whole.p95) == (4, 2 * SECOND, 20 * SECOND)


def test_files_are_told_apart_by_path_site_and_device(mercy):
    ward = make_row(Site, mercy, name="Ward 7")
    cart = make_row(Device, mercy, manufacturer="Acme", model_name="Cart 1")
    measured(mercy, 1, device=cart)
    came(mercy, source="smb", site=ward, state="quarantined", error_code="not-an-ecg")
    came(mercy, source="smb", is_canary=True)
    came(mercy, 2 * HOUR, source="ehr")
    found = coming(mercy)
    assert {(line.name, line.count, line.failing) for line in found.paths} == {
        (("web",), 1, 0), (("smb",), 1, 1)
    }  # fmt: skip
    assert ("Ward 7",) in [line.name for line in found.sites]
    assert [line.name for line in found.devices] == [("Acme", "Cart 1")]
    assert found.refusals == [("not-an-ecg", 1)]


def test_what_waits_is_counted_with_the_oldest(mercy):
    oldest = came(mercy, 3 * HOUR)
    came(mercy)
    came(mercy, 9 * HOUR, is_canary=True)
    make_stage_run(make_recording(mercy, is_canary=True), "measure")
    files, recordings = coming(mercy).queues
    assert (files.depth, files.oldest) == (2, oldest.received_at)
    assert (recordings.depth, recordings.oldest) == (0, None)


def test_more_than_is_counted_says_so_and_costs_no_more(mercy, monkeypatch):
    monkeypatch.setattr(figures, "MOST", 2)
    for _ in range(3):
        came(mercy, state="done", outcome="new")
    found = coming(mercy)
    assert found.is_cut
    assert found.whole.count == 2


@committed
def test_the_window_is_read_by_an_index_and_no_further(mercy):
    multiply(mercy, came(mercy, 9 * HOUR), unique="idem_key")
    tighten_indexes()
    with inside(mercy):
        with CaptureQueriesContext(connection) as asked:
            coming_since(Active(mercy.pk, "technician"), timezone.now() - HOUR)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN (FORMAT JSON) {asked[0]['sql']}")
            plan = json.dumps(cursor.fetchone()[0])
    assert re.search(r'"Index Name": "ingress_newest".*?"Index Cond": ".*?received_at >=', plan)
    assert '"Node Type": "Limit"' in plan


@committed
def test_the_page_shows_words_for_paths_and_outcomes(client_of, technician, mercy, lakeside):
    measured(mercy, 2)
    came(mercy, source="dicom", state="quarantined", error_code="lead-unknown")
    came(lakeside, source="smb")
    page = client_of(technician).get("/ingestion").content.decode()
    for words in ("Web upload", "DICOM network", "Accepted", "lead-unknown", "2.0 s", "Not stated"):
        assert words in page
    assert "File share" not in page


@committed
def test_the_page_counts_uploads_that_are_not_finished(client_of, technician, mercy, lakeside):
    make_upload(mercy, "api")
    make_upload(lakeside, "api")
    page = client_of(technician).get("/ingestion").content.decode()
    assert '1 <span class="meta">of 200 that may be</span>' in page


@committed
@pytest.mark.parametrize(("query", "status"), [("", 200), ("?hours=168", 200), ("?hours=9", 404)])
def test_only_windows_of_the_page_are_asked(client_of, technician, query, status):
    assert client_of(technician).get(f"/ingestion{query}").status_code == status


@committed
def test_who_may_see_no_recordings_sees_no_ingestion(client_of, mercy):
    assert client_of(make_user(mercy, "auditor")).get("/ingestion").status_code == 403
