"""Files leave as attachments; from an origin of their own only once, for the one who asked."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.tenants.actions import add_member
from apps.tenants.models import Membership
from apps.web import downloads
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside, make_user
from tests.isolation.world import things_of

pytestmark = committed

ORIGIN = "https://files.example"
ELSEWHERE = {"HTTP_HOST": "files.example", "secure": True}


@pytest.fixture
def addresses(mercy):
    things = things_of(mercy)
    return {
        "report": reverse("report-pdf", args=[things["version"]]),
        "form": reverse("report-form", args=[things["version"]]),
        "preview": reverse("report-preview", args=[things["report"]]),
    }


@pytest.fixture
def browser(client_of, reader):
    return client_of(reader)


@pytest.fixture
def separate(settings):
    settings.DOWNLOAD_ORIGIN = ORIGIN
    settings.ALLOWED_HOSTS = ["testserver", "files.example"]


def follow(link):
    """Another browser, without a cookie: the other origin never sees one."""
    return Client().get(link.removeprefix(ORIGIN), **ELSEWHERE)


@pytest.mark.parametrize("kind", ["report", "form", "preview"])
def test_without_another_origin_a_file_is_an_attachment(browser, addresses, kind):
    answer = browser.get(addresses[kind])
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith('attachment; filename="ecg-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["report", "preview"])
def test_with_one_the_page_leads_there_and_the_file_is_there(
    browser, addresses, separate, kind, mercy, reader
):
    answer = browser.get(addresses[kind])
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.url.startswith(f"{ORIGIN}/files?link=")
    assert addresses[kind].split("/")[2] not in answer.url
    codes = {"report": "reports.report.downloaded", "preview": "reports.report.previewed"}
    assert events(mercy, codes[kind]) == []
    file = follow(answer.url)
    assert file.content.startswith(b"%PDF-")
    assert file["Content-Disposition"].startswith('attachment; filename="ecg-')
    assert [event.actor_id for event in events(mercy, codes[kind])] == [reader.pk]
    assert not file.cookies


def ended(answer):
    return answer.status_code == 400 and answer.content.startswith(b"This link has ended.")


def test_a_link_is_good_once(browser, addresses, separate):
    link = browser.get(addresses["report"]).url
    assert follow(link).status_code == 200
    assert ended(follow(link))


def test_a_link_ends_after_five_minutes(browser, addresses, separate):
    soon, late = (browser.get(addresses["report"]).url for _ in range(2))
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(seconds=290), tick=False):
        assert follow(soon).status_code == 200
    with time_machine.travel(now + dt.timedelta(seconds=310), tick=False):
        assert ended(follow(late))


def test_a_link_ends_with_the_session_that_asked_for_it(browser, addresses, separate):
    link = browser.get(addresses["report"]).url
    browser.post(reverse("sign-out"))
    assert ended(follow(link))


def test_a_link_ends_with_the_account(browser, addresses, separate, reader):
    link = browser.get(addresses["report"]).url
    reader.is_active = False
    reader.save()
    assert ended(follow(link))


def test_a_link_ends_with_the_membership(browser, addresses, separate, mercy, reader):
    link = browser.get(addresses["report"]).url
    with inside(mercy):
        Membership.objects.filter(user=reader).update(is_active=False)
    assert ended(follow(link))


def test_a_link_ends_when_its_asker_works_in_another_organization(
    client_of, addresses, separate, mercy, lakeside
):
    both = make_user(mercy)
    with inside(lakeside):
        add_member(lakeside, both, "reader")
    browser = client_of(both)
    browser.post(reverse("organizations"), {"organization": str(mercy.public_id)})
    link = browser.get(addresses["report"]).url
    assert link.startswith(ORIGIN)
    browser.post(reverse("organizations"), {"organization": str(lakeside.public_id)})
    assert ended(follow(link))


def test_a_link_is_for_the_organization_it_was_asked_in(
    client_of, addresses, separate, mercy, lakeside
):
    both = make_user(mercy)
    with inside(lakeside):
        add_member(lakeside, both, "reader")
    browser = client_of(both)
    browser.post(reverse("organizations"), {"organization": str(mercy.public_id)})
    links = [browser.get(addresses["report"]).url for _ in range(2)]
    assert follow(links[0]).status_code == 200
    session = browser.session
    session["organization"] = lakeside.pk
    session.save()
    assert ended(follow(links[1]))


@pytest.mark.parametrize("link", ["", "x", "a" * 32, "a" * 32 + ":forged"])
def test_a_forged_link_is_like_an_ended_one(mercy, separate, link):
    assert ended(follow(f"/files?link={link}"))


def test_a_session_is_no_link(browser, addresses, separate):
    own = downloads._signer.sign(browser.session.session_key)
    assert ended(follow(f"/files?link={own}"))
    assert browser.get(reverse("worklist")).status_code == 200


def test_a_link_is_no_session(browser, addresses, separate, settings):
    link = browser.get(addresses["report"]).url
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = link.split("link=")[1].split("%3A")[0]
    assert thief.get(reverse("worklist")).status_code == 302


def test_nobody_gets_a_link_to_what_is_not_theirs(client_of, stranger, addresses, separate):
    elsewhere = client_of(stranger).get(addresses["report"])
    nowhere = client_of(stranger).get(reverse("report-pdf", args=[uuid.uuid4()]))
    assert (elsewhere.status_code, nowhere.status_code) == (404, 404)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/worklist", "/admin/", "/healthz", "/upload"])
def test_the_other_origin_serves_nothing_else(browser, separate, path):
    for method in ("get", "post"):
        answer = getattr(browser, method)(path, **ELSEWHERE)
        assert (answer.status_code, answer.content) == (404, b"Nothing here.")


def test_the_pages_origin_serves_no_link(browser, addresses, separate):
    link = browser.get(addresses["report"]).url
    assert browser.get(link.removeprefix(ORIGIN)).status_code == 404
    assert follow(link).status_code == 200
