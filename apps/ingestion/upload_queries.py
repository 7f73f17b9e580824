"""Finding uploads in parts."""

from __future__ import annotations

import uuid

from django.http import Http404

from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_room import open_uploads
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.queries import permit

LISTED = 50


def get_upload_to_send(active: Active, public_id: uuid.UUID) -> UploadSession:
    """An upload of the organization's people."""
    permit(active, "upload_files")
    return upload_named(public_id, Ingress.Source.WEB)


def unfinished_uploads_of(active: Active, user: User) -> list[UploadSession]:
    """The person's own that are open, the first to end first."""
    permit(active, "upload_files")
    return list(open_uploads().filter(sender=user).order_by("expires_at", "id")[:LISTED])


def upload_named(public_id: uuid.UUID, source: str) -> UploadSession:
    """Of one door: raises Http404 for what came through another."""
    rows = UploadSession.objects.select_related("location", "ingress", "site")
    found = rows.filter(public_id=public_id, source=source).first()
    if found is None:
        raise Http404
    return found


def takes_parts(public_id: uuid.UUID) -> bool:
    rows = UploadSession.objects.filter(public_id=public_id, location=None)
    return rows.filter(state=UploadSession.State.OPEN).exists()
