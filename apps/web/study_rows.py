"""What the database holds for the study page, read in one round trip."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.together import attach, together
from apps.ecg import queries as ecg
from apps.ecg.models import (
    Analysis,
    Finding,
    Measurement,
    ReaderMeasurement,
    Recording,
    StageRun,
    Waveform,
)
from apps.inference.models import InferenceRun
from apps.inference.queries import runs_of
from apps.ingestion.case_queries import cases_of
from apps.ingestion.models import IdentityCase, OrderCase, OrderLink
from apps.ingestion.orders.queries import order_cases_on, order_links_on
from apps.integrations.models import Delivery
from apps.integrations.queries import deliveries_on
from apps.reports import queries as reports
from apps.reports.addenda import addenda_of
from apps.reports.decisions import decisions_on, newest
from apps.reports.models import (
    CriticalResult,
    KeptDraft,
    Report,
    ReportVersion,
    Retraction,
    StatementDecision,
)
from apps.reports.presence import kept_drafts_on
from apps.reports.reading_first import ReadFirst, hidden_by, impressions_on, policies
from apps.reports.retractions import retractions_on
from apps.tenants.access import Active
from apps.tenants.models import User


@dataclass(frozen=True, slots=True)
class Sent:
    """The messages of a report and the runs of the stages that made them."""

    deliveries: list[Delivery]
    stages: list[StageRun]


@dataclass(frozen=True, slots=True)
class Rows(Sent):
    """Of one recording and its prior: numbers and statements by recording, the rest in order."""

    series: list[Recording]
    report: Report | None
    versions: list[ReportVersion]
    criticals: list[CriticalResult]
    kept_drafts: list[KeptDraft]
    unsigned_addenda: list[KeptDraft]
    retraction: Retraction | None
    questions: list[IdentityCase]
    order: OrderLink | None
    order_case: OrderCase | None
    measured: dict[int, list[Measurement]]
    found: dict[int, list[Finding]]
    analysis: Analysis | None
    kept: list[ReaderMeasurement]
    runs: list[InferenceRun]
    decisions: dict[str, StatementDecision]
    waves: dict[str, Waveform]
    hidden: frozenset[str]


def read(active: Active, recording: Recording, reader: User) -> Rows:
    """Raises PermissionDenied. `hidden` are the sources this reader does not see yet."""
    both = ecg.with_prior(recording)
    asked = (
        series := ecg.series_of(active, recording.patient),
        held := reports.reports_of(active, recording),
        versions := reports.versions_on(active, recording),
        signatures := reports.signatures_on(active, recording),
        criticals := reports.criticals_on(active, recording),
        kept_drafts := kept_drafts_on(recording),
        unsigned_addenda := addenda_of(recording, reader),
        retractions := retractions_on(active, recording),
        decisions := decisions_on(recording),
        policy := policies(),
        said := impressions_on(recording, reader),
        questions := cases_of(active, recording),
        linked := order_links_on(active, recording),
        order_cases := order_cases_on(active, recording),
        measured := ecg.measurements_in(active, both),
        found := ecg.findings_in(active, both),
        analysis := ecg.analyses_of(active, recording),
        kept := ecg.kept_measurements_of(active, recording),
        waves := ecg.waveforms_of(active, recording),
        runs := runs_of(active, [recording.pk]),
        deliveries := deliveries_on(active, recording.pk),
        stages := ecg.stages_of(active, [recording.pk]),
    )
    together(*asked)
    report = next(iter(held), None)
    attach(list(versions), signatures, name="signatures", key="version_id")
    read_first = next(iter(policy), ReadFirst.OFF.value)
    return Rows(
        deliveries=list(deliveries),
        stages=list(stages),
        series=list(series),
        report=report,
        versions=list(versions),
        criticals=list(criticals),
        kept_drafts=list(kept_drafts),
        unsigned_addenda=list(unsigned_addenda),
        retraction=next(iter(retractions), None),
        questions=list(questions),
        order=next(iter(linked), None),
        order_case=next(iter(order_cases), None),
        measured=ecg.by_recording(measured),
        found=ecg.by_recording(found),
        analysis=next(iter(analysis), None),
        kept=list(kept),
        runs=list(runs),
        decisions=newest(decisions),
        waves={wave.kind: wave for wave in waves},
        hidden=hidden_by(active, read_first, report, said=bool(said)),
    )


def read_deliveries(active: Active, report: Report) -> Sent:
    deliveries = deliveries_on(active, report.recording_id)
    stages = ecg.stages_of(active, [report.recording_id])
    together(deliveries, stages)
    return Sent(list(deliveries), list(stages))
