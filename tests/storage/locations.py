"""Locations for tests."""

from __future__ import annotations

from typing import Any

from apps.core.blobs.s3 import Bucket
from apps.core.scope import organization_scope
from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import Organization
from apps.tenants.storage import Change, NewLocation, set_location
from tests.factories import inside


def bucket_location(bucket: Bucket, **changes: Any) -> NewLocation:
    given: dict[str, Any] = {
        "kind": "s3",
        "region": "uk",
        "endpoint": bucket.endpoint,
        "bucket": bucket.name,
        "prefix": bucket.prefix,
        "signing_region": bucket.region,
        "access_key_id": bucket.access_key_id,
        "secret_key": bucket.secret_key,
    }
    return NewLocation(**(given | changes))


def folder_location(root: Any, **changes: Any) -> NewLocation:
    return NewLocation(**({"kind": "folder", "region": "uk", "root": str(root)} | changes))


def some_bucket(name: str = "one-bucket", **changes: Any) -> NewLocation:
    """One that nobody asks anything."""
    address = "https://s3.example.test"
    return bucket_location(Bucket(address, name, "", "r1", f"KEY-{name}", "secret"), **changes)


def placed(organization: Organization, wanted: NewLocation) -> Change:
    with organization_scope(organization.pk):
        return set_location(organization, wanted)


def use(organization: Organization, wanted: NewLocation) -> StorageLocation:
    """As after a move: the place in use. Only for an organization without bytes."""
    location = placed(organization, wanted).location
    with inside(organization):
        StorageLocation.objects.filter(pk=location.pk).update(is_active=True)
        location.refresh_from_db()
    return location
