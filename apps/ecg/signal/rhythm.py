"""Rate class, regularity and counts of the beats."""

from __future__ import annotations

from typing import Literal

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.results import BeatClass, Rhythm

RateClass = Literal["normal", "bradycardia", "tachycardia"]


def described(
    rr_ms: Array, classes: tuple[BeatClass, ...], *, paced: bool, limits: Limits
) -> Rhythm:
    """Of intervals in ms; ectopic beats are not counted in a paced rhythm.

    Two or three intervals may be alike by chance: they are called neither regular nor irregular.
    """
    enough = len(rr_ms) >= limits.fewest_rhythm_rr
    spread = float(rr_ms.std() / rr_ms.mean()) if enough else None
    return Rhythm(
        rate=rate_class(60000 / float(rr_ms.mean()), limits),
        regular=None if spread is None else spread <= limits.irregular_rr_cv,
        rr_cv=spread,
        pacing_suspected=paced,
        ventricular_ectopics=None if paced else classes.count("ventricular"),
        supraventricular_ectopics=None if paced else classes.count("supraventricular"),
        longest_rr_ms=round(float(rr_ms.max()), 1),
    )


def rate_class(heart_rate_bpm: float, limits: Limits) -> RateClass:
    if heart_rate_bpm < limits.bradycardia_below_bpm:
        return "bradycardia"
    return "tachycardia" if heart_rate_bpm > limits.tachycardia_above_bpm else "normal"
