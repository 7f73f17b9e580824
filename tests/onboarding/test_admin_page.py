"""The same through the admin: a plan, a second click, and only what was shown is done."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.audit.alarms import raise_alarm
from apps.tenants.actions import organization_for_platform
from apps.tenants.models import Organization, Site
from tests.admin.people import events, platform_staff, signed_in
from tests.database import committed
from tests.factories import inside, organization_of
from tests.onboarding.files import CREATED, applied, changed, destination, planned

pytestmark = committed


@pytest.fixture
def operator(db):
    return platform_staff("operator")


@pytest.fixture
def client(operator):
    return signed_in(operator)


@pytest.fixture
def text(tmp_path):
    return changed("/srv/ecg/northside", f"{tmp_path}/northside")


def shown(client, text, **more):
    return client.post(reverse("onboarding"), {"text": text, **more})


def mark_of(answer):
    return re.search(r'name="mark" value="([0-9a-f]{64})"', answer.content.decode())[1]


def said(client, answer):
    """The messages of the page one is sent to."""
    assert answer.status_code == 302
    page = client.get(answer.url)
    return " ".join(str(message) for message in page.context["messages"])


def test_the_first_click_shows_the_plan_and_makes_nothing(client, text):
    page = shown(client, text).content.decode()
    assert f"{CREATED} to create, 1 to change" in page
    assert "Belfast clinic" in page
    assert "in no list, never delivered, never charged" in page
    assert organization_for_platform("northside") is None
    (event,) = events(organization_of("platform"), "tenants.organization.planned")
    assert json.loads(event.details)["count"] == CREATED + 1


def test_the_second_click_does_what_was_shown_and_sends_a_canary(client, operator, text):
    answer = shown(client, text, mark=mark_of(shown(client, text)))
    words = said(client, answer)
    assert "is live; 17 rows were written" in words
    assert "Canary: still under way" in words
    place = organization_of("northside")
    assert place.is_live
    assert not any(line.changes for line in planned(text))
    configured = events(place, "tenants.organization.configured")
    assert {event.actor for event in configured} == {operator}


def test_a_plan_that_is_no_longer_the_one_shown_is_shown_again(client, text):
    mark = mark_of(shown(client, text))
    _, place = applied(text)
    with inside(place):
        Site.objects.filter(name="Ward 7").update(time_zone="Europe/Dublin")
    page = shown(client, text, mark=mark)
    assert page.status_code == 200
    assert "Nothing was done; this is the plan now" in page.content.decode()
    with inside(place):
        assert Site.objects.get(name="Ward 7").time_zone == "Europe/Dublin"
    assert "1 to change" in page.content.decode()


def test_a_mark_of_another_text_does_nothing(client, text):
    mark = mark_of(shown(client, text))
    other = text.replace("Northside Hospital", "Another Hospital")
    assert shown(client, other, mark=mark).status_code == 200
    assert organization_for_platform("northside") is None


def test_a_file_may_be_uploaded_and_is_the_same(client, text):
    file = SimpleUploadedFile("northside.yaml", text.encode())
    answer = client.post(reverse("onboarding"), {"file": file})
    assert mark_of(answer) == mark_of(shown(client, text.replace("\n", "\r\n")))


def test_refusals_stand_with_their_lines_and_the_text_is_kept(client, lakeside, text):
    destination(lakeside)
    page = shown(client, text.replace("role: reader", "role: nurse")).content.decode()
    assert "line 6: users[0].role: “nurse” is not known" in page
    assert "Northside Hospital" in page
    page = shown(client, text).content.decode()
    assert "ehr.northside.example:2575 is an address of the organization lakeside" in page
    assert "Apply this plan" not in page
    found = events(organization_of("platform"), "tenants.organization.refused")
    assert [json.loads(event.details)["count"] for event in found] == [1, 1]


@pytest.mark.parametrize("given", [{}, {"text": " \n"}])
def test_nothing_sent_is_asked_for(client, given):
    page = client.post(reverse("onboarding"), given).content.decode()
    assert "Paste the text, or choose a file." in page


def test_an_organization_is_downloaded_as_its_file(client, text):
    applied(text)
    place = organization_of("northside")
    answer = client.get(reverse("onboarding-file", args=[place.public_id]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="northside.yaml"'
    assert not any(line.changes for line in planned(answer.content.decode()))
    assert events(place, "tenants.organization.described")


def test_a_canary_is_sent_by_a_click_and_a_failed_one_is_seen(client, mercy):
    address = reverse("send-canary", args=[mercy.public_id])
    assert "Mercy: Canary: still under way" in said(client, client.post(address))
    with inside(mercy):
        raise_alarm("canary.failed", "decode")
    assert "test ECG failed" in client.get(reverse("onboarding")).content.decode()
    with inside(mercy):
        Organization.objects.update(type="research")
    assert "of type research sends no ECGs" in said(client, client.post(address))


@pytest.mark.parametrize("name", ["onboarding-file", "send-canary"])
def test_of_none_and_of_the_reserved_organization_there_is_no_page(client, name):
    ask = client.post if name.endswith("canary") else client.get
    for place in (uuid.uuid4(), organization_of("platform").public_id):
        assert ask(reverse(name, args=[place])).status_code == 404


@pytest.mark.parametrize("role", ["support", "security", ""])
def test_other_staff_have_no_such_page(db, role, text):
    answer = shown(signed_in(platform_staff(role)), text)
    assert answer.status_code == 403
    assert organization_for_platform("northside") is None
