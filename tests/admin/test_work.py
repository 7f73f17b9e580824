"""Work in progress and the record: replay, reports that never change, the audit trail."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django_q.models import OrmQ

from apps.audit.models import AuditEvent
from apps.core.admin_lists import BOUND, BoundedPaginator
from apps.ecg.models import Recording, StageRun
from apps.inference.models import InferenceRun
from apps.ingestion.models import Ingress, StorageCommitment
from apps.integrations.models import Delivery, Submission
from apps.reports.models import Report, ReportVersion, Signature
from tests.admin.people import (
    entered,
    events,
    page,
    platform_staff,
    recorded,
    row_of,
    signed_in,
)
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.isolation.rows import make_row, named

pytestmark = committed

REPLAYED = {
    Ingress: "ingestion.file.replayed",
    StorageCommitment: "ingestion.commitment.replayed",
    StageRun: "ecg.stage.replayed",
    InferenceRun: "inference.run.replayed",
    Submission: "integrations.submission.replayed",
    Delivery: "integrations.delivery.replayed",
}


def replay(client, model, *rows):
    chosen = {"action": "replay", "_selected_action": [row.pk for row in rows]}
    return client.post(page(model), chosen, follow=True)


@pytest.mark.parametrize("model", REPLAYED, ids=named)
def test_a_row_given_up_goes_back_in_the_queue(model, mercy, admin_user):
    row = make_row(model, mercy, state="dead", attempts=5, error_code="crashed")
    text = replay(signed_in(admin_user), model, row).content.decode()
    assert "1 row is back in the queue." in text
    with inside(mercy):
        found = model.objects.get(pk=row.pk)
    assert (found.state, found.attempts, found.error_code) == ("received", 0, "")
    [event] = events(mercy, REPLAYED[model])
    assert event.actor == admin_user
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize("model", REPLAYED, ids=named)
def test_a_row_that_is_done_is_not_replayed(model, mercy, admin_user):
    row = make_row(model, mercy, state="done")
    assert "Nothing to run again" in replay(signed_in(admin_user), model, row).content.decode()
    assert events(mercy, REPLAYED[model]) == []
    assert not OrmQ.objects.exists()


def test_rows_that_are_done_take_no_place_among_those_replayed_at_once(
    mercy, admin_user, monkeypatch
):
    monkeypatch.setattr("apps.audit.admin_queue.MOST_AT_ONCE", 1)
    rows = [make_ingress(mercy, state=state) for state in ("done", "dead", "done")]
    text = replay(signed_in(admin_user), Ingress, *rows).content.decode()
    assert "1 row is back in the queue." in text


def test_a_row_of_elsewhere_is_not_replayed(mercy, lakeside, admin_user):
    foreign = make_ingress(lakeside, state="dead")
    replay(signed_in(admin_user), Ingress, foreign)
    with inside(lakeside):
        assert Ingress.objects.get(pk=foreign.pk).state == "dead"


def test_platform_staff_replay_nothing(mercy):
    row = make_ingress(mercy, state="quarantined")
    assert replay(signed_in(platform_staff()), Ingress, row).status_code == 403
    replay(entered(mercy), Ingress, row)
    assert events(mercy, REPLAYED[Ingress]) == []


def test_a_technician_replays_from_the_queue(mercy, technician):
    row = make_ingress(mercy, state="dead")
    replay(signed_in(technician), Ingress, row)
    assert [event.actor for event in events(mercy, REPLAYED[Ingress])] == [technician]


@pytest.mark.parametrize(
    "model", [Report, ReportVersion, Signature, AuditEvent, Recording], ids=named
)
def test_no_post_changes_what_is_signed_or_recorded(model, mercy, admin_user):
    row = row_of(model, mercy)
    client = signed_in(admin_user)
    values = {field.name: "1" for field in model._meta.local_fields}
    pages = [page(model, "change", row), page(model, "add"), page(model, "delete", row)]
    assert [client.post(a, values | {"post": "yes"}).status_code for a in pages] == [403] * 3
    listed = client.post(page(model), {"form-TOTAL_FORMS": "1", "_save": "Save", **values})
    assert listed.status_code in (200, 302)
    with inside(mercy):
        again = model.objects.get(pk=row.pk)
        assert all(
            getattr(again, f.attname) == getattr(row, f.attname) for f in model._meta.local_fields
        )


def test_a_report_shows_versions_signatures_and_its_events(mercy, admin_user, reader):
    version = make_row(ReportVersion, mercy, number=1, content="SECRETTEXT", interpretation="AFIB")
    signature = make_row(Signature, mercy, version=version, signer=reader, printed_name="Dr Ada")
    for code in ("reports.report.drafted", "reports.report.signed"):
        recorded(mercy, code, version.report, actor=reader, version=1)
    text = signed_in(admin_user).get(page(Report, "change", version.report)).content.decode()
    shown = ["Dr Ada", signature.content_sha256, signature.get_meaning_display()]
    assert all(word in text for word in shown)
    assert text.index("Report drafted") < text.index("Report signed")
    assert "SECRETTEXT" not in text
    assert "AFIB" not in text


def test_reading_clinical_rows_is_recorded(mercy, admin_user):
    report = make_row(Report, mercy)
    client = signed_in(admin_user)
    client.get(page(Report) + "?status__exact=draft")
    client.get(page(Report, "change", report))
    listed, read = events(mercy, "web.admin.viewed")
    assert json.loads(listed.details) == {
        "filters": ["status__exact"],
        "page": "reports.report:list",
    }
    assert (read.object_id, read.actor) == (str(report.public_id), admin_user)


def test_reading_the_trail_is_recorded(mercy, admin_user):
    client = signed_in(admin_user)
    client.get(page(AuditEvent))
    text = client.get(page(AuditEvent) + "?code=audit.trail.viewed").content.decode()
    assert "Audit trail viewed" in text
    assert len(events(mercy, "audit.trail.viewed")) == 2


@pytest.mark.parametrize("what", ["code", "kind", "q"])
def test_the_trail_is_filtered(what, mercy, admin_user):
    recorded(mercy, "reports.report.signed", make_row(Report, mercy))
    recorded(mercy, "web.admin.added", actor=admin_user)
    asked = {"code": "reports.report.signed", "kind": "reports.report", "q": admin_user.email}
    cl = signed_in(admin_user).get(page(AuditEvent), {what: asked[what]}).context["cl"]
    assert [event.seq for event in cl.result_list] == [2 if what == "q" else 1]


def test_no_page_carries_a_waveform_or_a_password(mercy, admin_user):
    client = signed_in(admin_user)
    fields = client.get(page(Recording, "change", make_row(Recording, mercy))).content.decode()
    assert "sealed" not in fields
    user = client.get(page(type(admin_user), "change", admin_user)).content.decode()
    assert admin_user.password not in user


def test_a_list_counts_no_further_than_its_bound(mercy):
    with inside(mercy), connection.execute_wrapper(_Limit()):
        assert BoundedPaginator(Ingress.objects.order_by("id"), 50).count == 0
        assert f"LIMIT {BOUND + 1}" in _Limit.seen


@pytest.mark.parametrize("guess", ["password__startswith=s", "email=a", "is_superuser=1"])
def test_hidden_columns_cannot_be_guessed_by_filter(guess, admin_user):
    client = signed_in(admin_user)
    assert client.get(page(type(admin_user)) + "?is_active__exact=1").status_code == 200
    assert client.get(page(type(admin_user)) + f"?{guess}").status_code == 400


@pytest.mark.parametrize("term", ["x", "' OR 1=1", "00000000-0000-4000-8000-000000000000", "\x00"])
def test_any_search_is_answered(term, mercy, admin_user):
    client = signed_in(admin_user)
    for model in (Ingress, Report, AuditEvent, type(admin_user)):
        assert client.get(page(model), {"q": term}).status_code in (200, 302)


def test_a_list_takes_few_queries(mercy, admin_user, django_assert_max_num_queries):
    for _ in range(10):
        make_row(InferenceRun, mercy)
    client = signed_in(admin_user)
    client.get(page(InferenceRun))
    with django_assert_max_num_queries(32):
        client.get(page(InferenceRun))


class _Limit:
    seen = ""

    def __call__(self, execute, sql, params, many, context):
        _Limit.seen = sql
        return execute(sql, params, many, context)
