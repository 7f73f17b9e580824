"""Rate and regularity, and the few statements they allow."""

from __future__ import annotations

from apps.ecg.signal.limits import Limits
from apps.ecg.signal.results import Rhythm, Statement


def describe(
    heart_rate_bpm: float | None, rr_cv: float | None, *, pacing: bool, limits: Limits
) -> Rhythm:
    """Rate class and regularity; each None where its number is."""
    regular = None if rr_cv is None else rr_cv <= limits.irregular_rr_cv
    if heart_rate_bpm is None:
        return Rhythm(None, regular, rr_cv, pacing)
    if heart_rate_bpm < limits.bradycardia_below_bpm:
        return Rhythm("bradycardia", regular, rr_cv, pacing)
    if heart_rate_bpm > limits.tachycardia_above_bpm:
        return Rhythm("tachycardia", regular, rr_cv, pacing)
    return Rhythm("normal", regular, rr_cv, pacing)


def state(rhythm: Rhythm, heart_rate_bpm: float | None, limits: Limits) -> tuple[Statement, ...]:
    """Statements of rate, regularity, pacing suspicion and quality; no rhythm is named."""
    rate = {} if heart_rate_bpm is None else {"heart_rate_bpm": round(heart_rate_bpm, 1)}
    spread = {} if rhythm.rr_cv is None else {"rr_cv": round(rhythm.rr_cv, 3)}
    below, above = limits.bradycardia_below_bpm, limits.tachycardia_above_bpm
    known = heart_rate_bpm is not None
    regular = rhythm.regular
    limit = {"limit": limits.irregular_rr_cv}
    return (
        Statement(
            "bradycardia",
            "Bradycardia",
            rhythm.rate == "bradycardia" if known else None,
            rate | {"below_bpm": below},
        ),
        Statement(
            "tachycardia",
            "Tachycardia",
            rhythm.rate == "tachycardia" if known else None,
            rate | {"above_bpm": above},
        ),
        Statement("regular_rr", "Regular RR intervals", regular, spread | limit),
        Statement(
            "irregular_rr",
            "Irregular RR intervals",
            None if regular is None else not regular,
            spread | limit,
        ),
        Statement(
            "pacing_suspected",
            "Pacing spikes suspected",
            rhythm.pacing_suspected if known else None,
        ),
        Statement("insufficient_signal", "Insufficient signal", not known),
    )
