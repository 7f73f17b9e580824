"""What a storage location must be, whoever asks for it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from apps.core.hosts import LOOPBACK, one_spelling
from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import Organization

if TYPE_CHECKING:
    from apps.tenants.storage import NewLocation

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
AMAZON = "amazonaws.com"
# Amazon's regions that lie in a region of ours; other gateways name theirs as they like.
AMAZON_REGIONS = {"uk": re.compile(r"eu-west-2"), "us": re.compile(r"us(-gov)?-(east|west)-\d")}
USUAL_REGION = {"uk": "eu-west-2", "us": "us-east-1"}
ONLY_OF = {
    "folder": ("endpoint", "bucket", "prefix", "signing_region", "access_key_id", "secret_key"),
    "s3": ("root",),
}


def tidy(wanted: NewLocation) -> NewLocation:
    """One spelling of each value: places are compared by it."""
    if wanted.kind == StorageLocation.Kind.FOLDER:
        return replace(wanted, root=str(Path(wanted.root).resolve()) if wanted.root else "")
    return replace(
        wanted,
        endpoint=wanted.endpoint.strip().rstrip("/"),
        prefix=wanted.prefix.strip("/"),
        signing_region=wanted.signing_region or USUAL_REGION.get(wanted.region, ""),
    )


def server_of(endpoint: str) -> str:
    """Host and port of a gateway; bucket names are one space all over Amazon."""
    parts = urlsplit(endpoint)
    host = one_spelling(parts.hostname or "")
    if not endpoint or host == AMAZON or host.endswith(f".{AMAZON}"):
        return AMAZON
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def check(organization: Organization, wanted: NewLocation, *, is_new: bool) -> str:
    """The reason why it may not be the organization's, or nothing.

    `is_new` asks for a secret, and for a gateway that the settings name.
    """
    if wanted.kind not in StorageLocation.Kind.values:
        return "the kind of storage must be folder or s3"
    if wanted.region != organization.region:
        return f"storage must lie in the organization's region, {organization.region}"
    superfluous = [name for name in ONLY_OF[wanted.kind] if getattr(wanted, name)]
    if superfluous:
        return f"{superfluous[0]} is not for storage of kind {wanted.kind}"
    if wanted.kind == StorageLocation.Kind.FOLDER:
        return _folder(wanted)
    reason = _bucket(wanted) or _credential(wanted, is_new)
    return reason or (unnamed(wanted.endpoint) if is_new else "")


def _folder(wanted: NewLocation) -> str:
    root = Path(wanted.root)
    if not wanted.root or not root.is_absolute() or len(root.parts) < 3:
        return "the folder must be an absolute path, two folders deep or more"
    if within(root, Path(settings.BLOB_ROOT).resolve()):
        return "the folder must lie apart from the platform's own"
    return ""


def within(one: Path, other: Path) -> bool:
    """Whether they are the same folder, or one lies in the other."""
    return one == other or one in other.parents or other in one.parents


def _bucket(wanted: NewLocation) -> str:
    if not BUCKET.fullmatch(wanted.bucket):
        return "the bucket's name must be 3 to 63 lower-case letters, digits, dots and hyphens"
    if wanted.prefix and not PREFIX.fullmatch(wanted.prefix):
        return "the prefix must be names with single strokes between them"
    parts = urlsplit(wanted.endpoint)
    if wanted.endpoint and (parts.scheme not in {"http", "https"} or not parts.hostname):
        return "the endpoint must be an address that begins with https://"
    if parts.username or parts.path or parts.query or parts.fragment:
        return "the endpoint must be a host and a port, nothing more"
    if parts.scheme == "http" and one_spelling(parts.hostname or "") != LOOPBACK:
        return "the endpoint must be an address that begins with https://"
    if server_of(wanted.endpoint) == AMAZON:
        allowed = AMAZON_REGIONS[wanted.region].fullmatch(wanted.signing_region)
        return "" if allowed else f"{wanted.signing_region} does not lie in {wanted.region}"
    return ""


def unnamed(endpoint: str) -> str:
    """The reason why nothing is asked of a gateway that nobody who runs the platform named."""
    server = server_of(endpoint)
    host = server.rpartition(":")[0]
    if settings.DEMO or server == AMAZON or {host, server} & set(settings.STORAGE_HOSTS):
        return ""
    return "the endpoint must be a gateway that EINTHOVEN_STORAGE_HOSTS names"


def _credential(wanted: NewLocation, is_new: bool) -> str:
    if not wanted.access_key_id or (is_new and not wanted.secret_key):
        return "a bucket needs the organization's own access key id and secret key"
    return ""
