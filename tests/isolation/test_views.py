"""Every view has its door and its trail; one that has not is named."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path
from django.views.generic import TemplateView

from apps.audit import actions as audit
from apps.core.isolation.catalog import Found
from apps.web import proofs
from apps.web.guard import in_organization
from apps.web.proofs import views_are_guarded_and_recorded
from apps.web.reach import leads_to_the_trail
from apps.web.routes import OPEN, PHI_FREE
from config import urls

UNGUARDED = "planted is not guarded nor open"
UNRECORDED = "planted neither records nor is free of patient data"


def bare(request):
    return HttpResponse("a patient")


def recording(request):
    note(request)
    return HttpResponse("a patient")


def note(request):
    audit.record("web.patient.viewed", actor=request.user)


class Shown(TemplateView):
    template_name = "planted.html"


class ShownAndNoted(Shown):
    def get(self, request, *args, **kwargs):
        self.note(request)
        return super().get(request, *args, **kwargs)

    def note(self, request):
        note(request)


# As if these were views of the product.
for planted in (bare, recording, note, ShownAndNoted.get, ShownAndNoted.note):
    planted.__module__ = "apps.web.views.planted"
ShownAndNoted.__module__ = "apps.web.views.planted"


@pytest.fixture
def plant(settings):
    """What the proof says of one more view."""

    def faults_with(view, address="planted"):
        settings.ROOT_URLCONF = (*urls.urlpatterns, path(address, view, name="planted"))
        return views_are_guarded_and_recorded().faults

    return faults_with


def test_every_view_of_the_product_has_its_door_and_its_trail():
    found = views_are_guarded_and_recorded()
    assert found == Found(found.looked_at, [])
    assert found.looked_at > len(urls.urlpatterns)


@pytest.mark.parametrize("view", [bare, Shown.as_view()])
def test_an_undecorated_view_is_named(plant, view):
    assert plant(view) == [UNGUARDED, UNRECORDED]


def test_a_view_that_records_and_has_no_door_is_named(plant):
    assert plant(recording) == [UNGUARDED]
    assert plant(ShownAndNoted.as_view()) == [UNGUARDED]


def test_a_guarded_view_that_records_nothing_is_named(plant):
    assert plant(in_organization(bare)) == [UNRECORDED]
    assert plant(admin.site.admin_view(bare)) == [UNRECORDED]
    assert plant(bare, "api/v1/planted") == [UNRECORDED]


def test_a_guarded_view_that_records_is_right(plant):
    assert plant(in_organization(recording)) == []
    assert plant(in_organization(ShownAndNoted.as_view())) == []
    assert plant(admin.site.admin_view(recording)) == []
    assert plant(recording, "api/v1/planted") == []


def test_a_view_deep_in_an_included_list_is_looked_at(settings):
    inner = [path("below", bare, name="planted")]
    settings.ROOT_URLCONF = (*urls.urlpatterns, path("over/", include(inner)))
    assert views_are_guarded_and_recorded().faults == [UNGUARDED, UNRECORDED]


@pytest.mark.parametrize("name", ["OPEN", "PHI_FREE"])
def test_a_listed_view_that_is_not_there_is_named(monkeypatch, name):
    monkeypatch.setattr(proofs, name, getattr(proofs, name) | {"gone": "why"})
    assert views_are_guarded_and_recorded().faults == ["gone is listed and missing"]


def test_a_guarded_view_that_is_listed_as_open_is_named(monkeypatch):
    monkeypatch.setattr(proofs, "OPEN", OPEN | {"recording": "why"})
    assert views_are_guarded_and_recorded().faults == ["recording is guarded and open"]


@pytest.mark.parametrize("name", ["home", "platform-queues", "api:file"])
def test_a_view_that_is_listed_no_more_is_named(monkeypatch, name):
    rest = {key: why for key, why in PHI_FREE.items() if key != name}
    monkeypatch.setattr(proofs, "PHI_FREE", rest)
    assert any(fault.startswith(f"{name} ") for fault in views_are_guarded_and_recorded().faults)


def test_what_only_bears_the_name_of_the_trail_is_not_the_trail():
    def record(request):
        return HttpResponse("a patient")

    def view(request):
        return record(request)

    record.__module__ = view.__module__ = "apps.web.views.planted"
    assert not leads_to_the_trail(view)
    assert leads_to_the_trail(recording)
