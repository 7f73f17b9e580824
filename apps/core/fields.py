"""Model fields of the platform, and what every field says of itself."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db import models

from apps.core.scope import required_organization

_Row = TypeVar("_Row", bound=models.Model)

DATA_CLASSES = ("identifier", "waveform", "derived", "note", "operational")


class OrgForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside one organization.

    The constraint is the composite key (organization_id, x_id) that `core.rls.secure` adds:
    a plain foreign key is checked without row-level security.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class SharedForeignKey(models.ForeignKey[Any, Any]):
    """A reference from a tenant row to one of no organization, such as a user.

    Its constraint, too, comes from `core.rls.secure`: Django would add it after the table is
    forced, when its owner can no longer check it.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes sealed with the organization's data key, found and sealed again after a rotation."""


class SecretField(SealedField):
    """A sealed secret, bound to its table, column and row: opened anywhere else, it is nothing.

    Its row has a `public_id`; `apps.tenants.secrets` seals and opens it.
    """


class ScopedManager(models.Manager[_Row]):
    """Refuses to build a query outside a scope; inside one, row-level security does the rest."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        if self._db in (None, "default"):
            required_organization()
        return super().get_queryset()


class Tenant(models.Model):
    """A row of one organization."""

    organization = models.ForeignKey(
        "tenants.Organization",
        models.PROTECT,
        db_constraint=False,
        # Every index that is wanted begins with it; one of its own misleads the planner.
        db_index=False,
        related_name="+",
        db_comment="operational: The organization that owns the row; row-level security reads it.",
    )

    objects = ScopedManager()

    class Meta:
        abstract = True


class Public(models.Model):
    """A row that has a name outside: a random UUID."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        db_comment="operational: The row's random name in addresses and messages.",
    )

    class Meta:
        abstract = True
