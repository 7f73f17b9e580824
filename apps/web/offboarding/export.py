"""Everything that is an organization's, in one folder, of one moment.

The tables, the people and the trail are read in one snapshot and written anew by every run; the
stored files they name never change, so a run that was killed goes on with those that are missing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.signing import public_key, sign
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.errors import PermanentError
from apps.core.scope import organization_scope
from apps.ingestion.models import Ingress
from apps.tenants import blobs
from apps.tenants.models import Organization, OrganizationExport, User
from apps.tenants.queries import organization_named
from apps.web.offboarding import people, trail
from apps.web.offboarding.folder import MANIFEST, SIGNATURE, Folder, Listed, compact
from apps.web.offboarding.rows import lines_of, snapshot
from apps.web.offboarding.tables import NOT_EXPORTED, exported
from config.isolation import STORED

FORM = 1
EVERY = 1000
ORGANIZATION = (
    "public_id", "slug", "name", "region", "type", "time_zone", "assigning_authority",
    "second_factor_required", "signatures_required", "allows_emergency_entry",
)  # fmt: skip
WARNING = (
    "Patient data of one organization, complete and readable by whoever holds this folder."
    " Keep it encrypted."
)

Progress = Callable[[str, int], None]


class NotWhole(PermanentError):
    """Stored bytes that a row names cannot be had; the code says which kind and hash."""


@dataclass(slots=True)
class Contents:
    """What has been written so far."""

    listing: IO[bytes]
    files: int = 0
    size: int = 0
    list_digest: Any = field(default_factory=hashlib.sha256)
    content_digest: Any = field(default_factory=hashlib.sha256)
    tables: dict[str, Any] = field(default_factory=dict)
    people: int = 0
    blobs: Counter[str] = field(default_factory=Counter)

    def add(self, listed: Listed) -> None:
        line = listed.line()
        self.listing.write(line)
        self.list_digest.update(line)
        self.content_digest.update(f"{listed.sha256}  {listed.path}\n".encode())
        self.files, self.size = self.files + 1, self.size + listed.size


def write_export(
    organization_id: int,
    folder: Folder,
    progress: Progress = lambda _what, _count: None,
    *,
    by: User | None = None,
) -> dict[str, Any]:
    """The manifest of the whole export. Call with no scope open, again after a crash.

    Raises NotThatFolder, NotWhole, BrokenChain, RetryableError, OSError.
    """
    # Both are events: written before the snapshot, so that they are in it.
    blobs.keyring_of(organization_id)
    audit.record_alone(organization_id, "tenants.organization.exporting", actor=by)
    begun = folder.begin(str(organization_named(organization_id).public_id))
    with TemporaryFile("w+") as names, folder.listing() as listing:
        contents = Contents(listing)
        with snapshot(organization_id):
            organization = Organization.objects.get(pk=organization_id)
            last = trail.last_event(begun.get("last_event"))
            folder.note(str(organization.public_id), last)
            _check_staging()
            _write_rows(organization, folder, contents, progress)
            _write_trail(last, folder, contents, progress)
            said = _said(organization, last)
            _note_blobs(names)
        names.seek(0)
        _write_blobs(organization_id, folder, contents, names, progress)
        folder.finish(listing)
    return _sign(folder, said | _of(contents, folder))


def _check_staging() -> None:
    """Raises NotWhole while the bytes of an accepted file lie where no row names them."""
    count = Ingress.objects.filter(sha256="").count()
    if count:
        raise NotWhole(f"{count} files sent in parts are not taken over yet")


def _write_rows(
    organization: Organization, folder: Folder, contents: Contents, progress: Progress
) -> None:
    contents.add(folder.write("organization.json", [_organization(organization)]))
    counted = _Lines("people", people.lines(), progress)
    contents.add(folder.write("people.jsonl", counted))
    contents.people = counted.count
    for table in exported():
        counted = _Lines(table.name, lines_of(table, organization.pk), progress)
        contents.add(folder.write(f"tables/{table.name}.jsonl", counted))
        contents.tables[table.name] = {
            "rows": counted.count,
            "columns": table.columns,
            "sealed": table.sealed,
            "left_out": table.left_out,
        }


def _write_trail(last: int, folder: Folder, contents: Contents, progress: Progress) -> None:
    for number, (name, chunks) in enumerate(trail.parts(last), 1):
        contents.add(folder.write(name, chunks))
        progress("parts of the trail", number)


def _said(organization: Organization, last: int) -> dict[str, Any]:
    return {
        "organization": str(organization.public_id),
        "slug": organization.slug,
        "name": organization.name,
        "last_event": last,
        "as_of": _moment(trail.date_of(last)),
    }


def _organization(organization: Organization) -> bytes:
    said = {column: getattr(organization, column) for column in ORGANIZATION}
    return compact(said | {"public_id": str(organization.public_id)}) + b"\n"


class _Lines:
    """Counts lines on their way and tells of every thousandth."""

    def __init__(self, what: str, lines: Iterable[bytes], progress: Progress) -> None:
        self._what, self._lines, self._progress = what, lines, progress
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.count += 1
            if self.count % EVERY == 0:
                self._progress(self._what, self.count)
            yield line


def _note_blobs(names: IO[str]) -> None:
    """Every stored file that the snapshot's rows name, once, in order."""
    parts = [
        f"SELECT '{kind}' AS kind, {column} AS sha256 FROM {table} WHERE {column} <> ''"  # noqa: S608 - names come from the code
        for table, column, kind in STORED
    ]
    statement = f"{' UNION '.join(parts)} ORDER BY kind, sha256"
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while found := cursor.fetchmany(EVERY):
            names.writelines(json.dumps(row) + "\n" for row in found)


def _write_blobs(
    organization_id: int, folder: Folder, contents: Contents, names: IO[str], progress: Progress
) -> None:
    for number, line in enumerate(names, 1):
        kind, sha256 = json.loads(line)
        name = f"blobs/{kind}/{sha256}"
        listed = folder.kept(name, sha256)
        contents.add(listed or folder.write(name, [_blob(organization_id, kind, sha256)]))
        contents.blobs[kind] += 1
        if number % EVERY == 0:
            progress("stored files", number)


def _blob(organization_id: int, kind: str, sha256: str) -> bytes:
    try:
        return blobs.get(organization_id, kind, sha256)
    except FileNotFoundError:
        raise NotWhole(f"missing: {kind} {sha256}") from None
    except (Corrupt, Unsealable):
        raise NotWhole(f"not genuine: {kind} {sha256}") from None


def _of(contents: Contents, folder: Folder) -> dict[str, Any]:
    return {
        "form": FORM,
        "software": settings.APP_VERSION,
        "key": base64.b64encode(public_key()).decode(),
        "recipient": folder.recipient.name if folder.recipient else None,
        "warning": WARNING,
        "files": contents.files,
        "bytes": contents.size,
        "files_sha256": contents.list_digest.hexdigest(),
        "content_sha256": contents.content_digest.hexdigest(),
        "people": {
            "rows": contents.people,
            "columns": list(people.COLUMNS),
            "left_out": list(people.LEFT_OUT),
        },
        "tables": contents.tables,
        "not_exported": NOT_EXPORTED,
        "blobs": dict(sorted(contents.blobs.items())),
    }


def _sign(folder: Folder, manifest: dict[str, Any]) -> dict[str, Any]:
    data = compact(manifest)
    folder.put(SIGNATURE, [base64.b64encode(sign(data))])
    # The last file: without it there is no export.
    folder.put(MANIFEST, [data])
    return manifest | {"manifest_sha256": hashlib.sha256(data).hexdigest()}


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def note_verified(
    organization_id: int, manifest: dict[str, Any], *, by: User | None = None
) -> None:
    """Keep on the record that a whole export is there and was read back just now."""
    with organization_scope(organization_id), transaction.atomic():
        export, is_new = OrganizationExport.objects.update_or_create(
            organization_id=organization_id,
            manifest_sha256=manifest["manifest_sha256"],
            defaults={
                "last_event": manifest["last_event"],
                "files": manifest["files"],
                "size": manifest["bytes"],
                "is_encrypted": manifest["recipient"] is not None,
                "verified_at": timezone.now(),
            },
        )
        if is_new:
            audit.record(
                "tenants.organization.exported",
                export,
                actor=by,
                sha256=export.manifest_sha256,
                count=export.files,
                size=export.size,
            )
