"""Arrivals with their progress, as pages and scripts show them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.core.leases import Leased
from apps.ecg.queries import stage_runs_of
from apps.inference.models import InferenceRun
from apps.inference.queries import runs_of
from apps.ingestion.case_queries import cases_of
from apps.ingestion.file_queries import held_by
from apps.ingestion.malware import may_be_opened
from apps.ingestion.models import Ingress
from apps.ingestion.quarantine import RELEASABLE, STOPPED
from apps.ingestion.rules import current_rules
from apps.ingestion.stated import MISMATCHES
from apps.tenants.access import Active
from apps.web.checks import check_counts, check_rows
from apps.web.stages import Progress, progress_of, reference_of


@dataclass(frozen=True, slots=True)
class Row:
    arrival: Ingress
    progress: Progress

    @property
    def reference(self) -> str:
        return reference_of(self.arrival)

    @property
    def recording_url(self) -> str:
        """Where its ECG is read; empty while there is none to show."""
        if self.arrival.recording is None or self.progress.kind == "conflict":
            return ""
        return reverse("recording", args=[self.arrival.recording.public_id])

    @property
    def document_url(self) -> str:
        """Where its document is downloaded; empty for an ECG."""
        if self.progress.kind != "document":
            return ""
        return reverse("arrival-document", args=[self.arrival.public_id])

    @property
    def state(self) -> str:
        return self.progress.outcome or "working"

    def as_json(self) -> dict[str, Any]:
        """Stages, outcome and a sentence, without file name or patient."""
        return {
            "id": str(self.arrival.public_id),
            "stages": [{"name": s.name, "state": s.state} for s in self.progress.stages],
            "outcome": self.progress.outcome,
            "message": self.progress.message,
            "recording_url": self.recording_url if self.progress.outcome else "",
        }


def checks_of(active: Active, arrival: Ingress) -> dict[str, Any]:
    """What the signal was checked for, what profiles changed, and what is asked of a person."""
    recording = arrival.recording
    checks = recording.checks if recording else arrival.refusal_checks
    return {
        "checks": check_rows(checks),
        "check_counts": check_counts(checks),
        "overrides": recording.overrides if recording else [],
        "questions": cases_of(active, recording) if recording else [],
    }


def doors_of(active: Active, arrival: Ingress) -> dict[str, bool]:
    """Which buttons stand on the page of an arrival."""
    opened = may_be_opened(arrival, current_rules())
    return {
        "may_run_again": active.may("replay") and arrival.state in STOPPED,
        "may_release": active.may("release_files")
        and arrival.state == Leased.State.QUARANTINED
        and arrival.error_code in RELEASABLE,
        "may_decide": active.may("resolve_identity")
        and arrival.state == Leased.State.QUARANTINED
        and arrival.error_code in MISMATCHES,
        "may_download": active.may("download_originals") and opened,
    }


def rows_of(active: Active, arrivals: list[Ingress]) -> list[Row]:
    """Two more queries, however many arrivals, and one where archives are among them."""
    keys = {row.recording_id for row in arrivals if row.recording_id}
    runs = stage_runs_of(active, keys) if keys else {}
    readings: dict[int, list[InferenceRun]] = defaultdict(list)
    for run in runs_of(active, keys) if keys else ():
        readings[run.recording_id].append(run)

    held = held_by(active, arrivals)

    def row_of(arrival: Ingress) -> Row:
        key = arrival.recording_id or 0
        progress = progress_of(
            arrival, runs.get(key, []), readings.get(key, []), held.get(arrival.pk)
        )
        return Row(arrival, progress)

    return [row_of(arrival) for arrival in arrivals]
