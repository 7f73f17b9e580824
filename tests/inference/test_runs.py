"""Algorithm runs: each version once, eligible or told why not, accepted once."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.core import drain, leases
from apps.core.leases import LIVE, Leased
from apps.ecg.models import Finding, StageRun
from apps.inference import jobs
from apps.inference.actions import register_builtin_rules
from apps.inference.models import AlgorithmVersion, InferenceRun
from tests.database import committed, raw_connection
from tests.factories import inside, make_patient, make_stage_run
from tests.inference.subjects import infer, make_measured, work_all
from tests.ingestion.files import codes_of

pytestmark = committed

Status = InferenceRun.Status
ELEVEN = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5")


@pytest.fixture
def rules(mercy):
    with inside(mercy):
        return register_builtin_rules(mercy)


def charges_asked(organization):
    with inside(organization):
        return list(StageRun.objects.filter(stage="charge").values_list("subject", flat=True))


def test_an_accepted_run_leaves_statements_with_their_source(mercy, rules):
    run = infer(make_measured(mercy))
    assert (run.status, run.state) == (Status.SUCCEEDED, Leased.State.DONE)
    assert run.accepted_at is not None
    with inside(mercy):
        [finding] = Finding.objects.all()
    assert (finding.source, finding.method) == ("model", "einthoven-rules@1.0.0")
    assert (finding.code, finding.text) == ("pr-long", "PR prolonged")
    assert finding.evidence == {"pr_ms": 240.5, "limit_ms": 200}
    assert [row["code"] for row in run.output["statements"]] == ["pr-long"]


def test_an_accepted_run_is_charged_for_under_its_own_name(mercy, rules):
    run = infer(make_measured(mercy))
    assert charges_asked(mercy) == [f"run:{run.public_id}"]
    assert codes_of(mercy)[-2:] == ["inference.run.queued", "inference.run.accepted"]


def test_a_run_carries_the_recordings_trace(mercy, rules):
    recording = make_measured(mercy)
    run = infer(recording)
    with inside(mercy):
        stages = set(StageRun.objects.values_list("trace_id", flat=True))
    assert {run.trace_id} == {recording.trace_id}
    assert recording.trace_id in stages


def test_each_enabled_version_runs_and_no_other(mercy, rules):
    with inside(mercy):
        for version, enabled in (("1.1.0", True), ("0.9.0", False)):
            AlgorithmVersion.objects.create(
                organization=mercy,
                algorithm=rules.algorithm,
                version=version,
                adapter="builtin-rules",
                is_enabled=enabled,
            )
    make_stage_run(make_measured(mercy), "infer")
    work_all(StageRun, InferenceRun)
    with inside(mercy):
        runs = InferenceRun.objects.select_related("algorithm_version")
        assert {run.algorithm_version.version for run in runs} == {"1.0.0", "1.1.0"}


def test_asking_twice_runs_once(mercy, rules):
    recording = make_measured(mercy)
    infer(recording)
    make_stage_run(recording, "infer", subject="again")
    work_all(StageRun, InferenceRun)
    with inside(mercy):
        assert InferenceRun.objects.count() == Finding.objects.count() == 1
    assert len(charges_asked(mercy)) == 1
    assert codes_of(mercy).count("inference.run.queued") == 1


def test_without_an_algorithm_nothing_runs_and_the_stage_is_done(mercy):
    stage = make_stage_run(make_measured(mercy), "infer")
    work_all(StageRun)
    with inside(mercy):
        stage.refresh_from_db()
        assert InferenceRun.objects.count() == 0
    assert stage.state == Leased.State.DONE


def test_one_organizations_algorithms_do_not_read_anothers_recordings(mercy, lakeside, rules):
    make_stage_run(make_measured(lakeside), "infer")
    work_all(StageRun, InferenceRun)
    with inside(lakeside):
        assert InferenceRun.objects.count() == 0


def child(organization):
    return make_patient(organization, born_on=dt.date(dt.datetime.now(dt.UTC).year - 10, 1, 1))


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (lambda place: make_measured(place, pacing=True), "pacing"),
        (lambda place: make_measured(place, patient=child(place)), "under 18"),
        (
            lambda place: make_measured(place, patient=make_patient(place, born_on=None)),
            "age not known",
        ),
        (lambda place: make_measured(place, acquired_at=None), "age not known"),
        (lambda place: make_measured(place, lead_names=ELEVEN), "12-lead"),
    ],
    ids=["paced", "child", "no birth date", "no time", "eleven leads"],
)
def test_outside_its_intended_use_a_run_says_why_and_is_free(mercy, rules, case, reason):
    run = infer(case(mercy))
    assert (run.status, run.state) == (Status.NOT_ELIGIBLE, Leased.State.DONE)
    assert reason in run.reason
    assert (run.accepted_at, run.output) == (None, {})
    assert charges_asked(mercy) == []
    with inside(mercy):
        assert Finding.objects.count() == 0
    assert codes_of(mercy)[-1] == "inference.run.declined"


def test_a_run_cut_short_before_its_commit_is_accepted_once(mercy, rules, monkeypatch, settings):
    settings.RETRY_BACKOFF_SECONDS = 1e-9
    accept, crashes = jobs.advance, iter([True])

    def crash_once(*args, **fields):
        accept(*args, **fields)
        if next(crashes, False):
            raise MemoryError

    monkeypatch.setattr(jobs, "advance", crash_once)
    run = infer(make_measured(mercy))
    assert (run.status, run.attempts) == (Status.SUCCEEDED, 2)
    with inside(mercy):
        assert Finding.objects.count() == 1
    assert len(charges_asked(mercy)) == 1
    assert codes_of(mercy).count("inference.run.accepted") == 1


def test_a_result_that_comes_after_the_lease_was_lost_is_not_accepted(mercy, rules):
    make_stage_run(make_measured(mercy), "infer")
    work_all(StageRun)
    slow = leases.claim(InferenceRun, LIVE)
    with raw_connection("dispatch") as raw:
        raw.execute("UPDATE inference_inferencerun SET lease_until = clock_timestamp()")
    leases.reclaim(InferenceRun)
    drain.work(slow)
    with inside(mercy):
        assert InferenceRun.objects.get().status == Status.QUEUED
        assert Finding.objects.count() == 0
    assert charges_asked(mercy) == []


def test_an_adapter_that_is_gone_goes_to_a_person(mercy, rules):
    with inside(mercy):
        AlgorithmVersion.objects.update(adapter="withdrawn")
    run = infer(make_measured(mercy))
    assert (run.state, run.error_code) == (Leased.State.DEAD, "adapter-unknown")
    assert charges_asked(mercy) == []


def test_registering_again_changes_nothing(mercy, rules):
    with inside(mercy):
        assert register_builtin_rules(mercy) == rules
        assert AlgorithmVersion.objects.count() == 1
