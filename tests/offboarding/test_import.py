"""Recreated from its export, an organization has equal hashes."""

from __future__ import annotations

import json

from apps.audit.models import AuditEvent
from apps.ecg.models import Recording
from apps.integrations.models import Delivery, Destination
from apps.reports.models import Report, ReportVersion, SearchTerm
from apps.tenants.lookups import memberships_of, organization_by_slug
from apps.tenants.models import ApiKey, User
from tests.database import committed
from tests.factories import inside, organization_of
from tests.offboarding.hospital import exported, manifest_of, run

pytestmark = committed


def imported(folder, slug="again", *options):
    code, said = run("import_organization", folder, "--slug", slug, "--json", *options)
    assert code == 0, said
    return json.loads(said)


def hashes_of(organization):
    with inside(organization):
        return {
            "signals": sorted(Recording.objects.values_list("canonical_hash", flat=True)),
            "versions": sorted(ReportVersion.objects.values_list("content_sha256", "pdf_sha256")),
            "reports": Report.objects.count(),
        }


def test_on_another_installation_everything_is_equal_and_live(folder):
    result = imported(folder)
    counts = {name: result[name] for name in ("outcome", "waveforms", "reports", "stored_files")}
    assert counts == {"outcome": "equal", "waveforms": 2, "reports": 2, "stored_files": 8}
    again = organization_of("again")
    assert again.is_live
    assert str(again.public_id) == manifest_of(folder)["organization"]
    code, said = run("verify_audit", "--organization", "again")
    assert (code, f"2 reports, {manifest_of(folder)['last_event']} imported" in said) == (0, True)


def test_exported_again_it_has_the_same_rows(folder, tmp_path):
    imported(folder)
    before, after = manifest_of(folder), manifest_of(exported(tmp_path / "second", "again"))
    names = ("ecg_recording", "ecg_waveform", "reports_reportversion", "billing_charge")
    for name in names:
        assert after["tables"][name] == before["tables"][name]
    assert after["blobs"] == before["blobs"] | {"trail": 1}


def test_beside_it_under_another_name_it_has_other_public_ids_and_equal_hashes(hospital, tmp_path):
    folder = exported(tmp_path / "out")
    code, said = run("import_organization", folder, "--slug", "again")
    assert (code, "public ids are taken" in said) == (1, True)
    assert organization_by_slug("again") is None
    assert imported(folder, "again", "--new-ids")["outcome"] == "equal"
    again = organization_of("again")
    assert again.public_id != hospital.public_id
    assert hashes_of(again) == hashes_of(hospital)


def test_nothing_that_was_recreated_reaches_outside_or_waits(folder):
    imported(folder)
    with inside(organization_of("again")):
        assert not Destination.objects.filter(is_active=True).exists()
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
        assert not ApiKey.objects.exists()


def test_what_was_recreated_can_be_searched(folder):
    imported(folder)
    with inside(organization_of("again")):
        assert SearchTerm.objects.filter(term="all").count() == Report.objects.count() > 0


def test_people_come_along_without_a_password(folder):
    imported(folder)
    [reader] = User.objects.filter(email__startswith="person")
    assert not reader.has_usable_password()
    again = organization_of("again")
    assert [entry.organization_id for entry in memberships_of(reader.pk)] == [again.pk]
    with inside(again):
        assert AuditEvent.objects.filter(code="tenants.organization.imported").count() == 1
