"""The stage that measures: once, from the signal alone, and only from a genuine one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from apps.core import drain, leases
from apps.core.leases import LIVE, Leased
from apps.ecg import jobs, waveforms
from apps.ecg.models import Analysis, Finding, Measurement, StageRun
from apps.ecg.signal import ALGORITHM, VERSION
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.database import committed, raw_connection
from tests.ecg.damage import replace_sealed, sealed_of
from tests.factories import inside, make_patient, make_recording, make_stage_run

pytestmark = committed

SPEC = SynthesisSpec(seed=3, heart_rate_bpm=60, pr_ms=160, qrs_ms=90)
METHOD = f"{ALGORITHM}@{VERSION}"


@pytest.fixture
def waiting(mercy):
    """A recording of known truth that waits to be measured, stored by another process."""
    recording = make_recording(mercy, waveform=synthesize(SPEC).waveform(), report=False)
    waveforms.take_in_hand(recording)
    return make_stage_run(recording, "measure")


def work_once():
    drain.work(leases.claim(StageRun, LIVE))


def numbers_of(run):
    rows = Measurement.objects.filter(recording=run.recording, source="platform")
    return {row.name: row for row in rows}


def counted(organization):
    with inside(organization):
        return [model.objects.count() for model in (Analysis, Measurement, Finding)]


def test_numbers_come_with_unit_source_and_method(mercy, waiting):
    work_once()
    with inside(mercy):
        numbers = numbers_of(waiting)
        assert Analysis.objects.get().algorithm == METHOD
    assert numbers["heart_rate_bpm"].value == pytest.approx(Decimal(60), abs=2)
    assert (numbers["heart_rate_bpm"].unit, numbers["qrs_axis_deg"].unit) == ("/min", "deg")
    assert {row.unit for name, row in numbers.items() if name.endswith("_ms")} == {"ms"}
    assert {row.method for row in numbers.values()} == {METHOD}
    assert {"qtc_bazett_ms", "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms"} <= set(
        numbers
    )


def test_a_measured_recording_goes_to_draft_and_infer(mercy, waiting):
    work_once()
    with inside(mercy):
        waiting.refresh_from_db()
        following = StageRun.objects.exclude(pk=waiting.pk).order_by("id")
        assert [run.stage for run in following] == ["draft", "infer"]
    assert waiting.state == Leased.State.DONE
    assert waiting.finished_at is not None


def test_samples_in_hand_are_given_once_and_to_their_own_recording(mercy, waiting):
    made = [synthesize(SynthesisSpec(seed=seed)).waveform() for seed in (4, 5, 6)]
    first, _ = (make_recording(mercy, waveform=one) for one in made[:2])
    assert waveforms.take_in_hand(first) is None  # it was stored before the other
    third = make_recording(mercy, waveform=made[2])
    assert waveforms.take_in_hand(third) is made[2]
    assert waveforms.take_in_hand(third) is None


def test_what_this_process_stored_just_now_is_not_read_back(mercy, waiting, monkeypatch):
    with inside(mercy):
        rhythm = waveforms.load(waiting.recording)
    monkeypatch.setattr(waveforms, "_in_hand", (waiting.recording.public_id, rhythm))
    monkeypatch.setattr(waveforms, "load", None)
    work_once()
    assert counted(mercy)[0] == 1


def test_the_devices_numbers_stay_beside_the_platforms(mercy, waiting):
    with inside(mercy):
        device = Measurement.objects.create(
            organization=mercy,
            recording=waiting.recording,
            name="heart_rate_bpm",
            value=Decimal("61.5"),
            unit="/min",
            source="device",
        )
    work_once()
    with inside(mercy):
        device.refresh_from_db()
        assert Measurement.objects.filter(name="heart_rate_bpm").count() == 2
    assert device.value == Decimal("61.5")


def test_a_killed_job_measures_again_and_nothing_twice(mercy, waiting, monkeypatch, settings):
    settings.RETRY_BACKOFF_SECONDS = 1e-9

    def killed(*_args, **_fields):
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(jobs, "finish_stage", killed)
        with pytest.raises(KeyboardInterrupt):
            work_once()
    assert counted(mercy) == [0, 0, 0]
    with raw_connection("dispatch") as raw:
        raw.execute("UPDATE ecg_stagerun SET lease_until = clock_timestamp()")
    assert leases.reclaim(StageRun) == 1
    work_once()
    assert counted(mercy)[0] == 1


def test_a_stage_run_again_duplicates_nothing(mercy, waiting):
    work_once()
    before = counted(mercy)
    with raw_connection("dispatch") as raw:
        raw.execute("UPDATE ecg_stagerun SET state = 'received' WHERE id = %s", [waiting.pk])
        raw.execute("UPDATE ecg_stagerun SET state = 'done' WHERE id <> %s", [waiting.pk])
    work_once()
    assert counted(mercy) == before
    with inside(mercy):
        assert StageRun.objects.count() == 3


def changed(sealed):
    return sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:]


@pytest.mark.parametrize("damage", [changed, lambda sealed: sealed[:-20], lambda _sealed: b""])
def test_a_waveform_that_is_not_genuine_is_never_measured(mercy, waiting, damage):
    sealed, digest = sealed_of(waiting.recording)
    replace_sealed(waiting.recording, damage(sealed), digest)
    work_once()
    with inside(mercy):
        waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (Leased.State.DEAD, "waveform-not-genuine")
    assert counted(mercy) == [0, 0, 0]


def test_another_recordings_samples_are_never_measured(mercy, waiting):
    other = make_recording(mercy, waveform=synthesize(SynthesisSpec(seed=4)).waveform())
    replace_sealed(waiting.recording, *sealed_of(other))
    work_once()
    with inside(mercy):
        waiting.refresh_from_db()
    assert (waiting.state, waiting.error_code) == (Leased.State.DEAD, "waveform-not-genuine")


def test_one_organizations_samples_do_not_open_in_another(lakeside, waiting):
    theirs = make_recording(lakeside, report=False)
    replace_sealed(theirs, *sealed_of(waiting.recording))
    run = make_stage_run(theirs, "measure")
    work_once()
    work_once()
    with inside(lakeside):
        run.refresh_from_db()
    assert (run.state, run.error_code) == (Leased.State.DEAD, "waveform-not-genuine")


def test_a_device_number_beyond_tolerance_is_a_finding_with_both_numbers(mercy, waiting):
    with inside(mercy):
        for name, value, unit in (("qrs_ms", 140, "ms"), ("qt_ms", 400, "ms")):
            Measurement.objects.create(
                organization=mercy,
                recording=waiting.recording,
                name=name,
                value=value,
                unit=unit,
                source="device",
            )
    work_once()
    with inside(mercy):
        found = Finding.objects.get(code="device_disagrees")
    assert found.text == "Device and platform differ in QRS"
    assert (found.evidence["device"], found.evidence["measurement"]) == (140, "qrs_ms")
    assert found.evidence["platform"] == pytest.approx(94, abs=10)


def test_each_lead_and_the_class_of_each_beat_are_kept(mercy, waiting):
    work_once()
    with inside(mercy):
        analysis = Analysis.objects.get()
    assert set(analysis.leads) == set(waiting.recording.lead_names)
    assert analysis.leads["II"]["r_uv"] > 500
    assert {beat["class"] for beat in analysis.beats} == {"dominant"}


@pytest.mark.parametrize(
    ("born_on", "code"), [(None, "age_unknown"), (dt.date(2020, 1, 1), "not_adult")]
)
def test_the_patients_age_decides_which_limits_speak(mercy, born_on, code):
    waveform = synthesize(replace(SPEC, qrs_scale=3.0)).waveform()
    patient = make_patient(mercy, born_on=born_on)
    recording = make_recording(mercy, patient=patient, waveform=waveform, report=False)
    make_stage_run(recording, "measure")
    work_once()
    with inside(mercy):
        codes = set(recording.findings.values_list("code", flat=True))
    assert code in codes
    assert ("lvh_sokolow_lyon" in codes) == (born_on is None)


@pytest.mark.parametrize(("stated", "speaks"), [("7.50", False), ("61.00", True)])
def test_the_age_the_file_states_counts_where_no_birth_date_is_known(mercy, stated, speaks):
    waveform = synthesize(replace(SPEC, qrs_scale=3.0)).waveform()
    fields = {"waveform": waveform, "report": False, "stated_age_years": Decimal(stated)}
    recording = make_recording(mercy, patient=make_patient(mercy, born_on=None), **fields)
    make_stage_run(recording, "measure")
    work_once()
    with inside(mercy):
        codes = set(recording.findings.values_list("code", flat=True))
    assert "age_unknown" not in codes
    assert ("not_adult" in codes, "lvh_sokolow_lyon" in codes) == (not speaks, speaks)
