"""What happened to files, transition by transition, from the record."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from apps.audit.history import Entry, details_of, what, who
from apps.audit.models import AuditEvent
from apps.core.leases import Leased
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress
from apps.tenants.access import Active
from apps.tenants.queries import permit

MOST = 500
# Reading is no transition, and what stands beside the timeline is not said again.
OF_RECORDINGS = {
    *("ecg.recording.created", "ecg.recording.measured", "ecg.recording.moved"),
    *("ecg.recording.retimed", "ecg.recording.duplicated"),
    *("ecg.recording.numbered", "ecg.recording.numbered_otherwise"),
}
OF_FILES = {"ingestion.document.kept", "ingestion.upload.kept"}
LEFT_OUT = {"sha256", "size", "recording", "archive", "field", "since"}
REPLAYED = "ingestion.file.replayed"


def timelines_of(active: Active, arrivals: Iterable[Ingress]) -> dict[int, list[Entry]]:
    """By the key of each arrival: its own events and its recording's, oldest first, and when it was
    given up: the row says it, and once it runs again the event of that. One query.
    """
    permit(active, "view_recordings")
    owners: dict[tuple[str, str], list[int]] = defaultdict(list)
    arrivals = list(arrivals)
    for arrival in arrivals:
        owners[_name(arrival)].append(arrival.pk)
        if arrival.recording and arrival.outcome == Ingress.Outcome.NEW:
            owners[_name(arrival.recording)].append(arrival.pk)
    found: dict[int, list[Entry]] = defaultdict(list)
    for event in _events([*owners]):
        entry = Entry(
            event.seq, event.occurred_at, what(event), who(event), details_of(event, LEFT_OUT)
        )
        before = _given_up_before(event)
        for key in owners[event.object_type, event.object_id]:
            found[key] += [*before, entry]
    for arrival in arrivals:
        if arrival.state == Leased.State.DEAD:
            found[arrival.pk].append(_given_up(arrival.available_at, arrival.error_code))
    return found


def _given_up(at: dt.datetime, code: str) -> Entry:
    return Entry(0, at, "Given up", "The platform", f"code: {code}")


def _given_up_before(event: AuditEvent) -> list[Entry]:
    if event.code != REPLAYED:
        return []
    details = json.loads(event.details)
    since = details.get("since")
    return [_given_up(dt.datetime.fromisoformat(since), details["code"])] if since else []


def _events(names: list[tuple[str, str]]) -> list[AuditEvent]:
    of_files = Q(code__startswith="ingestion.file.") | Q(code__in=OF_FILES)
    wanted = Q(pk__in=[])
    for label, name in names:
        wanted |= Q(object_type=label, object_id=name)
    rows = AuditEvent.objects.filter(wanted, of_files | Q(code__in=OF_RECORDINGS))
    return list(rows.select_related("actor", "client").order_by("seq")[:MOST])


def _name(row: Ingress | Recording) -> tuple[str, str]:
    return row._meta.label_lower, str(row.public_id)
