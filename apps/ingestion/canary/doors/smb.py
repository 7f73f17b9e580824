"""By a file share: a file written where the carts leave theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import transaction

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.ingestion.canary.errors import Impossible
from apps.ingestion.canary.file import CanaryFile
from apps.ingestion.canary.program import signature_of
from apps.ingestion.model_canary import PathCanary
from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.client import Share
from apps.ingestion.smb.discovery import path_on_share
from apps.ingestion.smb.errors import AddressNotAllowed, Denied, Gone, ShareError
from apps.ingestion.smb.names import is_wanted, patterns_of
from apps.ingestion.smb.signatures import ENDING
from apps.ingestion.sources import password_of, place_of


def name_of(row: PathCanary) -> str:
    return f"einthoven-test-{row.public_id}.dcm"


def write(row: PathCanary, file: CanaryFile) -> None:
    source = _source(row)
    if not is_wanted(name_of(row), patterns_of(source)):
        raise Impossible("pattern-takes-no-dicom")
    with transaction.atomic():
        earlier = PathCanary.objects.filter(path=row.path, place=row.place, pk__lt=row.pk)
        last = earlier.order_by("-id").first()
    with _opened(source) as share:
        if source.asks_for_signatures:
            signature = signature_of(file.data, version=_version(source))
            share.write(path_on_share(source, name_of(row) + ENDING), signature)
        share.write(path_on_share(source, name_of(row)), file.data)
        if last is not None:
            # Where archiving leaves files in place, the one before is of no use any more.
            for name in (name_of(last), name_of(last) + ENDING):
                with suppress(Gone):
                    share.remove(path_on_share(source, name))


def _version(source: ShareSource) -> int:
    """A key for each share: the file waits there while other paths are tried with others."""
    return 2 + source.pk % 30_000


def _source(row: PathCanary) -> ShareSource:
    with transaction.atomic():
        rows = ShareSource.objects.select_related("organization")
        found = rows.filter(name=row.place, is_active=True).first()
    if found is None:
        raise Impossible("share-not-in-use")
    return found


@contextmanager
def _opened(source: ShareSource) -> Iterator[Share]:
    """Raises Impossible where nobody may write there, RetryableError."""
    try:
        share = Share(place_of(source), password_of(source))
    except Unsealable:
        raise Impossible("password-cannot-be-unsealed") from None
    except AddressNotAllowed:
        raise Impossible("address-not-allowed") from None
    except ShareError:
        raise RetryableError("share-unreachable") from None
    try:
        yield share
    except Denied:
        raise Impossible("share-not-writable") from None
    except ShareError:
        raise RetryableError("share-lost") from None
    finally:
        share.close()
