"""An organization leaves for good, and only it; nothing is destroyed that is not exported."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core.blobs.sealing import Unsealable
from apps.ecg import waveforms
from apps.ecg.models import Recording
from apps.ingestion.actions import OrganizationClosed
from apps.integrations import addresses
from apps.integrations.models import Delivery, Destination
from apps.tenants import blobs, keyrings
from apps.tenants.actions import organization_for_platform
from apps.tenants.lookups import memberships_of
from apps.tenants.models import Membership, Offboarding, Site, User
from tests.api.keys import Program, key_of
from tests.database import committed
from tests.factories import inside, make_recording, make_staff
from tests.ingestion.files import codes_of, ecg_file, send
from tests.integrations.sent import NOBODY, send_once
from tests.offboarding.hospital import exported, run
from tests.offboarding.staff import offboard, two
from tests.tenants.keys import states_of

pytestmark = committed


@pytest.fixture
def persons(monkeypatch):
    return two(monkeypatch)


@pytest.fixture
def out(hospital, tmp_path):
    return exported(tmp_path / "out")


def opens(organization):
    """Whether a stored file and a signal can be read."""
    with inside(organization):
        recording = Recording.objects.order_by("id").first()
    try:
        blobs.get(organization.pk, "raw", recording.original_sha256)
        with inside(organization):
            waveforms.load(recording)
    except Unsealable:
        return False
    return True


def test_after_it_nothing_opens_and_nobody_comes_in(hospital, out, persons, client_of):
    with inside(hospital):
        reader = User.objects.get(pk=Membership.objects.get().user_id)
    client = client_of(reader)
    program = Program(key_of(hospital))
    exported(out)
    code, said = offboard(persons, "--export", out)
    assert (code, said.startswith("leaving: offboarded ")) == (0, True), said
    assert (opens(hospital), states_of(hospital)) == (False, ["destroyed"])
    assert memberships_of(reader.pk) == []
    assert client.get(reverse("worklist")).status_code == 302
    assert program.get("recordings").status_code == 401


def test_each_step_is_on_the_record_with_both_persons(hospital, out, persons):
    offboard(persons, "--export", out)
    told = [code for code in codes_of(hospital) if "offboard" in code or "data_key.d" in code]
    assert told == [
        "tenants.offboarding.asked",
        "tenants.offboarding.approved",
        "tenants.data_key.destroyed",
        "tenants.organization.offboarded",
    ]
    with inside(hospital):
        row = Offboarding.objects.select_related("export").get()
        assert (row.asked_by, row.approved_by) == persons
    assert row.export.last_event > 10


def test_another_organization_is_untouched_and_reads_on(hospital, out, persons, lakeside):
    recording = make_recording(lakeside)
    before = codes_of(lakeside)
    offboard(persons, "--export", out)
    with inside(lakeside):
        assert waveforms.load(recording).samples
    assert codes_of(lakeside) == before


def test_closed_doors_take_nothing_and_send_nothing(hospital, persons):
    with inside(hospital):
        [delivery] = Delivery.objects.order_by("-id")[:1]
        Delivery.objects.filter(pk=delivery.pk).update(state="received")
    assert run("offboard", "leaving", "--close", "--by", persons[0].email)[0] == 0
    send_once()
    with inside(hospital):
        delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == ("received", "organization-closed")
    with pytest.raises(OrganizationClosed):
        send(hospital, ecg_file(9))
    assert opens(hospital)


def test_its_claims_are_free_only_when_it_has_left(hospital, out, persons, lakeside):
    with inside(hospital):
        host = Destination.objects.get().host
    run("offboard", "leaving", "--close", "--by", persons[0].email)
    assert addresses.holder_of(lakeside.pk, host, NOBODY) == hospital
    exported(out)
    offboard(persons, "--export", out)
    assert addresses.holder_of(lakeside.pk, host, NOBODY) is None


def test_a_change_after_the_export_stops_it_until_it_is_exported_again(hospital, out, persons):
    send(hospital, ecg_file(7))
    code, said = offboard(persons, "--export", out)
    assert (code, "ingestion.file.accepted) is not in the export" in said) == (1, True)
    assert opens(hospital)
    assert not organization_for_platform("leaving").is_live
    exported(out)
    assert offboard(persons, "--export", out)[0] == 0
    assert not opens(hospital)


def test_without_an_export_only_when_it_is_said(hospital, persons):
    by, second = persons
    code, said = run("offboard", "leaving", "--by", by.email, "--second", second.email)
    assert (code, "--without-export" in said) == (1, True)
    assert offboard(persons, "--without-export", reason="Never went live, a trial.")[0] == 0
    assert states_of(hospital) == ["destroyed"]


def test_another_organizations_export_is_refused(hospital, persons, tmp_path):
    other = exported(tmp_path / "lakeside", "lakeside")
    assert offboard(persons, "--export", other) == (
        1,
        "The export is another organization's.",
    )
    assert opens(hospital)


@pytest.mark.parametrize("who", ["same", "no role", "support", "wrong password"])
def test_one_person_or_the_wrong_one_offboards_nothing(hospital, persons, monkeypatch, who):
    by, second = persons
    if who == "wrong password":
        monkeypatch.setattr("getpass.getpass", lambda _prompt: "guess")
    other = {"same": by, "no role": make_staff(), "support": make_staff("support")}
    code, _ = offboard((by, other.get(who, second)), "--without-export")
    assert code == 1
    assert states_of(hospital) == ["active"]


def test_what_has_left_cannot_be_put_live_again(hospital, persons, tmp_path):
    offboard(persons, "--without-export")
    file = tmp_path / "leaving.yaml"
    with inside(hospital):
        [site] = Site.objects.all()
    file.write_text(
        "slug: leaving\nname: Leaving\nregion: uk\ntime_zone: Europe/London\n"
        f"assigning_authority: LOCAL\nsites: [{site.name}]\n"
    )
    code, _ = run("onboard", file)
    assert code == 1
    assert not organization_for_platform("leaving").is_live
    assert offboard(persons, "--without-export")[1].startswith("leaving: offboarded ")
    keyrings.forget(hospital.pk)
