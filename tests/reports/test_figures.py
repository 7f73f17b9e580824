"""Figures of days: each counts what its definition says, in the organization's days."""

from __future__ import annotations

import datetime as dt
import json
import re
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Alarm
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress, OrderLink
from apps.reports.figures.counting import Day, count_day
from apps.reports.figures.definitions import FIGURES, TOPICS, VIEWS
from apps.reports.figures.hourly import COUNTED_AGAIN, MADE_UP_AT_ONCE, count_days, count_hourly
from apps.reports.figures.queries import Span, figures_of
from apps.reports.models import DayFigure, ReportVersion, Signature, StatementDecision
from apps.tenants.access import Active
from apps.tenants.models import Organization, Site
from tests.database import committed
from tests.factories import inside, make_ingress, make_recording
from tests.isolation.rows import make_row
from tests.many import multiply, tighten_indexes
from tests.web.pages import report_of

ZONE = ZoneInfo("Europe/London")
# The clocks go back: 25 hours, from 23:00 UTC of the day before.
DATE = dt.date(2026, 10, 25)
DAY = Day(DATE, ZONE)
NOON = dt.datetime(2026, 10, 25, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def ward(mercy):
    return make_row(Site, mercy, name="Ward 7")


def counted(organization, *, site=None):
    with inside(organization):
        count_day(DAY, NOON)
        rows = DayFigure.objects.filter(day=DATE, site=site)
        return {row.figure: (row.part, row.whole) for row in rows}


def received(organization, at=NOON, **fields):
    return make_recording(organization, received_at=at, **fields)


def sign(recording, minutes, number=1, at=NOON):
    """Acquired so many minutes before it is signed."""
    with inside(recording.organization):
        acquired_at = None if minutes is None else at - minutes * MINUTE
        Recording.objects.filter(pk=recording.pk).update(acquired_at=acquired_at)
    given = {"report": report_of(recording), "number": number}
    version = make_row(ReportVersion, recording.organization, **given)
    make_row(Signature, recording.organization, version=version, signed_at=at)


def decide(recording, verdict, subject="a", source="model", at=NOON):
    given = {"subject": subject, "verdict": verdict, "source": source, "decided_at": at}
    report = report_of(recording)
    make_row(StatementDecision, recording.organization, report=report, **given)


def came(organization, **fields):
    row = make_ingress(organization, **fields)
    with inside(organization):
        Ingress.objects.filter(pk=row.pk).update(received_at=NOON)


def test_a_day_is_a_day_of_the_organization_whatever_the_clocks_do(mercy):
    assert (DAY.ends - DAY.begins) == dt.timedelta(hours=25)
    for at in (DAY.begins, DAY.ends - MINUTE, DAY.begins - MINUTE, DAY.ends):
        received(mercy, at)
    assert counted(mercy)["volume"] == (2, 0)


def test_copies_and_the_platforms_own_are_not_counted(mercy):
    first = received(mercy, accession_number="A 1")
    received(mercy, duplicate_of=first)
    received(mercy, is_canary=True)
    received(mercy, checks=[{"name": "flat", "level": "warn"}, {"name": "rate", "level": "pass"}])
    found = counted(mercy)
    assert found["volume"] == (2, 0)
    assert found["quality"] == (1, 2)


def test_the_order_link_counts_ecgs_that_answer_an_order(mercy):
    linked, named = received(mercy), received(mercy, accession_number="A-3")
    assert counted(mercy)["order_link"] == (0, 2)
    for recording, ended_at in ((linked, None), (named, NOON)):
        make_row(OrderLink, mercy, recording=recording, ended_at=ended_at)
    assert counted(mercy)["order_link"] == (1, 2)


def test_turnaround_is_of_first_signatures_by_nearest_rank(mercy):
    for minutes in (10, 20, 30, 40, None, -5):
        sign(received(mercy), minutes)
    sign(received(mercy), 600, number=2)
    sign(received(mercy, is_canary=True), 600)
    found = counted(mercy)
    assert found["signed"] == (6, 0)
    assert found["turnaround_p50"] == (20 * 60, 4)
    assert found["turnaround_p90"] == (40 * 60, 4)


def test_agreement_counts_the_last_decision_on_an_ai_statement(mercy):
    read = received(mercy)
    decide(read, "accepted")
    decide(read, "overridden")
    decide(read, "accepted", subject="b")
    decide(read, "overridden", subject="c", source="device")
    decide(read, "accepted", subject="d", at=DAY.ends)
    assert counted(mercy)["agreement"] == (1, 2)


def test_files_and_alarms_are_counted_without_the_platforms_own(mercy):
    came(mercy, state="done", outcome="new")
    came(mercy, state="quarantined", outcome="quarantined")
    came(mercy, state="dead", is_canary=True)
    make_row(Alarm, mercy, raised_at=NOON, code="queue.waiting")
    found = counted(mercy)
    assert (found["files"], found["stopped"]) == ((2, 0), (1, 2))
    assert (found["alarms"], found["reads"], found["visits"]) == ((1, 0), (0, 0), (0, 0))


def test_a_site_has_its_own_and_the_whole_has_all(mercy, ward):
    sign(received(mercy, site=ward), 10)
    sign(received(mercy), 30)
    assert counted(mercy)["volume"] == (2, 0)
    mine = counted(mercy, site=ward)
    assert (mine["volume"], mine["turnaround_p90"]) == ((1, 0), (600, 1))


def test_counting_again_replaces_what_was_counted(mercy, ward):
    once = received(mercy, site=ward)
    counted(mercy)
    with inside(mercy):
        Recording.objects.filter(pk=once.pk).update(duplicate_of=received(mercy))
    assert counted(mercy)["volume"] == (1, 0)
    assert counted(mercy, site=ward)["volume"] == (0, 0)
    with inside(mercy):
        assert DayFigure.objects.filter(day=DATE, site=None).count() == len(FIGURES)


def test_no_figure_holds_what_is_elsewhere(mercy, lakeside):
    received(lakeside)
    assert counted(mercy)["volume"] == (0, 0)


def test_days_that_were_never_counted_are_made_up_newest_first(mercy):
    founded = dt.datetime.now(dt.UTC) - dt.timedelta(days=50)
    with inside(mercy):
        Organization.objects.filter(pk=mercy.pk).update(created_at=founded)
        now = dt.datetime.now(dt.UTC)
        first, second, third = (count_days(mercy.pk, now) for _ in range(3))
    assert len(first) == COUNTED_AGAIN + MADE_UP_AT_ONCE
    assert first == sorted(first, reverse=True)
    assert min(second) <= founded.date() + dt.timedelta(days=1)
    assert len(third) == COUNTED_AGAIN


def test_the_hour_counts_every_organization(mercy, lakeside):
    received(mercy, dt.datetime.now(dt.UTC))
    count_hourly()
    for organization, volume in ((mercy, 1), (lakeside, 0)):
        with inside(organization):
            assert max(DayFigure.objects.filter(figure="volume").values_list("part")) == (volume,)


def test_reading_costs_two_queries_and_one_without_a_site(mercy, ward):
    counted(mercy)
    active = Active(mercy.pk, "administrator")
    span = Span(DATE - dt.timedelta(days=89), DATE)
    for site, most in ((None, 1), (ward, 2)):
        with (
            inside(mercy),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            found = figures_of(active, FIGURES.values(), span, site)
        assert len(asked) <= most
        assert found.of(FIGURES["volume"])[DATE].shown(FIGURES["volume"].kind) == 0


# What bounds each query on the way to a day's figures, as the application's role plans it.
BOUNDS = {
    "ecg_recording": "received_at >=",
    "reports_signature": "signed_at >=",
    "reports_statementdecision": "decided_at >=",
    "ingestion_ingress": "received_at >=",
    "audit_auditevent": "seq >=",
    "audit_alarm": "raised_at >=",
}


def plans_of(statements):
    with connection.cursor() as cursor:
        # The tables are small here: what is shown is that the index can be used.
        for name in ("seqscan", "bitmapscan", "nestloop", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{name} = off")
        for statement in statements:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
            row = cursor.fetchone()[0]
            yield json.dumps(row if isinstance(row, list) else json.loads(row))


def many_signatures(organization, count=1000):
    """Of the day before: so few that any index would do say nothing of the plan."""
    first = make_row(Signature, organization)
    with inside(organization):
        kept = {"organization": organization, "report": first.version.report, "created_at": NOON}
        versions = ReportVersion.objects.bulk_create(
            ReportVersion(number=number, **kept) for number in range(20_000, 20_000 + count)
        )
        Signature.objects.bulk_create(
            Signature(
                organization=organization,
                version=version,
                signer_id=first.signer_id,
                signed_at=NOON - dt.timedelta(days=1),
            )
            for version in versions
        )


@committed
def test_counting_looks_at_the_day_only_by_an_index(mercy):
    many_signatures(mercy)
    before = NOON - dt.timedelta(days=1)
    multiply(mercy, make_recording(mercy), unique="canonical_hash", received_at=before)
    multiply(mercy, make_ingress(mercy), unique="idem_key", received_at=before)
    tighten_indexes()
    with inside(mercy):
        with CaptureQueriesContext(connection) as asked:
            count_day(DAY, NOON)
        reading = [q["sql"] for q in asked if q["sql"].startswith("SELECT")]
        found = "".join(plans_of(reading))
    conditions = re.findall(r'"Index Name": "(\w+)".*?"Index Cond": "(.*?)"', found)
    for table, bound in BOUNDS.items():
        assert f'"Relation Name": "{table}"' in found
        assert any(bound in condition for _, condition in conditions), table


def test_a_dashboard_reads_its_rows_by_organization_site_and_day(mercy):
    active = Active(mercy.pk, "administrator")
    with inside(mercy):
        with CaptureQueriesContext(connection) as asked:
            figures_of(active, FIGURES.values(), Span(DATE, DATE))
        (plan,) = plans_of([asked[0]["sql"]])
    (condition,) = re.findall(r'"Index Cond": "(.*?)"', plan)
    assert "one_figure_a_day" in plan
    for part in ("organization_id =", "site_id IS NULL", "day >=", "day <="):
        assert part in condition


def test_every_figure_has_a_definition_a_unit_and_a_view():
    for topic in TOPICS:
        assert set(topic.views) <= set(VIEWS)
        for figure in topic.figures:
            assert figure.definition.endswith(".")
            assert figure.unit
    assert {view for topic in TOPICS for view in topic.views} == set(VIEWS)
