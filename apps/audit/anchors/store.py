"""The interface of anchor storage and the choice of its engine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from django.conf import settings

from apps.audit.anchors.folder import FolderAnchors

S3 = "s3://"


class AnchorStore(Protocol):
    """Names are organization/day.json. What was put stays. Every method may raise OSError."""

    def put(self, name: str, data: bytes) -> bool:
        """False where the name is taken."""
        ...

    def names(self) -> list[str]:
        """All names in order."""
        ...

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError."""
        ...


def anchor_store() -> AnchorStore | None:
    """None where no anchors are kept."""
    place: str = settings.AUDIT_ANCHORS
    if not place:
        return None
    if not place.startswith(S3):
        return FolderAnchors(Path(place))
    # Loaded where it is used: the client library is large.
    from apps.audit.anchors.s3 import S3Anchors, s3_client

    bucket, _, prefix = place[len(S3) :].partition("/")
    client = s3_client(
        settings.AUDIT_ANCHORS_ENDPOINT,
        settings.AUDIT_ANCHORS_REGION,
        settings.AUDIT_ANCHORS_KEY_ID,
        settings.AUDIT_ANCHORS_SECRET,
    )
    return S3Anchors(client, bucket, prefix.strip("/"), settings.AUDIT_ANCHORS_RETAIN_DAYS)
