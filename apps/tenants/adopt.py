"""Taking over what one key for all organizations sealed, as earlier versions did.

Each organization gets the key as a retired one of its own, seals everything again and destroys it:
a key that others share could never be destroyed for one. Nothing else may run meanwhile.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.blobs.keyring import Keyring
from apps.core.scope import organization_scope
from apps.tenants import keyrings
from apps.tenants.keys import wrap_key
from apps.tenants.models import DataKey, Organization
from apps.tenants.reseal import Tell, destroy_unused_keys, reseal, uses


def adopt_keyring(organization: Organization, ring: Keyring, tell: Tell) -> int:
    """How many things could not be opened. Run again after a crash, it goes on."""
    used = uses(organization.pk)
    for name, key in ring.keys.items():
        if used[name]:
            _add(organization, name, key)
    failed = reseal(organization, tell)
    destroy_unused_keys(organization, at_once=True)
    return failed


def _add(organization: Organization, name: str, key: bytes) -> None:
    with organization_scope(organization.pk), transaction.atomic():
        if DataKey.objects.filter(name=name).exists():
            return
        row = DataKey(
            organization_id=organization.pk,
            name=name,
            state=DataKey.State.RETIRED,
            retired_at=timezone.now(),
        )
        wrap_key(row, str(organization.public_id), key)
        row.save(force_insert=True)
        audit.record("tenants.data_key.created", row, key=name, source="earlier version")
    keyrings.forget(organization.pk)
