"""Dashboards: who sees which view, what is asked is checked, and the same numbers as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.reports.figures.definitions import topics_of
from apps.reports.figures.hourly import count_days
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_recording, make_user
from tests.isolation.rows import make_row
from tests.web.pages import mrn_of

pytestmark = committed


def count(organization):
    with inside(organization):
        count_days(organization.pk, timezone.now())


def page_of(client, address="/dashboards"):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("technician", ["clinical", "engineering"]),
        ("reader", ["clinical"]),
        ("administrator", ["clinical", "compliance", "engineering"]),
        ("auditor", ["compliance"]),
    ],
)
def test_each_role_has_its_views_and_no_other(client_of, mercy, role, seen):
    client = client_of(make_user(mercy, role))
    page = page_of(client)
    assert re.findall(r'href="\?view=(\w+)[^"]*"[^>]*>(?:Clin|Compl|Engin)', page) == seen
    for view in {"clinical", "compliance", "engineering"} - set(seen):
        assert client.get(f"/dashboards?view={view}").status_code == 403
        assert client.get(f"/dashboards/table.csv?view={view}&chart=volume").status_code == 403


def test_every_chart_has_its_definition_its_unit_and_its_table(client_of, admin_user, mercy):
    make_recording(mercy)
    count(mercy)
    for view in ("clinical", "compliance", "engineering"):
        page = page_of(client_of(admin_user), f"/dashboards?view={view}")
        for topic in topics_of(view):
            assert f'<title id="t-{topic.name}">{topic.title}, {topic.unit}, by day' in page
            for figure in topic.figures:
                assert figure.definition in page
        assert page.count("Show as table") == len(topics_of(view))
        assert "style=" not in page


def test_a_site_has_its_own_numbers(client_of, reader, mercy):
    ward = make_row(Site, mercy, name="=Ward 7")
    make_recording(mercy, site=ward)
    make_recording(mercy)
    count(mercy)
    client = client_of(reader)
    address = f"?chart=volume&site={ward.public_id}"
    answer = client.get(f"/dashboards/table.csv{address}")
    *_, last = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert last == [dt.datetime.now(dt.UTC).date().isoformat(), "'=Ward 7", "1"]
    whole = client.get("/dashboards/table.csv?chart=volume").content.decode()
    assert whole.strip().endswith(",All,2")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-11-05&until=2026-11-01", 400),
        ("since=2020-01-01&until=2026-01-01", 400),
        ("since=yesterday", 400),
        ("view=secret", 404),
        ("site=00000000-0000-4000-8000-000000000000", 404),
        ("site=nowhere", 404),
    ],
)
def test_what_is_asked_is_checked(client_of, reader, query, status):
    client = client_of(reader)
    assert client.get(f"/dashboards?{query}").status_code == status
    assert client.get(f"/dashboards/table.csv?chart=volume&{query}").status_code == status


def test_a_chart_of_another_view_is_no_file(client_of, reader):
    answer = client_of(reader).get("/dashboards/table.csv?view=clinical&chart=alarms")
    assert answer.status_code == 404


def test_a_site_of_another_organization_is_nowhere(client_of, reader, lakeside):
    theirs = make_row(Site, lakeside)
    assert client_of(reader).get(f"/dashboards?site={theirs.public_id}").status_code == 404


def test_a_dashboard_names_no_patient(client_of, admin_user, mercy):
    recording = make_recording(mercy)
    count(mercy)
    page = page_of(client_of(admin_user), "/dashboards?view=compliance")
    assert recording.patient.family_name not in page
    assert mrn_of(recording) not in page


def test_a_dashboard_asks_as_much_of_a_year_as_of_a_week(client_of, reader, mercy):
    make_recording(mercy)
    count(mercy)
    client, today = client_of(reader), dt.datetime.now(dt.UTC).date()
    page_of(client)
    asked = []
    for days in (7, 365):
        since = today - dt.timedelta(days=days - 1)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, f"/dashboards?since={since}&until={today}")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_bar_leads_there_for_who_may(client_of, reader, mercy):
    assert 'href="/dashboards"' in page_of(client_of(reader))
    outside = client_of(make_user(mercy, "billing"))
    assert 'href="/dashboards"' not in outside.get("/start").content.decode()
    assert outside.get("/dashboards").status_code == 403
