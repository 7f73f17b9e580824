"""Asking for algorithm runs and carrying them out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.audit import actions as audit
from apps.core import leases
from apps.core.compiled import Compiled
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError
from apps.core.insert import insert_unless_there
from apps.core.leases import Lease
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding, Recording, StageRun
from apps.ecg.stages import advance, changed
from apps.inference.adapters import ADAPTERS, NotEligible, Result
from apps.inference.models import AlgorithmVersion, InferenceRun
from config.pipeline import ON_RESULT

log = structlog.get_logger(__name__)

Status = InferenceRun.Status
RELATED = ("recording__patient", "algorithm_version__algorithm")

_RUN = Compiled(lambda *, pk: InferenceRun.objects.select_related(*RELATED).filter(pk=pk))


@Compiled
def _enabled() -> QuerySet[AlgorithmVersion]:
    return AlgorithmVersion.objects.select_related("algorithm").filter(is_enabled=True)


def infer(stage: StageRun) -> None:
    """Queue a run for every enabled algorithm version; each is its own row and its own outbox."""
    for version in _enabled():
        _queue(stage, version)
    wake_on_commit()


def _queue(stage: StageRun, version: AlgorithmVersion) -> None:
    recording = stage.recording
    run = InferenceRun(
        organization_id=recording.organization_id,
        recording=recording,
        algorithm_version=version,
        idempotency_key=idempotency_key(recording, version),
        input_hash=recording.canonical_hash,
        lane=stage.lane,
        trace_id=recording.trace_id,
    )
    if insert_unless_there(run):
        audit.record("inference.run.queued", run, algorithm=str(version))


def idempotency_key(recording: Recording, version: AlgorithmVersion) -> str:
    """Organization, recording, algorithm, version and input: the same question once."""
    parts = (
        recording.organization_id,
        recording.public_id,
        version.algorithm.slug,
        version.version,
        recording.canonical_hash,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def run(lease: Lease) -> None:
    """One algorithm on one recording. Raises PermanentError, RetryableError."""
    with transaction.atomic():
        (row,) = _RUN(pk=lease.id)
    structlog.contextvars.bind_contextvars(trace_id=str(row.trace_id))
    version = row.algorithm_version
    if version.adapter not in ADAPTERS:
        raise PermanentError("adapter-unknown")
    try:
        result = ADAPTERS[version.adapter](row.recording)
    except NotEligible as refusal:
        _decline(row, refusal.reason, lease)
        return
    _accept(row, result, lease)


@transaction.atomic
def _decline(row: InferenceRun, reason: str, lease: Lease) -> None:
    audit.record("inference.run.declined", row, algorithm=str(row.algorithm_version))
    leases.finish(lease, status=Status.NOT_ELIGIBLE, reason=reason[:200])


@transaction.atomic
def _accept(row: InferenceRun, result: Result, lease: Lease) -> None:
    """The first result is the result; accepting it is what is charged for."""
    method = str(row.algorithm_version)
    Finding.objects.bulk_create(
        Finding(
            organization_id=row.organization_id,
            recording=row.recording,
            source=Source.MODEL,
            method=method,
            ordinal=ordinal,
            code=statement.code,
            text=statement.text,
            evidence=statement.evidence,
        )
        for ordinal, statement in enumerate(result.statements, start=1)
    )
    audit.record("inference.run.accepted", row, algorithm=method)
    changed([row.recording])
    for act in _on_result():
        act(row, result.output)
    leases.finish(lease, status=Status.SUCCEEDED, output=result.output, accepted_at=timezone.now())
    advance(row.recording, done="infer", subject=f"run:{row.public_id}", lane=row.lane)


@cache
def _on_result() -> list[Callable[..., object]]:
    """What apps above do with a result in the transaction that accepts it."""
    return [import_string(path) for path in ON_RESULT]
