"""Vendor profiles in the admin: a new device needs no code, and nothing is live untried."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.core.leases import Leased
from apps.ingestion.models import ExperimentalFormat, Ingress, ProfileSample, VendorProfile
from apps.ingestion.profiles import NotReady, new_version, put_live, retire, standing
from tests.admin.people import events, page, signed_in
from tests.database import committed
from tests.factories import inside
from tests.formats.test_profiles import with_unit
from tests.ingestion.files import bring_in, ecg_file, reloaded

pytestmark = committed

State = VendorProfile.State
WANTED = {
    "name": "Acme carts",
    "manufacturer": "Acme",
    "units": "UV = uV",
    "evidence": "Service manual, page 12",
}


@pytest.fixture
def browser(admin_user):
    return signed_in(admin_user)


def tool(name, profile):
    return reverse(f"admin:ingestion_vendorprofile_{name}", args=[profile.pk])


def profiles(organization):
    with inside(organization):
        return list(VendorProfile.objects.order_by("name", "version"))


def drafted(browser, organization, **changes):
    answer = browser.post(page(VendorProfile, "add"), WANTED | changes)
    assert answer.status_code == 302, answer.content.decode()
    return profiles(organization)[-1]


def upload(browser, profile, data):
    file = SimpleUploadedFile("cart.dcm", data)
    return browser.post(tool("sample", profile), {"file": file})


def sample_of(organization):
    with inside(organization):
        return ProfileSample.objects.get()


@pytest.fixture
def live(browser, mercy, drained):
    """A profile that was tried on a file and put live."""
    profile = drafted(browser, mercy)
    upload(browser, profile, with_unit("UV"))
    drained()
    browser.post(tool("live", profile))
    [found] = profiles(mercy)
    assert found.state == State.LIVE
    return found


def test_a_refused_file_is_read_once_its_device_has_a_profile(browser, mercy, drained):
    refused = bring_in(mercy, with_unit("UV"))
    assert "A vendor profile for Acme Cart 1 1.0 may settle it." in refused.refusal_message
    profile = drafted(browser, mercy)
    browser.post(tool("sample", profile), {"arrival": refused.pk})
    drained()
    html = browser.get(page(VendorProfile, "change", profile)).content.decode()
    for words in ("Read rightly", "unknown-unit", "UV → uV"):
        assert words in html
    browser.post(tool("live", profile))
    browser.post(page(Ingress), {"action": "replay", "_selected_action": [refused.pk]})
    drained()
    read = reloaded(refused)
    assert read.outcome == Ingress.Outcome.NEW
    [override] = read.recording.overrides
    assert (override["profile"], override["version"]) == ("Acme carts", 1)
    assert any("profile Acme carts" in row["message"] for row in read.recording.warnings)


def test_nothing_goes_live_untried(browser, mercy):
    profile = drafted(browser, mercy)
    answer = browser.post(tool("live", profile), follow=True)
    assert "nothing is live untried" in answer.content.decode()
    assert profiles(mercy)[0].state == State.DRAFT


@pytest.mark.parametrize("data", [ecg_file(), with_unit("parsecs")], ids=["unchanged", "refused"])
def test_a_file_that_the_profile_does_not_settle_fails_the_trial(browser, mercy, drained, data):
    profile = drafted(browser, mercy)
    upload(browser, profile, data)
    drained()
    assert sample_of(mercy).passed is False
    answer = browser.post(tool("live", profile), follow=True)
    assert "A file is not read rightly with it" in answer.content.decode()


def test_other_facts_are_tried_again(browser, mercy, drained):
    profile = drafted(browser, mercy, units="UV = mV")
    upload(browser, profile, with_unit("UV"))
    drained()
    assert sample_of(mercy).after["refused"] == "implausible-amplitude"
    browser.post(page(VendorProfile, "change", profile), WANTED)
    assert sample_of(mercy).state == Leased.State.RECEIVED
    drained()
    assert sample_of(mercy).passed is True


def test_what_is_live_does_not_change(browser, mercy, live):
    answer = browser.post(page(VendorProfile, "change", live), WANTED | {"units": "UV = mV"})
    assert answer.status_code == 403
    with pytest.raises(ProgrammingError), inside(mercy), transaction.atomic():
        VendorProfile.objects.filter(pk=live.pk).update(units="UV = mV")


def test_a_draft_is_changed_by_who_may_and_nobody_else(browser, mercy, technician):
    draft = drafted(browser, mercy)
    changed = WANTED | {"units": "UV = mV"}
    assert (
        signed_in(technician).post(page(VendorProfile, "change", draft), changed).status_code == 403
    )
    assert profiles(mercy)[-1].units == draft.units


def test_a_new_version_supersedes_the_one_before(browser, mercy, live, drained):
    browser.post(tool("version", live))
    _, draft = profiles(mercy)
    assert (draft.version, draft.state, draft.units) == (2, State.DRAFT, "UV = uV")
    drained()
    browser.post(tool("live", draft))
    assert [profile.state for profile in profiles(mercy)] == [State.SUPERSEDED, State.LIVE]
    assert len(events(mercy, "ingestion.profile.activated", "ingestion.profile.superseded")) == 3


def test_a_retired_profile_reads_nothing_more(browser, mercy, live):
    browser.post(tool("retire", live))
    assert bring_in(mercy, with_unit("UV")).outcome == Ingress.Outcome.QUARANTINED


def test_a_step_that_its_state_does_not_allow_is_refused(mercy, live, admin_user):
    now = timezone.now()
    with inside(mercy):
        with pytest.raises(NotReady, match="Only a draft"):
            put_live(live, by=admin_user, now=now)
        new_version(live, by=admin_user)
        with pytest.raises(NotReady, match="exists already"):
            new_version(live, by=admin_user)
        retire(live, by=admin_user, now=now)
        with pytest.raises(NotReady, match="no longer used"):
            retire(live, by=admin_user, now=now)


def test_a_draft_of_another_device_keeps_no_version_back(browser, mercy, live, admin_user):
    drafted(browser, mercy, name="Other carts")
    with inside(mercy):
        assert new_version(live, by=admin_user).version == 2


@pytest.mark.parametrize("untried", [{"passed": None}, {"facts_digest": "of other facts"}])
def test_a_file_that_was_not_tried_on_these_facts_is_not_read_rightly(mercy, live, untried):
    with inside(mercy):
        assert standing(live) == ""
        ProfileSample.objects.update(**untried)
        assert standing(live) == "The trial is not finished yet."


def test_another_organization_reads_without_it(mercy, lakeside, live):
    assert bring_in(mercy, with_unit("UV")).outcome == Ingress.Outcome.NEW
    assert bring_in(lakeside, with_unit("UV")).outcome == Ingress.Outcome.QUARANTINED


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"units": "UV"}, "Line 1 is not of the form"),
        ({"units": "UV = volts"}, "A unit can only mean"),
        ({"leads": "X = V99"}, "is not the name of a lead"),
        ({"measurements": "X = nonsense"}, "is not a measurement"),
        ({"zone": "Mars/Phobos"}, "zone"),
        ({"demo_hashes": "abc"}, "named by its hash"),
    ],
)
def test_a_fact_no_decoder_understands_is_told_with_its_line(browser, mercy, wrong, words):
    answer = browser.post(page(VendorProfile, "add"), WANTED | wrong)
    assert words in answer.content.decode()
    assert profiles(mercy) == []


def test_a_profile_may_start_from_what_is_known_to_occur(browser, mercy):
    found = drafted(browser, mercy, units="", start_from="Millivolts that are microvolts")
    assert found.units == "mV 1 to 10 = uV"


def test_one_file_is_on_the_trial_once_and_exactly_one_is_asked_for(browser, mercy):
    profile = drafted(browser, mercy)
    for _ in range(2):
        upload(browser, profile, with_unit("UV"))
    assert sample_of(mercy).origin == "upload"
    assert "Choose one file" in browser.post(tool("sample", profile)).content.decode()


def test_who_may_not_change_profiles_takes_no_step(mercy, lakeside, live, technician, stranger):
    desk = signed_in(technician)
    assert desk.get(page(VendorProfile, "change", live)).status_code == 200
    for name in ("sample", "live", "version", "retire"):
        assert desk.post(tool(name, live)).status_code == 403
        assert signed_in(stranger).post(tool(name, live)).status_code == 403
    from tests.factories import make_user

    elsewhere = signed_in(make_user(lakeside, "administrator"))
    for name in ("sample", "live", "version", "retire"):
        assert elsewhere.post(tool(name, live)).status_code == 404


def test_no_trial_shows_or_keeps_anything_of_the_patient(browser, mercy, drained):
    profile = drafted(browser, mercy)
    upload(browser, profile, with_unit("UV"))
    drained()
    found = sample_of(mercy)
    html = browser.get(page(VendorProfile, "change", profile)).content.decode()
    for word in ("Tilda", "0012", "cart.dcm"):
        assert word not in html + str(found.before) + str(found.after)


def test_only_formats_there_are_can_be_switched_on(browser, mercy):
    wanted = {"format": "dicom", "is_on": "on", "reason": "Validated by the laboratory"}
    browser.post(page(ExperimentalFormat, "add"), wanted)
    answer = browser.post(page(ExperimentalFormat, "add"), wanted | {"format": "papyrus"})
    assert "One of" in answer.content.decode()
    with inside(mercy):
        assert [row.format for row in ExperimentalFormat.objects.all()] == ["dicom"]
