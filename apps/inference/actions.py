"""Registering algorithms with an organization."""

from __future__ import annotations

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
