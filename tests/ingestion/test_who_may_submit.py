"""Only organizations whose type sends ECGs submit them, through whatever door."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from apps.ingestion.actions import MayNotSubmit, OrganizationClosed, check_may_submit
from apps.ingestion.models import Ingress
from apps.tenants.models import Organization
from tests.api.keys import program_of
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file, send

pytestmark = committed
SAID = "An organization of type research sends no ECGs."


def become(organization, kind):
    with inside(organization):
        Organization.objects.update(type=kind)


def nothing_came(organization):
    with inside(organization):
        return not Ingress.objects.exists()


@pytest.mark.parametrize("source", Ingress.Source.values)
def test_every_door_refuses_research_and_says_why(mercy, source):
    become(mercy, "research")
    with pytest.raises(MayNotSubmit, match=SAID):
        send(mercy, ecg_file(), source=source)
    assert nothing_came(mercy)


def test_an_organization_that_is_not_live_takes_nothing(mercy):
    with inside(mercy):
        Organization.objects.update(is_live=False)
    with pytest.raises(OrganizationClosed):
        send(mercy, ecg_file())
    assert nothing_came(mercy)


@pytest.mark.parametrize("kind", ["hospital", "laboratory"])
def test_those_who_send_ecgs_are_taken(mercy, kind):
    become(mercy, kind)
    assert send(mercy, ecg_file()).is_new


def test_the_bulk_import_refuses_before_it_reads_a_file(mercy, tmp_path):
    (tmp_path / "a.dcm").write_bytes(ecg_file())
    become(mercy, "research")
    with pytest.raises(CommandError, match=SAID):
        call_command("ingest", str(tmp_path), organization="mercy")
    assert nothing_came(mercy)


def test_a_program_is_refused_by_its_key(mercy):
    program = program_of(mercy)
    become(mercy, "research")
    answer = program.send(ecg_file())
    assert answer.status_code == 403
    assert nothing_came(mercy)


def test_a_type_that_is_known_is_not_asked_for(django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(MayNotSubmit):
        check_may_submit(1, "research")
