"""Setting where an organization's bytes lie. Reading and writing them is `blobs`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from django.db import transaction

from apps.audit import actions as audit
from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import Organization, User
from apps.tenants.places import active_location
from apps.tenants.secrets import get_secret, set_secret
from apps.tenants.storage_claims import claim
from apps.tenants.storage_rules import check, tidy

__all__ = ["Change", "NewLocation", "Refused", "replace_secret", "set_location"]

PLACE = ("kind", "root", "endpoint", "bucket", "prefix")


class Refused(Exception):
    """The location may not be this organization's; the reason names nobody else."""


@dataclass(frozen=True, slots=True)
class NewLocation:
    """A folder by its root, or a bucket with the credential that opens it and nothing else."""

    kind: str
    region: str
    root: str = ""
    endpoint: str = ""
    bucket: str = ""
    prefix: str = ""
    signing_region: str = ""
    access_key_id: str = ""
    secret_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a wanted location.

    `action` is create, change or keep. `names` are the fields that changed. A location that is
    not in use yet waits for a move: the organization is live, and its bytes lie elsewhere.
    """

    action: str
    location: StorageLocation
    names: tuple[str, ...] = ()

    @property
    def needs_move(self) -> bool:
        return not self.location.is_active


@transaction.atomic
def set_location(
    organization: Organization, wanted: NewLocation, *, actor: User | None = None
) -> Change:
    """Make or change the organization's location of that place. Call inside its scope.

    An organization that is not live yet uses it from now on. Without a secret the one that is
    there stays. Raises Refused, and claims.Taken where another organization has it.
    """
    wanted = tidy(wanted)
    reason = check(organization, wanted, is_new=_same_place(wanted) is None)
    if reason:
        raise Refused(reason)
    claim(organization.pk, wanted)
    location = _same_place(wanted) or StorageLocation(organization=organization)
    names = _changed(location, wanted)
    action = "create" if location.pk is None else "change" if names else "keep"
    for name in names:
        _set(location, name, wanted)
    location.is_active = location.is_active or _may_begin_here(organization)
    if names or location.is_active:
        location.save()
    if names:
        audit.record("tenants.storage.set", location, actor=actor, state=action, field=list(names))
    return Change(action, location, names)


@transaction.atomic
def replace_secret(
    location: StorageLocation, access_key_id: str, secret_key: str, *, actor: User | None = None
) -> None:
    """Another credential for the same bucket. Raises Refused, claims.Taken."""
    organization = location.organization
    wanted = NewLocation(
        **{name: getattr(location, name) for name in (*PLACE, "region", "signing_region")},
        access_key_id=access_key_id,
        secret_key=secret_key,
    )
    # The place is there already; a secret is not.
    reason = check(organization, tidy(wanted), is_new=not secret_key)
    if reason:
        raise Refused(reason)
    claim(organization.pk, wanted)
    location.access_key_id = access_key_id
    set_secret(location, "sealed_secret", secret_key)
    location.save(update_fields=["access_key_id", "sealed_secret"])
    audit.record("tenants.storage.rekeyed", location, actor=actor)


def _same_place(wanted: NewLocation) -> StorageLocation | None:
    place = {name: getattr(wanted, name) for name in PLACE}
    return StorageLocation.objects.filter(**place).first()


def _may_begin_here(organization: Organization) -> bool:
    return not organization.is_live and active_location() is None


def _changed(location: StorageLocation, wanted: NewLocation) -> tuple[str, ...]:
    names = [one.name for one in fields(wanted) if one.name != "secret_key"]
    changed = [name for name in names if getattr(location, name) != getattr(wanted, name)]
    if wanted.secret_key and get_secret(location, "sealed_secret") != wanted.secret_key:
        changed.append("sealed_secret")
    return tuple(changed)


def _set(location: StorageLocation, name: str, wanted: NewLocation) -> None:
    if name == "sealed_secret":
        set_secret(location, name, wanted.secret_key)
    else:
        setattr(location, name, getattr(wanted, name))
