"""What must be true of one ECG, whatever way, order and accident it came by."""

from __future__ import annotations

import hashlib

from apps.billing.models import Charge
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress, RecordingArrival
from tests.factories import inside
from tests.sameness.doors import DOORS

# The source; whose it is and what it is called there.
OF_THE_DOOR = {"source", "idem_key", "filename", "sender_id"}
IDS = {"id", "public_id", "trace_id"}
TIMES = {"received_at", "scanned_at", "decoded_at", "antivirus_at", "available_at"}
# Of the queue: its place, how often a worker was killed over it.
WORK = {"turn", "attempts", "lease_token", "lease_until", "error_code"}
# Who came first is new, who came later is the same: compared on its own.
COURSE = {"state", "outcome", "format"}
APART = OF_THE_DOOR | IDS | TIMES | WORK | COURSE


def shape(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in APART}


def check(organization, data: bytes, doors=DOORS) -> None:
    """Raises AssertionError."""
    digest = hashlib.sha256(data).hexdigest()
    with inside(organization):
        rows = list(Ingress.objects.filter(sha256=digest).values())
        assert sorted(row["source"] for row in rows) == sorted(set(doors))
        (recording,) = Recording.objects.filter(original_sha256=digest)
        assert [row for row in rows if shape(row) != shape(rows[0])] == []
        assert {row["recording_id"] for row in rows} == {recording.pk}
        outcomes = sorted(row["outcome"] for row in rows)
        assert outcomes == ["new", *["same_bytes"] * (len(rows) - 1)]
        arrivals = RecordingArrival.objects.filter(recording=recording)
        assert arrivals.count() == len(rows)
        charged = Charge.objects.filter(recording=recording)
        assert charged.values("subject_id", "meter").distinct().count() == charged.count() == 1
