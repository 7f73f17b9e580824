"""Trying a vendor profile on files of the device: read without it and with it, side by side."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.audit import actions as audit
from apps.core import leases
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError, RetryableError
from apps.core.insert import insert_unless_there
from apps.core.leases import Lease, Leased
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.sandbox import DecoderUnavailable, decode_limited
from apps.ingestion.actions import RAW
from apps.ingestion.models import ProfileSample, VendorProfile
from apps.ingestion.profiles import live_profiles
from apps.tenants import blobs
from apps.tenants.models import User

State = Leased.State


def keep_upload(organization_id: int, chunks: Any) -> str:
    """The bytes of a sample under their hash. Call with no transaction open; raises TooLarge."""
    stored = blobs.put(organization_id, RAW, chunks, limit=settings.MAX_UPLOAD_BYTES)
    return stored.sha256


@transaction.atomic
def add_sample(profile: VendorProfile, sha256: str, origin: str, *, by: User) -> bool:
    """Put a kept file on the trial; False where it is there already."""
    sample = ProfileSample(
        organization_id=profile.organization_id, profile=profile, sha256=sha256, origin=origin
    )
    if not insert_unless_there(sample):
        return False
    audit.record("ingestion.sample.added", sample, actor=by, source=origin, sha256=sha256)
    wake_on_commit()
    return True


@transaction.atomic
def try_again(profile: VendorProfile) -> None:
    """Every sample once more: the facts have changed. One in work tries itself again."""
    settled = ProfileSample.objects.filter(profile=profile).exclude(state=State.PROCESSING)
    settled.update(state=State.RECEIVED, attempts=0, available_at=Now(), error_code="")
    wake_on_commit()


def try_sample(lease: Lease) -> None:
    """What the queue does with one sample. Raises PermanentError, RetryableError."""
    with transaction.atomic():
        sample = ProfileSample.objects.select_related("profile").get(pk=lease.id)
        profile = sample.profile
        others = [row.as_json() for row in live_profiles() if row.name != profile.name]
    data = _bytes(sample)
    before = _read(data, others)
    after = _read(data, [*others, profile.as_json()])
    passed = _passes(after, profile)
    with transaction.atomic():
        now_facts = VendorProfile.objects.get(pk=profile.pk).facts_digest
        stale = now_facts != profile.facts_digest
        leases.finish(
            lease,
            State.DONE,
            before=before,
            after=after,
            passed=None if stale else passed,
            facts_digest=profile.facts_digest,
            checked_at=timezone.now(),
        )
        audit.record("ingestion.sample.tried", sample, state="passed" if passed else "failed")
    if stale:
        try_again(profile)


def _bytes(sample: ProfileSample) -> bytes:
    try:
        return blobs.get(sample.organization_id, RAW, sample.sha256)
    except FileNotFoundError:
        raise PermanentError("stored-bytes-missing") from None
    except (Corrupt, Unsealable):
        raise PermanentError("stored-bytes-not-genuine") from None


def _read(data: bytes, profiles: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        return _summary(decode_limited(data, profiles=profiles))
    except Refused as refused:
        return {
            "refused": refused.code,
            "message": refused.message,
            "field": refused.field,
            "checks": [asdict(check) for check in refused.checks],
        }
    except DecoderUnavailable:
        raise RetryableError("decoder-unavailable") from None


def _summary(ecg: DecodedEcg) -> dict[str, Any]:
    """What a person compares; nothing of the patient."""
    rhythm = ecg.rhythm
    return {
        "device": [ecg.vendor, ecg.model, ecg.software],
        "format": ecg.format,
        "leads": list(rhythm.lead_names()),
        "rate_hz": f"{rhythm.sampling_rate_hz.normalize():f}",
        "samples": rhythm.samples,
        "uv_per_step": [f"{(lead.nv_per_lsb / 1000).normalize():f}" for lead in rhythm.leads],
        "numbers": [f"{m.name} {m.value:g} {m.unit}" for m in ecg.measurements if not m.lead],
        "checks": [asdict(check) for check in ecg.checks],
        "overrides": [asdict(override) for override in ecg.overrides],
        "is_demo": ecg.is_demo,
        "hash": ecg.canonical_hash,
    }


def _passes(after: dict[str, Any], profile: VendorProfile) -> bool:
    """Read, by this very version, which changed something or knows it for a demonstration."""
    if "refused" in after:
        return False
    used = any(
        row["profile"] == profile.name and row["version"] == profile.version
        for row in after["overrides"]
    )
    return used or bool(after["is_demo"] and after["hash"] in profile.demo_hashes.split())
