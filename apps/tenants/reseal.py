"""Sealing stored bytes, rows and secrets again under the active key, while everything goes on.

A thing is replaced in one step by the same content under the newer key, so readers see either and
a run that was broken off goes on where it was. Names and hashes do not change.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Substr
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.blobs import sealing, store
from apps.core.blobs.keyring import KEY_ID_BYTES, Keyring
from apps.core.blobs.sealing import Unsealable, key_name
from apps.core.blobs.store import Corrupt
from apps.core.fields import SealedField, SecretField, Tenant
from apps.core.scope import organization_scope
from apps.tenants.blobs import engine_of
from apps.tenants.keyrings import keyring_of
from apps.tenants.keys import destroy_retired_key
from apps.tenants.models import DataKey, Organization, User
from apps.tenants.secrets import secret_bound

AT_ONCE = 50
BLOBS = "stored files"
NOTHING_LEFT = "nothing is sealed with it any more"


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one kind of thing: how many were sealed again so far, could not be, and are still due."""

    kind: str
    done: int
    failed: int
    left: int


Tell = Callable[[Progress], None]
Columns = Iterator[tuple[type[models.Model], SealedField]]


def reseal(organization: Organization, tell: Tell, *, by: User | None = None) -> int:
    """Seal again whatever an older key sealed; how many things could not be opened."""
    ring = keyring_of(organization.pk)
    if not ring.active:
        return 0
    done = failed = 0
    for progress in (*_blobs(organization.pk, ring, tell), *_rows(organization.pk, ring, tell)):
        done, failed = done + progress.done, failed + progress.failed
    if done:
        with organization_scope(organization.pk), transaction.atomic():
            audit.record("tenants.data_key.resealed", actor=by, count=done, key=ring.active)
    return failed


def uses(organization_id: int) -> Counter[str]:
    """How many stored things each key has sealed, by its name."""
    found: Counter[str] = Counter()
    engine = engine_of(organization_id)
    for key in engine.keys(f"org/{organization_id}"):
        found[_sealed_by(engine, key)] += 1
    for model, field in sealed_columns():
        with organization_scope(organization_id), transaction.atomic():
            for name, count in (
                _named(model, field).values_list("sealed_by").annotate(models.Count("pk"))
            ):
                found[bytes(name).rstrip(b"\0").decode("ascii", "replace")] += count
    return found


def destroy_unused_keys(
    organization: Organization, *, by: User | None = None, at_once: bool = False
) -> list[str]:
    """Destroy retired keys that nothing is sealed with; their names.

    A key is waited for until no process can still hold it as the active one; `at_once` is for
    keys that none ever held so.
    """
    age = dt.timedelta(0) if at_once else 2 * dt.timedelta(seconds=settings.DATA_KEY_SECONDS)
    used = uses(organization.pk)
    with organization_scope(organization.pk), transaction.atomic():
        due = DataKey.objects.filter(
            state=DataKey.State.RETIRED, retired_at__lte=timezone.now() - age
        )
        unused = [row for row in due if not used[row.name]]
        for row in unused:
            destroy_retired_key(row, by=by, reason=NOTHING_LEFT)
    return [row.name for row in unused]


def sealed_columns() -> Columns:
    """Every column of sealed bytes in organizations' tables."""
    for model in apps.get_models():
        if issubclass(model, Tenant):
            for field in model._meta.local_fields:
                if isinstance(field, SealedField):
                    yield model, field


def _blobs(organization_id: int, ring: Keyring, tell: Tell) -> Iterator[Progress]:
    engine, done, failed = engine_of(organization_id), 0, 0
    keys = engine.keys(f"org/{organization_id}")
    due = [key for key in keys if _sealed_by(engine, key) != ring.active]
    for number, key in enumerate(due, 1):
        kind, sha256 = key.split("/")[2:]
        try:
            store.reseal(engine, ring, organization_id, kind, sha256)
            done += 1
        except (Corrupt, Unsealable, FileNotFoundError):
            failed += 1
        if number % AT_ONCE == 0:
            tell(Progress(BLOBS, done, failed, len(due) - number))
    if due:
        tell(Progress(BLOBS, done, failed, 0))
        yield Progress(BLOBS, done, failed, 0)


def _sealed_by(engine: store.Engine, key: str) -> str:
    """The name of the key; empty for what is no sealed blob."""
    try:
        return key_name(next(iter(engine.read(key)), b""))
    except (Unsealable, FileNotFoundError):
        return ""


def _rows(organization_id: int, ring: Keyring, tell: Tell) -> Iterator[Progress]:
    for model, field in sealed_columns():
        done, failed, last = 0, 0, 0
        while True:
            with organization_scope(organization_id), transaction.atomic():
                due = _due(model, field, ring).filter(pk__gt=last)
                left = due.count()
                batch = list(due.order_by("pk")[:AT_ONCE])
                again = [_row_again(row, field, ring) for row in batch]
            if not batch:
                break
            last = batch[-1].pk
            done, failed = done + sum(again), failed + len(again) - sum(again)
            progress = Progress(model._meta.label_lower, done, failed, left - len(batch))
            tell(progress)
        if last:
            yield progress


def _row_again(row: Any, field: SealedField, ring: Keyring) -> bool:
    """False where it could not be opened. A value that was changed meanwhile stays."""
    old = bytes(getattr(row, field.attname))
    bound = secret_bound(row, field.name) if isinstance(field, SecretField) else b""
    try:
        plain = sealing.unseal_bytes(old, row.organization_id, ring, bound)
    except Unsealable:
        return False
    new = sealing.seal_bytes(plain, row.organization_id, ring, bound)
    type(row).objects.filter(pk=row.pk, **{field.name: old}).update(**{field.name: new})
    return True


def _due(model: Any, field: SealedField, ring: Keyring) -> models.QuerySet[Any]:
    return _named(model, field).exclude(
        sealed_by=ring.active.encode("ascii").ljust(KEY_ID_BYTES, b"\0")
    )


def _named(model: Any, field: SealedField) -> models.QuerySet[Any]:
    """Rows with the name of their key, read from the beginning of the sealed bytes."""
    start = sealing.KEY_NAME.start + 1
    name = Substr(field.name, start, KEY_ID_BYTES, output_field=models.BinaryField())
    rows: models.QuerySet[Any] = model.objects.exclude(**{field.name: None}).annotate(
        sealed_by=name
    )
    return rows.order_by()
