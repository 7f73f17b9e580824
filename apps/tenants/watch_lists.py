"""Lists of revoked certificates that cannot be relied on, for those whom it shuts out."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from apps.audit.alarms import Finding
from apps.core import revocation
from apps.core.scope import required_organization
from apps.tenants.actions import platform_organization_id
from apps.tenants.models import ApplicationEntity, ClientCertificate, Hl7Listener

STALE, UNUSABLE = "revocation.stale", "revocation.unusable"


def watch() -> Iterator[Finding]:
    """Of the scope's organization where it has certificates, and of the platform always."""
    now = timezone.now()
    for subject, source in (
        ("api", revocation.of_clients()),
        ("dicom", revocation.of_devices()),
        ("hl7", revocation.of_senders()),
    ):
        trouble = revocation.trouble_with(source, now=now)
        if trouble and _is_concerned():
            yield Finding(STALE if trouble == revocation.STALE else UNUSABLE, subject)


def _is_concerned() -> bool:
    return (
        required_organization() == platform_organization_id()
        or ClientCertificate.objects.filter(revoked_at=None).exists()
        or ApplicationEntity.objects.filter(is_active=True).exclude(certificates="").exists()
        or Hl7Listener.objects.filter(is_active=True).exclude(certificates="").exists()
    )
