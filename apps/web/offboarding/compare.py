"""Whether what was recreated is what was exported: every row, every stored file, every hash."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db import transaction

from apps.audit.verify import verify_chain
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.errors import PermanentError
from apps.core.scope import organization_scope
from apps.ecg import waveforms
from apps.ecg.formats.canonical import canonical_hash
from apps.ecg.models import Recording, Waveform
from apps.reports.rebuild import verify_reports
from apps.tenants import blobs
from apps.web.offboarding.adapt import GIVEN_HERE, Place
from apps.web.offboarding.former import verify_former_trail
from apps.web.offboarding.rows import lines_of, snapshot
from apps.web.offboarding.tables import Table, imported
from apps.web.offboarding.verify import Export

AT_ONCE = 200
UNREADABLE = (FileNotFoundError, Corrupt, Unsealable)

Progress = Callable[[str, int], None]
Row = dict[str, Any]


class Different(PermanentError):
    """The text names the first difference by table, place and column, never by value."""


@dataclass(slots=True)
class Equal:
    """How many of each kind were compared and are equal."""

    tables: int = 0
    rows: int = 0
    stored_files: int = 0
    waveforms: int = 0
    reports: int = 0
    former_events: int = 0


def compare(export: Export, place: Place, progress: Progress) -> Equal:
    """Call with no scope open. Raises Different."""
    found = Equal()
    with snapshot(place.organization_id):
        for table in imported():
            found.tables, found.rows = found.tables + 1, found.rows + _rows(export, place, table)
            progress("rows compared", found.rows)
    found.stored_files = _stored(export, place, progress)
    found.waveforms = _waveforms(place)
    found.reports = _proven("reports", verify_reports(place.organization_id))
    found.former_events = _proven("trail", verify_former_trail(place.organization_id))
    chain = verify_chain(place.organization_id)
    if chain.failure:
        raise Different(f"trail: {chain.failure}")
    return found


def _rows(export: Export, place: Place, table: Table) -> int:
    count = 0
    former = export.lines(f"tables/{table.name}.jsonl")
    for line, stored in zip_longest(former, lines_of(table, place.organization_id)):
        count += 1
        where = f"{table.name}, row {count}"
        if line is None or stored is None:
            raise Different(f"{where}: is {'not in the export' if line is None else 'missing'}")
        column = _differing(_expected(table, place, line), _read(stored))
        if column:
            raise Different(f"{where}: {column}")
    return count


def _expected(table: Table, place: Place, line: bytes) -> Row:
    row = _read(line)
    changed = place.changed(table, json.loads(line))
    if table.sealed:
        plain = place.opened(table, row)
        changed |= place.hashed(table, plain)
        for column, data in plain.items():
            changed[column] = None if data is None else base64.b64encode(data).decode()
    return row | changed


def _read(line: bytes) -> Row:
    """Numbers with a point as they are written: 1.10 is not 1.1."""
    row: Row = json.loads(line, parse_float=str)
    return row


def _differing(wanted: Row, stored: Row) -> str:
    names = sorted((wanted.keys() | stored.keys()) - GIVEN_HERE)
    return next((name for name in names if wanted.get(name) != stored.get(name)), "")


def _stored(export: Export, place: Place, progress: Progress) -> int:
    """Each is opened under the new keys and hashed."""
    count = 0
    for listed in export.listed():
        if listed.path.startswith("blobs/"):
            _, kind, sha256 = listed.path.split("/")
            try:
                blobs.get(place.organization_id, kind, sha256)
            except UNREADABLE:
                raise Different(f"stored file {kind} {sha256}") from None
            count += 1
            progress("stored files compared", count)
    return count


def _waveforms(place: Place) -> int:
    """The hash of every signal, computed from the samples that are stored now."""
    count = 0
    for recording in _recordings(place.organization_id):
        try:
            with organization_scope(place.organization_id), transaction.atomic():
                found = canonical_hash(waveforms.load(recording))
        except (*UNREADABLE, Waveform.DoesNotExist):
            raise Different(f"recording {recording.public_id}: no waveform") from None
        if found != recording.canonical_hash:
            raise Different(f"recording {recording.public_id}: canonical_hash")
        count += 1
    return count


def _recordings(organization_id: int) -> Iterator[Recording]:
    last = 0
    while True:
        with organization_scope(organization_id), transaction.atomic():
            rows = list(Recording.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE])
        if not rows:
            return
        yield from rows
        last = rows[-1].pk


def _proven(what: str, proof: Any) -> int:
    if proof.failure:
        raise Different(f"{what}: {proof.failure}")
    return int(proof.looked_at)
