"""The stage that puts a recording on the worklist."""

from __future__ import annotations

from django.utils import timezone

from apps.audit import actions as audit
from apps.ecg.models import StageRun
from apps.ecg.stages import advance
from apps.reports.algorithm_alerts import judge_runs_before
from apps.reports.criticals import raise_by_rules
from apps.reports.fresh import is_retracted, open_report
from apps.reports.search.index import renew
from apps.reports.state import state_of


def draft(stage: StageRun) -> None:
    """Open the report: unread, its text empty, for a reader to write before the machine does."""
    recording = stage.recording
    # After a retraction a person says whose it is first.
    report = None if is_retracted(recording) else open_report(recording)
    if report is not None:
        audit.record(
            "reports.report.drafted",
            report,
            trace_id=stage.trace_id,
            recording=str(recording.public_id),
            **state_of(report),
        )
        raise_by_rules(report, timezone.now())
        renew([recording])
        judge_runs_before(report)
    advance(recording, done="draft", lane=stage.lane)
