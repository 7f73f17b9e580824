"""Rate, regularity, pacing and ectopic beats: present where they were put in, absent elsewhere."""

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.beat_classes import basic_rhythm
from apps.ecg.signal.limits import ADULT, Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.rhythm import rate_class
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

WOMAN = Person("F", 60)
PACED = ("atrial_pacing", "ventricular_pacing", "dual_chamber_pacing")


def present(found: Measured) -> set[str]:
    return {statement.code for statement in found.statements if statement.present}


def measured_at(heart_rate: float, limits: Limits = ADULT, **spec: object) -> Measured:
    synthetic = synthesize(SynthesisSpec(heart_rate_bpm=heart_rate, **spec))  # type: ignore[arg-type]
    return measure(synthetic.samples_uv(), STANDARD_LEADS, 500, limits=limits, person=WOMAN)


@pytest.mark.parametrize(
    ("heart_rate", "codes"),
    [
        (44, {"bradycardia", "regular_rr", "sinus_rhythm"}),
        (70, {"regular_rr", "sinus_rhythm"}),
        (115, {"tachycardia", "regular_rr", "sinus_rhythm"}),
    ],
)
def test_rate_is_classed_by_the_limits(heart_rate: float, codes: set[str]) -> None:
    assert (
        present(measured_at(heart_rate, pr_ms=140.0, qt_ms=380.0 if heart_rate < 100 else None))
        >= codes
    )
    others = {"bradycardia", "tachycardia", "irregular_rr"} - codes
    assert not present(measured_at(heart_rate, pr_ms=140.0)) & others


@pytest.mark.parametrize(
    ("rate", "name"),
    [(49.9, "bradycardia"), (50, "normal"), (100, "normal"), (100.1, "tachycardia")],
)
def test_limits_are_exclusive(rate: float, name: str) -> None:
    assert rate_class(rate, ADULT) == name


def test_a_site_may_set_its_own_limits() -> None:
    assert "bradycardia" in present(measured_at(57, Limits(bradycardia_below_bpm=60)))
    assert "bradycardia" not in present(measured_at(57))


def test_fibrillation_is_called_possible_and_not_sinus() -> None:
    found = measured_at(85, rhythm="atrial_fibrillation", seed=2)
    assert {"irregular_rr", "atrial_fibrillation_possible"} <= present(found)
    assert "sinus_rhythm" not in present(found)
    assert found.rhythm.rr_cv is not None
    assert found.rhythm.rr_cv > ADULT.irregular_rr_cv


@pytest.mark.parametrize("arrhythmia", [0.06, 0.18])
def test_respiratory_arrhythmia_is_no_fibrillation(arrhythmia: float) -> None:
    found = measured_at(66, respiratory_arrhythmia=arrhythmia)
    assert "sinus_rhythm" in present(found)
    assert "atrial_fibrillation_possible" not in present(found)


@pytest.mark.parametrize(
    ("pacing", "code"),
    [
        ("ventricular", "ventricular_pacing"),
        ("atrial", "atrial_pacing"),
        ("dual", "dual_chamber_pacing"),
    ],
)
@pytest.mark.parametrize("rate", [500, 1000])
def test_the_chamber_that_is_paced_is_named(pacing: str, code: str, rate: int) -> None:
    spec = SynthesisSpec(rhythm="paced", pacing=pacing, sampling_rate_hz=rate)  # type: ignore[arg-type]
    found = measure(synthesize(spec).samples_uv(), STANDARD_LEADS, rate, person=WOMAN)
    assert {"paced_rhythm", code} == present(found) & {"paced_rhythm", *PACED}
    assert "sinus_rhythm" not in present(found)


@pytest.mark.parametrize("kind", ["ventricular", "supraventricular"])
def test_premature_beats_are_counted_by_their_kind(kind: str) -> None:
    found = measured_at(62, ectopics=((4, kind), (8, kind)), seed=5)
    counts = (found.rhythm.ventricular_ectopics, found.rhythm.supraventricular_ectopics)
    assert counts == ((2, 0) if kind == "ventricular" else (0, 2))
    assert found.beat_classes.count(kind) == 2  # type: ignore[arg-type]
    assert f"{kind}_ectopy" in present(found)
    assert "atrial_fibrillation_possible" not in present(found)


def test_a_rhythm_without_premature_beats_counts_none() -> None:
    found = measured_at(72)
    assert set(found.beat_classes) == {"dominant"}
    assert not present(found) & {"ventricular_ectopy", "supraventricular_ectopy", "pause"}


def test_a_pause_is_stated_with_its_length() -> None:
    found = measured_at(70, pause_after=(6,), duration_s=12.0)
    (pause,) = (one for one in found.statements if one.code == "pause")
    assert pause.present
    assert pause.evidence["longest_rr_ms"] == pytest.approx(3857, abs=80)
    assert pause.evidence["limit_ms"] == ADULT.pause_ms


def test_irregularity_that_premature_beats_explain_is_no_irregular_rhythm() -> None:
    rr = np.array([400, 400, 250, 550, 400, 400, 400, 400])
    indexes = np.concatenate([[0], np.cumsum(rr)])
    basic = basic_rhythm(indexes, np.ones(9, dtype=bool), ADULT)
    assert basic.early.tolist() == [False, False, False, True, *[False] * 5]
    assert not basic.irregular
    wild = np.cumsum([0, 250, 600, 300, 520, 260, 640, 410, 290])
    assert basic_rhythm(wild, np.ones(9, dtype=bool), ADULT).irregular


def test_statements_carry_the_numbers_that_decided() -> None:
    found = {s.code: s for s in measured_at(44).statements}
    assert found["bradycardia"].evidence["below_bpm"] == ADULT.bradycardia_below_bpm
    assert found["bradycardia"].evidence["heart_rate_bpm"] == pytest.approx(44, abs=1)
    assert all("criterion" in s.evidence for s in found.values() if s.present is not None)


def test_what_could_not_be_judged_is_neither_present_nor_absent() -> None:
    found = measure(np.zeros((5000, 12)), STANDARD_LEADS, 500, person=WOMAN)
    judged = {s.code: s.present for s in found.statements}
    assert judged.pop("insufficient_signal") is True
    assert (judged.pop("age_unknown"), judged.pop("not_adult")) == (False, False)
    assert set(judged.values()) == {None}


@pytest.mark.parametrize("seconds", [10.0, 30.0])
@pytest.mark.parametrize("heart_rate", [20.0, 22.0, 25.0, 32.0])
def test_a_very_slow_rate_is_not_doubled(heart_rate: float, seconds: float) -> None:
    found = measured_at(heart_rate, duration_s=seconds, t_scale=1.5)
    assert found.heart_rate_bpm == pytest.approx(heart_rate, rel=0.05)
    assert "supraventricular_ectopy" not in present(found)


@pytest.mark.parametrize(("age", "said"), [(0, False), (6, False), (17, False), (18, True)])
def test_a_childs_rate_is_not_judged_by_the_limits_of_adults(age: int, said: bool) -> None:
    signal = synthesize(SynthesisSpec(heart_rate_bpm=130)).samples_uv()
    found = measure(signal, STANDARD_LEADS, 500, person=Person("M", age))
    assert ("tachycardia" in present(found)) == said
    assert "regular_rr" in present(found)


def test_a_pause_leaves_qtc_unjudged() -> None:
    found = measured_at(70, pause_after=(4,))
    assert "pause" in present(found)
    (short,) = (one for one in found.statements if one.code == "qtc_short")
    assert (short.present, "not_judged" in short.evidence) == (None, True)


def test_the_beats_of_a_bigeminy_are_all_counted() -> None:
    every_second: tuple[tuple[int, str], ...] = tuple((n, "ventricular") for n in range(1, 12, 2))
    synthetic = synthesize(SynthesisSpec(ectopics=every_second))  # type: ignore[arg-type]
    found = measure(synthetic.samples_uv(), STANDARD_LEADS, 500, person=WOMAN)
    assert len(found.r_peaks) == len(synthetic.truth.r_peaks)
    assert found.heart_rate_bpm == pytest.approx(synthetic.truth.heart_rate_bpm, rel=0.05)
    assert "ventricular_ectopy" in present(found)
    assert "qtc_critical" not in present(found)


@pytest.mark.parametrize(("duration_s", "regular"), [(3.6, None), (6.0, True)])
def test_few_intervals_are_neither_regular_nor_irregular(
    duration_s: float, regular: bool | None
) -> None:
    found = measured_at(60, duration_s=duration_s)
    assert found.heart_rate_bpm is not None
    assert found.rhythm.regular is regular
    stated = {one.code: one.present for one in found.statements}
    irregular = None if regular is None else False
    assert (stated["regular_rr"], stated["irregular_rr"]) == (regular, irregular)
