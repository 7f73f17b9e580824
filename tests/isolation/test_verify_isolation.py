"""`manage.py verify_isolation` proves the borders of an installation, and names a broken one."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core.blobs import places, store
from apps.core.isolation import PROOFS
from apps.core.scope import ScopeError, organization_scope
from apps.ecg.models import Recording
from apps.tenants import blobs
from apps.tenants.actions import platform_organization_id
from config.isolation import ORGANIZATIONS, SHARED_TABLES, STORED
from tests.database import committed
from tests.factories import make_ingress, make_patient
from tests.isolation import copies
from tests.isolation.rows import make_row, tenant_models

pytestmark = committed

SHA256 = "0" * 64


def verify(*arguments):
    out = io.StringIO()
    try:
        call_command("verify_isolation", *arguments, stdout=out)
        return out.getvalue().splitlines(), ""
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)


def test_every_proof_has_its_line_and_holds(mercy, lakeside):
    make_patient(mercy)
    make_patient(lakeside)
    printed, problem = verify()
    assert problem == ""
    assert [line.split(":")[0] for line in printed] == [proof.name for proof in PROOFS]
    assert all(line.endswith(", proven") for line in printed)
    assert "keys-of-others-find-nothing: 26 foreign keys asked for, proven" in printed


def test_json_is_one_object_a_line():
    printed, _ = verify("--json")
    assert json.loads(printed[3]) == {
        "proof": "tables-are-guarded-or-shared",
        "what": "tables",
        "looked_at": len(tenant_models()) + len({ORGANIZATIONS} | SHARED_TABLES),
        "faults": [],
    }


BROKEN = {
    "DROP POLICY org_guard ON ecg_patient": "ecg_patient org_guard",
    "ALTER TABLE ecg_finding NO FORCE ROW LEVEL SECURITY": "ecg_finding is missing",
    "CREATE TABLE leak (organization_id bigint)": "leak is missing",
    "GRANT SELECT ON ecg_patient TO ecg_platform": "ecg_platform ecg_patient SELECT",
    "GRANT SELECT (filename) ON ingestion_ingress TO ecg_dispatch": "ingestion_ingress filename",
    "ALTER TABLE billing_charge DISABLE TRIGGER append_only": "billing_charge append_only",
    "CREATE VIEW app.leak AS SELECT * FROM ecg_patient": "leak shows every row",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_border_that_is_broken_is_named(broken):
    with copies.copy_of(copies.run_template()):
        assert verify()[1] == ""
        copies.as_owner(broken)
        printed, problem = verify()
    assert BROKEN[broken] in problem
    assert len(printed) == len(PROOFS)
    assert any("at fault" in line for line in printed)


def test_rows_that_a_dropped_policy_shows_are_found_by_looking(mercy, lakeside):
    """Three proofs see the rows themselves, not what the catalog says of them."""
    with copies.copy_of(copies.run_template()):
        make_patient(mercy)
        copies.as_owner("DROP POLICY org_guard ON ecg_patient")
        failed = {line.split(":")[0] for line in verify()[0] if line.endswith("at fault")}
    assert failed >= {
        "nothing-without-a-scope",
        "rows-seen-are-the-scopes-own",
        "keys-of-others-find-nothing",
    }


def test_bytes_that_lie_at_another_organization_are_named(mercy, lakeside):
    stored = blobs.put(lakeside.pk, "raw", [uuid.uuid4().bytes])
    make_ingress(mercy, sha256=stored.sha256)
    place = f"org/{lakeside.pk}/raw/{stored.sha256}"
    assert verify()[1].endswith(f"ingestion_ingress of {mercy.pk} names bytes at {place}")
    blobs.put(mercy.pk, "raw", [b"".join([blobs.get(lakeside.pk, "raw", stored.sha256)])])
    assert verify()[1] == ""


def test_bytes_of_no_organization_are_named(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path
    stray = tmp_path / f"org/999999/raw/{SHA256}"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    assert (
        verify()[1]
        == f"keys-begin-with-their-organization: org/999999/raw/{SHA256} is no organization's"
    )


def test_bytes_that_another_organizations_key_opens_are_named(mercy, lakeside):
    theirs = blobs.keyring_of(lakeside.pk)
    stored = store.put(blobs.engine_of(mercy.pk), theirs, mercy.pk, "raw", [b"x"])
    place = f"org/{mercy.pk}/raw/{stored.sha256}"
    told = f"keys-of-others-open-nothing: {place} opens with another organization's key"
    assert verify()[1] == told
    blobs.engine_of(mercy.pk).root.joinpath(place).unlink()
    blobs.put(mercy.pk, "raw", [b"x"])
    assert verify()[1] == ""


def test_a_data_key_that_two_organizations_have_is_named(mercy, lakeside, monkeypatch):
    own = blobs.keyring_of(mercy.pk)
    monkeypatch.setattr(places, "keyring_of", lambda _: own)
    assert "no-key-is-of-two-organizations" in "".join(
        line for line in verify()[0] if line.endswith("at fault")
    )


def test_every_column_that_names_bytes_is_looked_at():
    """A hash of text, of samples, of a manifest or of what was sent names no stored object."""
    plain = {"packed_sha256", "content_sha256", "manifest_sha256"}
    columns = {
        (model._meta.db_table, field.column)
        for model in tenant_models()
        for field in model._meta.local_fields
        if field.column.endswith("sha256") and field.column not in plain
    } - {("ingestion_pathcanary", "sha256")}
    assert columns == {(table, column) for table, column, _ in STORED}


def test_nothing_is_written(mercy, monkeypatch):
    make_row(Recording, mercy)
    before = _written()
    verify()
    assert _written() == before


def _written():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY 1"
        )
        return cursor.fetchall()


def test_the_proofs_refuse_to_run_inside_a_scope():
    with organization_scope(platform_organization_id()), pytest.raises(ScopeError):
        call_command("verify_isolation", stdout=io.StringIO())
