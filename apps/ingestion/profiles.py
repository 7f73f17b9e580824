"""Vendor profiles of the organization: drafted, tried, live, superseded, retired."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from apps.audit import actions as audit
from apps.core.compiled import Compiled
from apps.ecg.formats.profiles.profile import profile_of
from apps.ingestion.models import ProfileSample, VendorProfile
from apps.tenants.models import User

State = VendorProfile.State
COPIED = (
    *("name", "manufacturer", "model_name", "software", "units", "leads", "measurements"),
    *("signal_seconds", "date_order", "zone", "demo_hashes", "evidence"),
)


class NotReady(Exception):
    """The profile may not go this way now; the text is for the person."""


@Compiled
def live_profiles() -> QuerySet[VendorProfile]:
    """In a stable order."""
    return VendorProfile.objects.filter(state=State.LIVE).order_by("id")


def check_facts(profile: VendorProfile) -> None:
    """Raises BadProfile where a decoder would not understand it."""
    profile_of(profile.as_json())


def standing(profile: VendorProfile) -> str:
    """Why it may not go live yet, in words; empty where every sample was read rightly."""
    samples = list(ProfileSample.objects.filter(profile=profile))
    if not samples:
        return "Add a file of the device first: nothing is live untried."
    facts = profile.facts_digest
    if any(sample.passed is None or sample.facts_digest != facts for sample in samples):
        return "The trial is not finished yet."
    if not all(sample.passed for sample in samples):
        return "A file is not read rightly with it."
    return ""


@transaction.atomic
def put_live(profile: VendorProfile, *, by: User, now: dt.datetime) -> VendorProfile:
    """From now on files are read with it; the version before is superseded. Raises NotReady."""
    profile = _locked(profile)
    if profile.state != State.DRAFT:
        raise NotReady("Only a draft goes live.")
    if problem := standing(profile):
        raise NotReady(problem)
    for older in VendorProfile.objects.select_for_update(no_key=True).filter(
        name=profile.name, state=State.LIVE
    ):
        _end(older, State.SUPERSEDED, now)
        audit.record("ingestion.profile.superseded", older, actor=by, version=older.version)
    profile.state, profile.live_at, profile.live_by = State.LIVE, now, by
    profile.save()
    audit.record("ingestion.profile.activated", profile, actor=by, version=profile.version)
    return profile


@transaction.atomic
def retire(profile: VendorProfile, *, by: User, now: dt.datetime) -> VendorProfile:
    """New files are read without it; what was read with it says so for ever. Raises NotReady."""
    profile = _locked(profile)
    if profile.state not in (State.LIVE, State.DRAFT):
        raise NotReady("It is no longer used.")
    _end(profile, State.RETIRED, now)
    audit.record("ingestion.profile.retired", profile, actor=by, version=profile.version)
    return profile


@transaction.atomic
def new_version(profile: VendorProfile, *, by: User) -> VendorProfile:
    """A draft that begins as a copy, with the same files to be tried on. Raises NotReady."""
    rows = VendorProfile.objects.select_for_update(no_key=True).filter(name=profile.name)
    versions = list(rows.order_by("version"))
    if any(row.state == State.DRAFT for row in versions):
        raise NotReady("A draft of it exists already: change that one.")
    facts = {name: getattr(profile, name) for name in COPIED}
    draft = VendorProfile.objects.create(
        organization_id=profile.organization_id,
        version=versions[-1].version + 1,
        created_by=by,
        **facts,
    )
    audit.record("ingestion.profile.drafted", draft, actor=by, version=draft.version)
    for sample in ProfileSample.objects.filter(profile=profile):
        ProfileSample.objects.create(
            organization_id=draft.organization_id,
            profile=draft,
            origin=sample.origin,
            sha256=sample.sha256,
        )
    return draft


def _locked(profile: VendorProfile) -> VendorProfile:
    return VendorProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)


def _end(profile: VendorProfile, state: str, now: dt.datetime) -> None:
    profile.state, profile.ended_at = state, now
    profile.save(update_fields=["state", "ended_at"])
