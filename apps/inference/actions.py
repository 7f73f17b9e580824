"""Registering algorithms with an organization."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from apps.inference import rules
from apps.inference.models import Algorithm, AlgorithmVersion
from apps.tenants.models import Organization


@transaction.atomic
def register_builtin_rules(organization: Organization) -> AlgorithmVersion:
    """The reading that ships with the platform. Call inside the organization's scope."""
    algorithm, _ = Algorithm.objects.get_or_create(
        organization=organization,
        slug=rules.SLUG,
        defaults={
            "name": "Rule-based reading",
            "intended_use": "Adults with a standard 12-lead resting ECG, not paced. Points out"
            " intervals and axes beyond published limits for the reader to confirm.",
            "limits": "Applies limits to the platform's measurements only. It does not look for"
            " ischaemia, infarction or arrhythmia, and no result is ever proof of a normal ECG.",
        },
    )
    version, _ = AlgorithmVersion.objects.get_or_create(
        organization=organization,
        algorithm=algorithm,
        version=rules.VERSION,
        defaults={"adapter": "builtin-rules"},
    )
    return version


# Versions that ship with the platform, and how each is registered.
SHIPPED: dict[str, Callable[[Organization], AlgorithmVersion]] = {
    f"{rules.SLUG}@{rules.VERSION}": register_builtin_rules,
}


@transaction.atomic
def enable_version(organization: Organization, name: str) -> AlgorithmVersion:
    """Switch on `slug@version`, registering it where it ships. Call inside the scope.

    Raises AlgorithmVersion.DoesNotExist for one that is neither registered nor shipped.
    """
    slug, _, number = name.partition("@")
    if name in SHIPPED:
        SHIPPED[name](organization)
    version = AlgorithmVersion.objects.get(algorithm__slug=slug, version=number)
    if not version.is_enabled:
        version.is_enabled = True
        version.save(update_fields=["is_enabled"])
    return version
