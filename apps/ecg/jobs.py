"""Running a stage, and the stage that measures."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm
from apps.core import leases
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.compiled import Compiled
from apps.core.errors import PermanentError
from apps.core.leases import Lease
from apps.ecg import waveforms
from apps.ecg.age import person_of
from apps.ecg.formats.canonical import Waveform
from apps.ecg.measured import store_measured
from apps.ecg.models import Analysis, Recording, StageRun
from apps.ecg.stages import advance, changed, job_of
from config.pipeline import SLOW, STAGES

SlowJob = Callable[[StageRun, Lease], None]

_RUN = Compiled(lambda *, pk: StageRun.objects.select_related("recording__patient").filter(pk=pk))


def run_stage(lease: Lease) -> None:
    """Call the job of a stage and finish it.

    A quick one reads and writes in the transaction that is open here; a slow one opens its own,
    and ends with `finish_stage`.
    """
    with transaction.atomic():
        (run,) = _RUN(pk=lease.id)
        structlog.contextvars.bind_contextvars(trace_id=str(run.trace_id), stage=run.stage)
        if run.stage not in STAGES:
            raise PermanentError("stage-unknown")
        if run.stage not in SLOW:
            job_of(run)(run)
            finish_stage(lease)
            return
        job: SlowJob = import_string(STAGES[run.stage])
    job(run, lease)


def finish_stage(lease: Lease) -> None:
    """Close the stage inside the transaction of its results. Raises LeaseLost."""
    leases.finish(lease, finished_at=timezone.now())


def load_waveform(recording: Recording) -> Waveform:
    """The rhythm, read in a short transaction unless it was stored by this process just now.

    Raises PermanentError where it is not genuine.
    """
    in_hand = waveforms.take_in_hand(recording)
    if in_hand is not None:
        return in_hand
    try:
        with transaction.atomic():
            return waveforms.load(recording)
    except (Corrupt, Unsealable):
        raise_alarm("storage.not_genuine", str(recording.public_id))
        raise PermanentError("waveform-not-genuine") from None


def measure(run: StageRun, lease: Lease) -> None:
    """Measure a recording by its signal alone; sex and age choose the limits of statements."""
    # scipy is a matter of workers; the web process imports this module for its models only.
    from apps.ecg.signal import ALGORITHM, VERSION
    from apps.ecg.signal import measure as measure_signal

    recording = run.recording
    waveform = load_waveform(recording)
    measured = measure_signal(
        waveform.samples_uv(),
        waveform.lead_names(),
        float(waveform.sampling_rate_hz),
        person=person_of(recording),
    )
    algorithm = f"{ALGORITHM}@{VERSION}"
    with transaction.atomic():
        before = Analysis.objects.filter(recording=recording).values_list("algorithm", flat=True)
        if algorithm not in before:
            store_measured(recording, measured, algorithm)
            audit.record("ecg.recording.measured", recording, algorithm=algorithm)
            if before:  # measured for the first time it has no report yet that would follow
                changed([recording])
        advance(recording, done="measure", lane=run.lane)
        finish_stage(lease)
