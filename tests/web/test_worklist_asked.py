"""The worklist by who asked: names of orders, never in an address, few and of this organization."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from apps.ingestion.models import Order
from apps.reports.asked import choices
from apps.reports.queries import Filters, filtered
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import inside
from tests.many import multiply
from tests.orders.ecgs import ecg, order
from tests.web.pages import events
from tests.web.test_worklist import listed

pytestmark = committed


@pytest.fixture
def asked(mercy):
    """One ECG that Ada Okafor asked for, one of Ben Shah, one of nobody."""
    order(mercy, "P-1", requester="Ada Okafor")
    order(mercy, "P-2", requester="Ben Shah")
    ecg(mercy, number="", report=True, mrn="MRN-9")
    return [ecg(mercy, number=f"P-{number}", report=True) for number in (1, 2)]


@pytest.fixture
def client(client_of, reader):
    return client_of(reader)


def way_to(page, name):
    return re.search(rf'href="/worklist([^"]+)" aria-label="Only requested by {name}"', page)[1]


def test_a_row_leads_to_all_that_its_requester_asked_for(client, asked):
    page = client.get("/worklist").content.decode()
    address = way_to(page, "Ada Okafor")
    assert "Okafor" not in address
    narrowed = client.get(f"/worklist{address}")
    assert listed(narrowed) == [str(asked[0].public_id)]
    assert 'aria-label="Remove filter Requested by: Ada Okafor"' in narrowed.content.decode()


def test_the_filter_offers_who_asked_for_what_waits(client, asked):
    page = client.get("/worklist").content.decode()
    offered = re.findall(r'<option value="([0-9a-f-]{36})">([^<]+)</option>', page)
    assert [name for _, name in offered] == ["Ada Okafor", "Ben Shah"]
    assert listed(client.get(f"/worklist?by={offered[1][0]}")) == [str(asked[1].public_id)]


def test_a_view_keeps_who_asked_and_other_filters_keep_it(client, asked):
    address = way_to(client.get("/worklist").content.decode(), "Ben Shah")
    by = address.removeprefix("?by=")
    client.post("/worklist/views", {"name": "Shah", "by": by})
    page = client.get("/worklist").content.decode()
    assert f'href="/worklist?by={by}" data-key="6"' in page
    assert listed(client.get(f"/worklist?by={by}&priority=stat")) == []
    found = client.post("/worklist/find", {"text": "Ashdown", "by": by})
    assert listed(found) == [str(asked[1].public_id)]


def test_an_order_of_elsewhere_or_of_nobody_narrows_nothing(client, asked, lakeside):
    theirs = order(lakeside, "P-1", requester="Ada Okafor")
    for by in (theirs.public_id, uuid4(), "x"):
        page = client.get(f"/worklist?by={by}")
        assert len(listed(page)) == 3
        assert "Remove filter Requested by" not in page.content.decode()


def test_the_names_are_few(mercy, monkeypatch, asked):
    monkeypatch.setattr("apps.reports.asked.MOST", 1)
    order(mercy, "P-3", requester="Ben Shah")
    ecg(mercy, number="P-3", report=True)
    with inside(mercy):
        (most,) = choices(Active(mercy.pk, "reader"), None).requesters
    assert most.name == "Ben Shah"


def test_one_requesters_list_reads_no_table_whole(mercy, asked):
    with inside(mercy):
        held = Order.objects.get(requester="Ada Okafor")
    multiply(mercy, held, unique="placer_number", requester="Somebody else")
    with inside(mercy):
        rows = filtered(Filters(asked_by="Ada Okafor")).order_by("priority_rank")
        plan = rows.explain()
    assert "Seq Scan on ingestion_order " not in plan, plan


def test_the_poll_counts_what_is_new_of_the_same_requester(client, asked, mercy):
    page = client.get(f"/worklist{way_to(client.get('/worklist').content.decode(), 'Ben Shah')}")
    poll = re.search(r'hx-get="(/worklist/counts[^"]+)"', page.content.decode())[1]
    order(mercy, "P-3", requester="Ben Shah")
    ecg(mercy, number="P-3", report=True)
    ecg(mercy, number="", report=True, mrn="MRN-8")
    assert "1 new" in client.get(poll.replace("&amp;", "&")).content.decode()
    assert len(events(mercy, "ecg.worklist.viewed")) == 2


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Nothing to read. New ECGs appear here by themselves."),
        ("?status=prelims", "No draft waits for signature."),
        ("?mine=1", "Nothing is under your name."),
        ("?priority=stat", "No STAT or critical ECG waits."),
        ("?status=signed", "Nothing is signed yet."),
        ("?status=amending", "No report is being amended."),
        ("?priority=urgent", "No ECG matches. Remove a filter to widen."),
        ("?status=signed&priority=stat", "No ECG matches. Remove a filter to widen."),
    ],
)
def test_an_empty_view_says_what_there_is_none_of(client, address, words):
    assert words in client.get(f"/worklist{address}").content.decode()


def test_an_empty_view_of_a_site_names_the_site(client, mercy):
    from apps.tenants.models import Site

    with inside(mercy):
        ward = Site.objects.create(organization=mercy, name="Ward 7")
    page = client.get(f"/worklist?status=prelims&site={ward.public_id}").content.decode()
    assert "No draft waits for signature at Ward 7." in page
