"""Taking bytes over from staging: sealed, named by what they are, and only then scanned.

It may end between any two lines and run again: storing the same bytes twice is storing them once,
the row names them in one transaction, and what is left in staging is removed afterwards.
"""

from __future__ import annotations

from django.db import transaction

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt, Stored, TooLarge
from apps.core.errors import PermanentError
from apps.core.leases import Lease, Leased, LeaseLost
from apps.ecg.formats.canonical import Refused
from apps.ingestion import staging
from apps.ingestion.actions import RAW
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_ends import clear_ended
from apps.tenants import blobs

# The field that a file is refused for when it is not the one that was announced.
ANNOUNCED = "sha256"


def take_over(ingress: Ingress, lease: Lease) -> bool:
    """False for a file that came through another door, or was taken over before.

    Raises Refused where the bytes are not those that were announced (they are kept all the same),
    PermanentError, RetryableError and LeaseLost.
    """
    if ingress.refusal_field == ANNOUNCED:
        raise _differs()
    if ingress.sha256:
        return False
    with transaction.atomic():
        rows = UploadSession.objects.select_related("location")
        upload = rows.filter(ingress=ingress).first()
    if upload is None:
        raise PermanentError("staged-bytes-missing")
    stored = _sealed(upload)
    _name(ingress, upload, stored, lease)
    clear_ended([upload.pk])
    if (stored.sha256, stored.size) != (upload.content_hash, upload.size):
        raise _differs()
    return True


def _sealed(upload: UploadSession) -> Stored:
    try:
        return blobs.put(upload.organization_id, RAW, staging.chunks(upload), limit=upload.size)
    except FileNotFoundError:
        raise_alarm("storage.not_genuine", str(upload.public_id))
        raise PermanentError("staged-bytes-missing") from None
    except (Corrupt, Unsealable):
        raise PermanentError("staged-bytes-not-genuine") from None
    except TooLarge:
        raise PermanentError("staged-bytes-too-many") from None


@transaction.atomic
def _name(ingress: Ingress, upload: UploadSession, stored: Stored, lease: Lease) -> None:
    """From here on the row names its bytes, as the row of every other door does."""
    ours = Ingress.objects.filter(
        pk=lease.id, lease_token=lease.token, state=Leased.State.PROCESSING
    )
    if ours.update(sha256=stored.sha256, size=stored.size) != 1:
        raise LeaseLost
    UploadSession.objects.filter(pk=upload.pk).update(state=UploadSession.State.KEPT)
    audit.record("ingestion.upload.kept", ingress, sha256=stored.sha256, size=stored.size)
    ingress.sha256, ingress.size = stored.sha256, stored.size


def _differs() -> Refused:
    return Refused(
        "not-as-announced",
        "What arrived is not the file that was announced: its SHA-256 is another. Send it again.",
        field=ANNOUNCED,
    )
