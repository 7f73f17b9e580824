"""Rows 35 and 36: a restored database behind its storage, and an organization half made."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.conf import settings

from apps.audit.verify import verify_chain
from apps.tenants.actions import NewOrganization, organization_for_platform, provision_organization
from apps.tenants.reconcile import DAY_S, reconcile
from tests.database import point_at
from tests.faults.invariants import violated
from tests.faults.killing import killed
from tests.faults.row import row
from tests.faults.world import World


@row(35, "the database is restored to a time before its storage")
def restored_behind_its_storage(world: World) -> None:
    world.offer(world.file())
    world.settle()
    kept = dict(world.acknowledged)
    with world.server.backup() as name:
        later = world.file()
        accepted = world.offer(later)
        world.settle()
        point_at(name)
        world.acknowledged = {pk: rows - {accepted.ingress.pk} for pk, rows in kept.items()}
        _aged(world, accepted.ingress.sha256)
        faults = reconcile(world.mercy.pk).faults
        orphan = f"org/{world.mercy.pk}/raw/{accepted.ingress.sha256}"
        assert ("orphan", orphan) in faults, faults
        world.offer(later)
        world.settle()
        assert not violated(world), violated(world)
    world.acknowledged = kept


def _aged(world: World, sha256: str) -> None:
    """As found a day later; the reconciliation leaves young bytes to whoever is writing them."""
    old = time.time() - DAY_S - 60
    os.utime(Path(settings.BLOB_ROOT) / f"org/{world.mercy.pk}/raw/{sha256}", (old, old))


@row(36, "making an organization is killed between two steps")
def making_an_organization_is_killed(world: World) -> None:
    new = NewOrganization(slug=f"north{world.chance.getrandbits(40)}", name="North")
    steps = ("_organization_row", "ensure_data_key", "put_live")
    step = world.chance.choice(steps)
    killed(lambda: provision_organization(new), after=f"apps.tenants.actions.{step}")
    found = organization_for_platform(new.slug)
    assert found is not None
    assert found.is_live == (step == "put_live")
    assert provision_organization(new).is_live
    assert verify_chain(found.pk).failure == ""
