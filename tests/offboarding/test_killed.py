"""Killed at any step, leaving and arriving are completed by the same command again."""

from __future__ import annotations

import itertools

import pytest

from apps.core.leases import Leased
from apps.integrations.models import Delivery
from apps.tenants.actions import organization_for_platform
from apps.tenants.models import Membership, Offboarding
from apps.web.offboarding import departure, export, filling, importing, release
from apps.web.offboarding.folder import Folder
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of
from tests.offboarding.hospital import bytes_of, exported, run
from tests.offboarding.staff import offboard, two
from tests.tenants.keys import states_of

pytestmark = committed


class Killed(BaseException):
    """Nothing catches it, as nothing catches a signal."""


def dies(monkeypatch, target, name, after, command):
    """The command, ended when that function is called once more than so often."""
    original, calls = getattr(target, name), itertools.count()

    def counted(*arguments, **fields):
        if next(calls) >= after:
            raise Killed
        return original(*arguments, **fields)

    with monkeypatch.context() as crashing:
        crashing.setattr(target, name, counted)
        with pytest.raises(Killed):
            command()


def test_an_export_killed_between_any_two_files_is_completed_to_the_same_bytes(
    hospital, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    for after in (0, 1, 3, 30, 50):
        dies(monkeypatch, Folder, "put", after, lambda: run("export_organization", "leaving", out))
        assert not (out / "manifest.json").exists()
    completed = bytes_of(exported(out))
    assert bytes_of(exported(out)) == completed


def test_an_export_that_was_killed_reads_no_stored_file_twice(hospital, tmp_path, monkeypatch):
    out = tmp_path / "out"
    dies(monkeypatch, export, "_blob", 4, lambda: run("export_organization", "leaving", out))
    read = []
    original = export._blob
    monkeypatch.setattr(export, "_blob", lambda *named: read.append(named) or original(*named))
    exported(out)
    assert len(read) == 4


IMPORT = (
    (importing, "keep_trail", 0),
    (importing.arrivals, "people_of", 0),
    *((filling, "_add", after) for after in (0, 1, 5, 6)),
    (importing, "_store", 0),
    (importing.blobs, "put", 3),
    (importing, "record_imported_reports", 0),
    (importing, "compare", 0),
    (importing, "put_live", 0),
)
LEAVING = (
    (departure, "close_doors"),
    (departure, "_prove"),
    (departure, "put_work_aside"),
    (departure, "destroy_keys"),
    (departure, "_note"),
    (departure, "release"),
    (release, "end_employment"),
    (release, "_shut_out"),
)


def test_an_import_killed_at_every_step_in_turn_is_not_live_until_it_is_completed(
    folder, monkeypatch
):
    command = ("import_organization", folder, "--slug", "again")
    for target, name, after in IMPORT:
        dies(monkeypatch, target, name, after, lambda: run(*command))
        there = organization_for_platform("again")
        assert there is None or not there.is_live, name
    code, said = run(*command)
    assert (code, "again: EQUAL and live." in said) == (0, True), said
    assert run(*command) == (0, "again: imported before, and live.\n")


def test_an_offboarding_killed_at_every_step_in_turn_goes_on(hospital, tmp_path, monkeypatch):
    persons, out = two(monkeypatch), exported(tmp_path / "out")
    for target, name in LEAVING:
        dies(monkeypatch, target, name, 0, lambda: offboard(persons, "--export", out))
        assert organization_for_platform("leaving").offboarded_at is None, name
    code, said = offboard(persons, "--export", out)
    assert code == 0, said
    assert states_of(hospital) == ["destroyed"]
    assert organization_for_platform("leaving").offboarded_at
    with inside(hospital):
        assert not Membership.objects.filter(is_active=True).exists()
        assert Offboarding.objects.get().done_at
    codes = codes_of(hospital)
    for once in ("tenants.organization.offboarded", "tenants.data_key.destroyed"):
        assert codes.count(once) == 1


def test_work_in_hand_is_waited_for_and_waiting_work_is_put_aside(hospital, tmp_path, monkeypatch):
    persons, out = two(monkeypatch), exported(tmp_path / "out")
    with inside(hospital):
        rows = Delivery.objects.order_by("id")
        first, second = rows
        rows.filter(pk=first.pk).update(state="processing", lease_until="2999-01-01T00:00Z")
        rows.filter(pk=second.pk).update(state="received")
    code, said = offboard(persons, "--export", out)
    assert (code, "1 rows are in work; run it again" in said) == (1, True)
    assert states_of(hospital) == ["active"]
    with inside(hospital):
        Delivery.objects.filter(pk=first.pk).update(state="done", lease_until=None)
    assert offboard(persons, "--export", out)[0] == 0
    with inside(hospital):
        second.refresh_from_db()
    assert (second.state, second.error_code) == (Leased.State.DEAD, "organization-closed")
