"""Flutter: waves at one steady rate between irregular beats; never more than possible."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured
from apps.ecg.signal.atrial_waves import AtrialWaves, atrial_waves
from apps.ecg.signal.criteria.facts import Facts
from apps.ecg.signal.criteria.rhythm import fibrillation
from apps.ecg.signal.limits import ADULT
from apps.ecg.signal.pacing import Pacing
from apps.ecg.signal.person import NOBODY
from apps.ecg.signal.synthesis import FLUTTER_PER_MINUTE
from tests.signal.records import measured

SECONDS = np.arange(5000) / 500
BEATS = np.array([300, 720, 1010, 1500, 2100, 2400, 3000, 3390, 4000, 4600])
STEADY, VAGUE = AtrialWaves(290.0, 0.6, ("II", "III", "V1")), AtrialWaves(290.0, 0.2, ())


def stated(found: Measured, code: str) -> bool | None:
    return next(one.present for one in found.statements if one.code == code)


def judged(facts: Facts) -> tuple[bool | None, bool | None]:
    af, flutter = fibrillation(facts, NOBODY, ADULT)
    return af.present, flutter.present


@pytest.mark.parametrize("seed", [1, 3])
def test_steady_waves_between_irregular_beats_are_possible_flutter(seed: int) -> None:
    found, _ = measured(rhythm="atrial_flutter", t_scale=0.4, seed=seed)
    (flutter,) = (one for one in found.statements if one.code == "atrial_flutter_possible")
    assert flutter.present
    assert flutter.evidence["waves_per_minute"] == pytest.approx(FLUTTER_PER_MINUTE, abs=3)
    assert flutter.evidence["leads"] == ["II", "III", "aVF", "V1"]
    assert stated(found, "atrial_fibrillation_possible") is False


@pytest.mark.parametrize(
    ("spec", "present"),
    [
        ({"rhythm": "atrial_fibrillation", "seed": 2}, False),
        ({}, False),
        ({"rhythm": "paced"}, None),
        ({"p_present": False, "respiratory_arrhythmia": 0.0}, None),
        ({"rhythm": "atrial_flutter", "t_scale": 0.4, "seed": 5, "duration_s": 7.0}, None),
        ({"rhythm": "atrial_flutter", "seed": 1, "muscle_uv": 900.0}, None),
    ],
    ids=["fibrillation", "sinus", "paced", "regular without P", "too short", "noise"],
)
def test_other_rhythms_and_poor_records_are_not(
    spec: dict[str, object], present: bool | None
) -> None:
    assert stated(measured(**spec)[0], "atrial_flutter_possible") is present


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts(p_found=False, basic_rr_cv=0.2, atrial_waves=STEADY), (False, True)),
        (Facts(p_found=False, basic_rr_cv=0.2, atrial_waves=VAGUE), (True, False)),
        (Facts(p_found=False, basic_rr_cv=0.2), (True, None)),
        (Facts(p_found=False, basic_rr_cv=0.02, atrial_waves=STEADY), (False, None)),
        (Facts(p_found=True, basic_rr_cv=0.2), (False, False)),
        (Facts(p_found=False, basic_rr_cv=0.2, pacing=Pacing(0.0, 1.0)), (None, None)),
        (Facts(), (None, None)),
    ],
)
def test_fibrillation_and_flutter_exclude_each_other(
    facts: Facts, said: tuple[bool | None, bool | None]
) -> None:
    assert judged(facts) == said


def lines(hz: tuple[float, ...]) -> np.ndarray:
    waves = [100 * np.sin(2 * np.pi * one * SECONDS) for one in hz]
    noise = np.random.default_rng(0).normal(0, 5, (len(SECONDS), len(hz)))
    return np.column_stack(waves) + noise


def found_in(hz: tuple[float, ...], names: tuple[str, ...]) -> AtrialWaves | None:
    return atrial_waves(lines(hz), names, list(range(len(names))), BEATS, 500.0)


def test_three_leads_must_agree_on_the_rate() -> None:
    names = ("II", "III", "aVF", "V1")
    agreed = found_in((4.6, 4.6, 4.6, 5.4), names)
    assert agreed is not None
    assert agreed.leads == ("II", "III", "aVF")
    assert agreed.share > ADULT.flutter_share
    apart = found_in((4.0, 4.6, 5.2, 5.8), names)
    assert apart is not None
    assert (apart.share, apart.leads) == (0.0, ())


def test_too_few_leads_or_seconds_tell_no_rate() -> None:
    assert found_in((4.6, 4.6, 4.6), ("II", "I", "V1")) is None
    short = lines((4.6, 4.6, 4.6))[:3900]
    assert atrial_waves(short, STANDARD_LEADS[1:4], [0, 1, 2], BEATS[:5], 500.0) is None
