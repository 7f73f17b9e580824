"""The page: what it finds, shows, says, and never puts into an address."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.reports.models import SavedView
from apps.reports.search.grammar import parse
from apps.reports.search.listing import Found, context_for, search
from apps.tenants.access import Active
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside, make_patient
from tests.search.ecgs import ecg
from tests.web.pages import events
from tests.web.test_worklist import listed

pytestmark = committed
AF, LBBB, PACED = "Atrial fibrillation", "Left bundle branch block", "Ventricular paced rhythm"
LINE = "AF with QTc over 500 in women over 65 last 30 days, not paced"


def find(client, line, **fields):
    return client.post("/search", {"line": line} | fields)


def parts(response):
    return re.findall(r'<input name="part" value="([^"]+)"', response.content.decode())


def test_the_line_of_the_requirement_finds_what_it_says_and_nothing_else(client_of, reader, mercy):
    old = make_patient(mercy, sex="F", born_on=dt.date(1940, 1, 1))
    wanted = ecg(mercy, AF, patient=old, numbers={"qtc_fridericia_ms": 512})
    ecg(mercy, AF, PACED, patient=old, numbers={"qtc_fridericia_ms": 512})
    ecg(mercy, AF, patient=old, numbers={"qtc_fridericia_ms": 498})
    ecg(mercy, AF, patient=old, numbers={"qtc_fridericia_ms": 512}, days=40)
    ecg(mercy, AF, numbers={"qtc_fridericia_ms": 512}, patient=make_patient(mercy, sex="M"))
    page = find(client_of(reader), LINE)
    assert listed(page) == [str(wanted.public_id)]
    assert parts(page) == ["AF", "QTc &gt; 500 ms", "female", "age &gt; 65", "last 30 days",
                           "not paced"]  # fmt: skip


def test_new_is_what_the_prior_of_the_same_patient_did_not_have(client_of, reader, mercy):
    patient = make_patient(mercy)
    ecg(mercy, "Sinus rhythm", patient=patient, days=9)
    fresh = ecg(mercy, "Sinus rhythm", LBBB, patient=patient, days=2)
    ecg(mercy, "Sinus rhythm", LBBB, patient=patient, days=1)
    ecg(mercy, LBBB)
    page = find(client_of(reader), "new LBBB compared with prior")
    assert listed(page) == [str(fresh.public_id)]


def test_unsigned_stat_of_a_site_since_a_day(client_of, reader, mercy):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Site 3")
    stat = ecg(mercy, "Sinus rhythm", priority="stat", site=site)
    ecg(mercy, "Sinus rhythm", priority="stat")
    ecg(mercy, "Sinus rhythm", priority="routine", site=site)
    ecg(mercy, "Sinus rhythm", priority="stat", site=site, days=9)
    page = find(client_of(reader), "unsigned STAT from site 3 since yesterday")
    assert listed(page) == [str(stat.public_id)]


def test_a_chip_that_is_removed_widens_and_what_is_left_is_searched(client_of, reader, mercy):
    both = ecg(mercy, AF, PACED)
    alone = ecg(mercy, AF, days=1)
    client = client_of(reader)
    chips = {"part": ["AF", "not paced"]}
    assert listed(client.post("/search", chips)) == [str(alone.public_id)]
    page = client.post("/search", chips | {"remove": "1"})
    assert listed(page) == [str(both.public_id), str(alone.public_id)]
    assert parts(page) == ["AF"]


def test_what_is_not_understood_is_said(client_of, reader, mercy):
    page = find(client_of(reader), "AF, recently unwell").content.decode()
    assert "Not understood: <em>recently unwell</em>" in page
    assert "No ECG matches. Remove a filter to widen." in page
    assert "exclude each other" in find(client_of(reader), "AF, not AF").content.decode()


def test_pages_follow_one_another_without_an_address(client_of, reader, mercy, monkeypatch):
    monkeypatch.setattr("apps.reports.search.listing.PAGE", 2)
    made = [ecg(mercy, AF, days=days) for days in range(5)]
    client, seen, after, pages = client_of(reader), [], "", 0
    while not pages or after:
        pages += 1
        page = client.post("/search", {"part": "AF"} | ({"after": after} if after else {}))
        seen += listed(page)
        found = re.search(r'name="after" value="([^"]+)"', page.content.decode())
        after = found[1] if found else ""
    assert (seen, pages) == ([str(one.public_id) for one in made], 3)


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("AF, not last 7 days", [20, 40]),
        ("AF, yesterday or last 30 days", [1, 20]),
        ("AF", [1, 20, 40]),
    ],
)
def test_days_may_be_excluded_or_stand_beside_each_other(client_of, reader, mercy, line, days):
    made = {day: str(ecg(mercy, AF, days=day).public_id) for day in (1, 20, 40)}
    assert listed(find(client_of(reader), line)) == [made[day] for day in days]


@pytest.mark.parametrize("line", ["", "AF, not AF"])
def test_what_cannot_be_found_is_not_looked_for(mercy, reader, line, django_assert_num_queries):
    active = Active(mercy.pk, "reader")
    with inside(mercy):
        context = context_for(active, mercy)
        with django_assert_num_queries(0):
            assert search(active, reader, parse(line, context)) == Found([], None)


def test_a_search_is_recorded_without_its_words(client_of, reader, mercy):
    patient = make_patient(mercy, family_name="Lindqvist", mrn="M4711")
    one = ecg(mercy, AF, patient=patient)
    client = client_of(reader)
    assert listed(find(client, "patient Lindqvist with AF")) == [str(one.public_id)]
    assert listed(find(client, "MRN m4711")) == [str(one.public_id)]
    assert listed(find(client, "patient Lind")) == []
    said = [event.details for event in events(mercy, "reports.search.viewed")]
    assert json.loads(said[0]) == {"count": 1, "kind": "name statement"}
    assert "indqvist" not in str(said)


def test_a_search_is_saved_in_words_of_our_own_and_opens_by_a_random_name(client_of, reader, mercy):
    ecg(mercy, AF)
    client = client_of(reader)
    chips = {"part": ["AF", "zebra", "last month"], "name": "AF last month"}
    saved = client.post("/search/views", chips)
    with inside(mercy):
        view = SavedView.objects.get()
    assert view.search == "AF; last month"
    assert saved.url == f"/search?view={view.public_id}"
    assert parts(client.get(saved.url)) == ["AF", "last month"]
    assert saved.url in client.get("/worklist").content.decode()


def test_a_search_for_a_patient_is_not_saved(client_of, reader, mercy):
    answer = client_of(reader).post("/search/views", {"part": "named Smith", "name": "x"})
    assert answer.status_code == 400
    assert "A view names no patient" in answer.content.decode()
    with inside(mercy):
        assert not SavedView.objects.exists()


def test_a_page_of_many_costs_as_many_queries_as_a_page_of_one(client_of, reader, mercy):
    client = client_of(reader)
    ecg(mercy, AF)
    find(client, "AF")
    with CaptureQueriesContext(connection) as one:
        find(client, "AF")
    for _ in range(4):
        ecg(mercy, AF)
    with CaptureQueriesContext(connection) as many:
        assert len(listed(find(client, "AF"))) == 5
    assert len(many) == len(one)


def test_another_organizations_ecgs_are_not_found(client_of, reader, stranger, mercy, lakeside):
    ecg(mercy, AF)
    theirs = ecg(lakeside, AF)
    assert listed(find(client_of(stranger), "AF")) == [str(theirs.public_id)]
