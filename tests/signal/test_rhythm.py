"""Rate and regularity statements; nothing more is claimed."""

import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.limits import ADULT, Limits
from apps.ecg.signal.rhythm import describe, state
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

ALLOWED = {
    "bradycardia",
    "tachycardia",
    "regular_rr",
    "irregular_rr",
    "pacing_suspected",
    "insufficient_signal",
}


def present(found: Measured) -> set[str]:
    return {statement.code for statement in found.statements if statement.present}


def measured_at(heart_rate: float, limits: Limits = ADULT, **spec: object) -> Measured:
    synthetic = synthesize(SynthesisSpec(heart_rate_bpm=heart_rate, **spec))  # type: ignore[arg-type]
    return measure(synthetic.samples_uv(), STANDARD_LEADS, 500, limits=limits)


@pytest.mark.parametrize(
    ("heart_rate", "codes"),
    [
        (44, {"bradycardia", "regular_rr"}),
        (70, {"regular_rr"}),
        (115, {"tachycardia", "regular_rr"}),
    ],
)
def test_rate_is_classed_by_the_limits(heart_rate: float, codes: set[str]) -> None:
    assert present(measured_at(heart_rate)) == codes


@pytest.mark.parametrize(
    ("rate", "name"),
    [(49.9, "bradycardia"), (50, "normal"), (100, "normal"), (100.1, "tachycardia")],
)
def test_limits_are_exclusive(rate: float, name: str) -> None:
    assert describe(rate, 0.01, pacing=False, limits=ADULT).rate == name


def test_a_site_may_set_its_own_limits() -> None:
    assert "bradycardia" in present(measured_at(57, Limits(bradycardia_below_bpm=60)))
    assert "bradycardia" not in present(measured_at(57))


def test_fibrillation_is_called_irregular_and_nothing_else() -> None:
    found = measured_at(85, rhythm="atrial_fibrillation", seed=2)
    assert present(found) == {"irregular_rr"}
    assert found.rhythm.rr_cv is not None
    assert found.rhythm.rr_cv > ADULT.irregular_rr_cv


def test_respiratory_arrhythmia_is_still_regular() -> None:
    assert measured_at(66, respiratory_arrhythmia=0.06).rhythm.regular


def test_only_the_allowed_statements_exist() -> None:
    assert {s.code for s in measured_at(72).statements} == ALLOWED
    assert {s.code for s in measured_at(72, rhythm="paced").statements} == ALLOWED


def test_statements_carry_the_numbers_that_decided() -> None:
    found = {s.code: s for s in measured_at(44).statements}
    assert found["bradycardia"].evidence["below_bpm"] == ADULT.bradycardia_below_bpm
    assert found["bradycardia"].evidence["heart_rate_bpm"] == pytest.approx(44, abs=1)


def test_what_could_not_be_judged_is_neither_present_nor_absent() -> None:
    rhythm = describe(None, None, pacing=False, limits=ADULT)
    judged = {s.code: s.present for s in state(rhythm, None, ADULT)}
    assert judged.pop("insufficient_signal") is True
    assert set(judged.values()) == {None}
