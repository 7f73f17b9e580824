"""Leaving and arriving read no other organization, and say nothing of a patient."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from tests.database import committed
from tests.factories import inside, make_patient, make_recording, organization_of
from tests.ingestion.files import codes_of
from tests.offboarding.hospital import FAMILY_NAME, MRN, bytes_of, exported, run
from tests.offboarding.staff import offboard, two

pytestmark = committed
CANARY = "Zzyzxcanary"


def test_no_row_or_byte_of_another_organization_is_in_it(hospital, lakeside, tmp_path):
    recording = make_recording(lakeside, patient=make_patient(lakeside, family_name=CANARY))
    folder = exported(tmp_path / "out")
    everything = b"".join(bytes_of(folder).values())
    for foreign in (CANARY, str(lakeside.public_id), str(recording.public_id)):
        assert foreign.encode() not in everything
    assert codes_of(lakeside) == []


def test_every_statement_is_asked_in_the_organizations_scope(hospital, lakeside, tmp_path):
    with CaptureQueriesContext(connection) as asked:
        exported(tmp_path / "out")
    pinned = {
        query["sql"].split("'")[3]
        for query in asked
        if "set_config('app.organization_id'" in query["sql"]
    }
    assert pinned <= {"", str(hospital.pk)}


def test_logs_events_and_answers_name_no_patient(folder, log_text, monkeypatch, tmp_path):
    said = run("import_organization", folder, "--slug", "again")[1]
    out = tmp_path / "out"
    said += run("export_organization", "again", out)[1]
    said += offboard(two(monkeypatch), "--export", out, slug="again")[1]
    assert "again: offboarded" in said
    with inside(organization_of("again")):
        told = json.dumps(list(AuditEvent.objects.values_list("code", "details", "object_id")))
    for text in (said, log_text(), told):
        assert not any(word in text for word in (FAMILY_NAME, MRN, "q-feather", "Wilma"))


@pytest.mark.parametrize("command", ["export_organization", "import_organization", "offboard"])
def test_what_is_not_there_is_said_so(command, mercy, tmp_path, monkeypatch):
    by, second = two(monkeypatch)
    people = ("--by", by.email, "--second", second.email, "--without-export")
    given = {
        "export_organization": ("nowhere", tmp_path / "out"),
        "import_organization": (tmp_path / "none", "--slug", "again"),
        "offboard": ("nowhere", *people),
    }
    code, said = run(command, *given[command])
    assert code == 1
    unknown = "There is no organization “nowhere”."
    assert said.splitlines()[-1] in (unknown, "Not imported: manifest.json is not there.")


def test_the_reserved_organization_neither_leaves_nor_is_exported(mercy, tmp_path, monkeypatch):
    assert run("export_organization", "platform", tmp_path / "out")[0] == 1
    code, said = offboard(two(monkeypatch), "--without-export", slug="platform")
    assert (code, "the reserved organization stays" in said) == (1, True)
