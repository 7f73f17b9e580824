"""An organization recreated from its export: not live until everything is proven equal."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.audit import actions as audit
from apps.core.blobs.store import blob_key
from apps.core.errors import PermanentError
from apps.core.scope import organization_scope
from apps.reports.imported import record_imported_reports
from apps.reports.search.rebuild import index_organization
from apps.tenants import blobs
from apps.tenants.actions import (
    NewOrganization,
    open_organization,
    organization_for_platform,
    put_live,
)
from apps.tenants.keys import destroyed_key
from apps.tenants.models import PLATFORM_SLUG, ImportedTrail, Organization
from apps.web.offboarding import arrivals
from apps.web.offboarding.adapt import Place
from apps.web.offboarding.compare import Equal, compare
from apps.web.offboarding.filling import fill, numbers_of
from apps.web.offboarding.folder import read
from apps.web.offboarding.former import keep_trail
from apps.web.offboarding.names import Names
from apps.web.offboarding.numbers import Numbers
from apps.web.offboarding.tables import NOT_IMPORTED, exported, imported
from apps.web.offboarding.verify import Export

Progress = Callable[[str, int], None]


class NotImportable(PermanentError):
    """The export cannot be recreated here; the text says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """`equal` is None where an earlier run had completed: people may have worked since."""

    organization: Organization
    equal: Equal | None


def import_export(
    export: Export,
    slug: str,
    *,
    new_ids: bool = False,
    progress: Progress = lambda _what, _count: None,
) -> Imported:
    """Call with no scope open, again after a crash.

    Raises NotImportable, NotFilled, Different, RetryableError, OSError.
    """
    _refuse_other_forms(export)
    names = Names(export.manifest["organization"], slug if new_ids else "")
    organization = _opened(export, slug, names)
    if organization.is_live:
        return Imported(organization, None)
    keep_trail(organization, export)
    place = _filled(export, organization, names, progress)
    _store(export, organization, progress)
    record_imported_reports(organization.pk)
    index_organization(organization.pk, lambda count: progress("recordings to search", count))
    equal = compare(export, place, progress)
    return Imported(_finished(export, organization, equal), equal)


def _refuse_other_forms(export: Export) -> None:
    """Tables and columns must be those of this version: nothing is guessed or dropped."""
    if export.is_encrypted:
        raise NotImportable("it is encrypted: open it with the recipient's key first")
    there = export.manifest["tables"]
    known = {table.name: table.columns for table in exported()}
    for name in sorted(there.keys() | known.keys()):
        if name not in known or name not in there:
            raise NotImportable(f"the table {name} is in one of both versions only")
        if there[name]["columns"] != known[name]:
            raise NotImportable(f"the table {name} has other columns in this version")


def _opened(export: Export, slug: str, names: Names) -> Organization:
    """The organization's row, chain and key; one that a killed run had begun."""
    if slug == PLATFORM_SLUG:
        raise NotImportable("the name is reserved")
    said = json.loads(next(export.lines("organization.json")))
    public_id = uuid.UUID(names.of(said["public_id"]))
    _refuse_taken(slug, public_id)
    there = organization_for_platform(slug)
    if there is not None and not _is_ours(there, public_id, export):
        raise NotImportable(f"there is another organization “{slug}”")
    columns = ("name", "region", "type", "time_zone", "assigning_authority")
    wanted = {column: said[column] for column in columns}
    made = open_organization(NewOrganization(slug=slug, public_id=public_id, **wanted))
    with organization_scope(made.pk), transaction.atomic():
        flagged = ("second_factor_required", "allows_emergency_entry", "signatures_required")
        flags = {name: said[name] for name in flagged if name in said}
        if not made.is_live:
            Organization.objects.filter(pk=made.pk).update(**flags)
        return Organization.objects.get(pk=made.pk)


def _refuse_taken(slug: str, public_id: uuid.UUID) -> None:
    others = Organization.objects.using("platform").filter(public_id=public_id).exclude(slug=slug)
    holder = others.first()
    if holder is not None:
        raise NotImportable(
            f"“{holder.slug}” is the organization it was exported from, and its public ids are"
            " taken; give the rows others by --new-ids"
        )


def _is_ours(there: Organization, public_id: uuid.UUID, export: Export) -> bool:
    """Begun from this export, or made just before that and empty."""
    if there.public_id != public_id:
        return False
    with organization_scope(there.pk), transaction.atomic():
        parts = ImportedTrail.objects.filter(manifest_sha256=export.manifest["manifest_sha256"])
        if parts.exists():
            return True
        filled = any(table.model._base_manager.exists() for table in imported())
        return not (there.is_live or filled or ImportedTrail.objects.exists() or destroyed_key())


def _filled(export: Export, organization: Organization, names: Names, progress: Progress) -> Place:
    numbers: dict[str, Numbers] = {}
    people = arrivals.people_of(export, names)
    as_of = export.manifest["as_of"]
    place = Place(organization.pk, names, numbers, people, as_of)
    named = {parent for table in imported() for parent in table.parents.values()}
    for table in imported():
        lines = export.lines(f"tables/{table.name}.jsonl")
        if table.name in named:
            numbers[table.name] = numbers_of(table, lines, place)
        else:
            for _ in fill(table, lines, place):
                continue
        progress(f"rows of {table.name}", export.manifest["tables"][table.name]["rows"])
    return place


def _store(export: Export, organization: Organization, progress: Progress) -> None:
    engine, count = blobs.engine_of(organization.pk), 0
    for listed in export.listed():
        if not listed.path.startswith("blobs/"):
            continue
        _, kind, sha256 = listed.path.split("/")
        if not engine.exists(blob_key(organization.pk, kind, sha256)):
            blobs.put(organization.pk, kind, read(export.path(listed.path)))
        count += 1
        progress("stored files", count)


def _finished(export: Export, organization: Organization, equal: Equal) -> Organization:
    with organization_scope(organization.pk), transaction.atomic():
        audit.record(
            "tenants.organization.imported",
            organization,
            sha256=export.manifest["manifest_sha256"],
            count=equal.rows,
            source=export.manifest["organization"],
            version=settings.APP_VERSION,
        )
    return put_live(organization)


def said_of(done: Imported) -> dict[str, Any]:
    """For people and programs."""
    result = {"organization": str(done.organization.public_id), "slug": done.organization.slug}
    if done.equal is None:
        return result | {"outcome": "live-already"}
    return result | {"outcome": "equal", **asdict(done.equal), "not_imported": NOT_IMPORTED}
