"""Rows for tests, each made in its organization's scope with one call."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ecg import waveforms
from apps.ecg.formats import canonical
from apps.ecg.models import Patient, PatientIdentifier, Priority, Recording, StageRun
from apps.ingestion.models import Ingress
from apps.reports.models import Report
from apps.tenants import blobs
from apps.tenants.actions import NewOrganization, add_member, provision_organization
from apps.tenants.lookups import organization_by_slug
from apps.tenants.models import EmergencyAccess, Offboarding, Organization, PlatformRole, User
from tests.formats.ecgs import encapsulated

PASSWORD = "correct horse battery staple"

_numbers = itertools.count(1)


@contextmanager
def inside(organization: Organization) -> Iterator[None]:
    """In the organization's scope and a transaction, as requests and jobs are."""
    with organization_scope(organization.pk), transaction.atomic():
        yield


def organization_of(slug: str) -> Organization:
    """One of the organizations that every test finds."""
    organization_id = organization_by_slug(slug)
    assert organization_id is not None, slug
    with organization_scope(organization_id), transaction.atomic():
        return Organization.objects.get(pk=organization_id)


def make_organization(slug: str, **fields: Any) -> Organization:
    """A further one; it is committed by two roles, so only in tests marked `committed`."""
    return provision_organization(NewOrganization(slug=slug, name=slug.title(), **fields))


def make_user(organization: Organization | None, role: str = "reader", **fields: Any) -> User:
    """A person with a role in the organization; of no organization for None."""
    number = next(_numbers)
    fields.setdefault("full_name", f"Dr Person {number}")
    user = User.objects.create_user(f"person{number}@example.test", PASSWORD, **fields)
    if organization is not None:
        with inside(organization):
            add_member(organization, user, role)
    return user


def make_staff(role: str = "", **fields: Any) -> User:
    """Platform staff; without a role they may do nothing."""
    user = make_user(None, is_staff=True, **fields)
    if role:
        PlatformRole.objects.create(user=user, role=role)
    return user


def make_entry(
    organization: Organization, person: User | None = None, **fields: Any
) -> EmergencyAccess:
    """A request to enter that waits for a second person."""
    fields = {
        "category": "incident",
        "reason": "Deliveries stopped, asked for by the ward",
        "ticket": "CASE-17",
        "usable_until": timezone.now() + dt.timedelta(hours=1),
    } | fields
    person = person or make_staff("support")
    with inside(organization):
        return EmergencyAccess.objects.create(organization=organization, asked_by=person, **fields)


def make_visit(
    organization: Organization, person: User | None = None, **fields: Any
) -> EmergencyAccess:
    """Somebody of the platform is inside, approved by a second person."""
    now = timezone.now()
    fields = {
        "approved_by": make_staff("security"),
        "approved_at": now,
        "entered_at": now,
        "last_seen_at": now,
        "expires_at": now + dt.timedelta(minutes=30),
    } | fields
    return make_entry(organization, person, **fields)


def make_offboarding(
    organization: Organization, person: User | None = None, **fields: Any
) -> Offboarding:
    """A request that waits for a second person."""
    fields = {"reason": "The contract ended"} | fields
    person = person or make_staff("security")
    with inside(organization):
        return Offboarding.objects.create(organization=organization, asked_by=person, **fields)


def make_patient(organization: Organization, *, mrn: str = "", **fields: Any) -> Patient:
    number = next(_numbers)
    fields = {
        "family_name": f"Sample{number}",
        "given_name": "Pat",
        "born_on": dt.date(1950, 1, 1) + dt.timedelta(days=number % 10_000),
        "sex": "F",
    } | fields
    with inside(organization):
        patient = Patient.objects.create(organization=organization, **fields)
        PatientIdentifier.objects.create(
            organization=organization,
            patient=patient,
            value=mrn or f"MRN{number:06}",
            assigning_authority=organization.slug.upper(),
        )
    return patient


def make_waveform(seconds: float = 10, rate_hz: int = 500, seed: int = 0) -> canonical.Waveform:
    """Twelve leads of beats once a second that keep the limb lead identities; seeds differ."""
    count = int(seconds * rate_hz)
    phase = (np.arange(count) / rate_hz) % 1
    beat = 1000 * np.exp(-(((phase - 0.4) / 0.012) ** 2)) + 250 * np.exp(
        -(((phase - 0.7) / 0.05) ** 2)
    )
    shake = np.random.default_rng(seed).normal(0, 5, (count, 8))
    independent = np.rint(beat[:, None] * np.linspace(0.4, 1.2, 8) + shake).astype(np.int32) * 2
    one, two = independent[:, 0], independent[:, 1]
    limbs = [one, two, two - one, -(one + two) // 2, one - two // 2, two - one // 2]
    counts = np.column_stack([*limbs, independent[:, 2:]]).astype(np.int32)
    leads = tuple(canonical.Lead(name, Decimal(1000)) for name in canonical.STANDARD_LEADS)
    return canonical.Waveform("rhythm", leads, counts, Decimal(rate_hz))


def make_recording(
    organization: Organization,
    *,
    patient: Patient | None = None,
    priority: str = Priority.ROUTINE,
    waveform: canonical.Waveform | None = None,
    report: bool = True,
    **fields: Any,
) -> Recording:
    """A recording with its stored waveform and, unless told otherwise, a draft report."""
    patient = patient or make_patient(organization)
    signal = waveform or make_waveform(seed=next(_numbers))
    now = timezone.now()
    fields = {
        "acquired_at": now,
        "acquired_local": now.replace(tzinfo=None).isoformat(timespec="seconds"),
        "received_at": now,
        "format": "dicom",
        "decoder": "test@1",
        "sampling_rate_hz": signal.sampling_rate_hz,
        "samples": signal.samples,
        "lead_names": list(signal.lead_names()),
        "canonical_hash": canonical.canonical_hash(signal),
        "original_sha256": hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
        "is_synthetic": True,
        "trace_id": uuid.uuid4(),
    } | fields
    with inside(organization):
        recording = Recording.objects.create(
            organization=organization, patient=patient, priority=priority, **fields
        )
        waveforms.store(recording, signal)
        if report:
            make_report(recording)
    return recording


def make_report(recording: Recording, **fields: Any) -> Report:
    fields = {
        "priority_rank": Priority(recording.priority).rank,
        "waiting_since": recording.received_at,
        "draft_text": "Sinus rhythm.",
    } | fields
    with inside(recording.organization):
        return Report.objects.create(
            organization=recording.organization, recording=recording, **fields
        )


def make_ingress(organization: Organization, **fields: Any) -> Ingress:
    """An accepted file on the queue, without its bytes."""
    key = uuid.uuid4().hex
    fields = {
        "source": "web",
        "idem_key": key,
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "size": 1000,
    } | fields
    with inside(organization):
        return Ingress.objects.create(organization=organization, **fields)


def make_document(organization: Organization) -> Ingress:
    """A PDF in DICOM that was kept."""
    kept = blobs.put(organization.pk, "raw", [encapsulated(b"%PDF-1.7 a document")])
    return make_ingress(
        organization, sha256=kept.sha256, size=kept.size, outcome="document", state="done"
    )


def make_stage_run(recording: Recording, stage: str = "measure", **fields: Any) -> StageRun:
    with inside(recording.organization):
        return StageRun.objects.create(
            organization=recording.organization, recording=recording, stage=stage, **fields
        )
