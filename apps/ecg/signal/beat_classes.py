"""What each beat is: of the dominant shape, or early and of the same, or of another shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Flags, Indexes
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.location import Located
from apps.ecg.signal.results import BeatClass, Fiducials


@dataclass(frozen=True, slots=True)
class BasicRhythm:
    """Irregularity of RR without beats of other shapes; `early` marks single premature beats."""

    rr_cv: float | None
    early: Flags
    irregular: bool
    unexplained_cv: float | None = None

    def without_p(self) -> BasicRhythm:
        """Where beats have no P wave, early ones explain nothing: no beat is supraventricular."""
        nothing = np.zeros_like(self.early)
        return BasicRhythm(self.unexplained_cv, nothing, self.irregular, self.unexplained_cv)


def basic_rhythm(indexes: Indexes, dominant: Flags, limits: Limits) -> BasicRhythm:
    """Premature beats are told only where what is left without them is regular."""
    rr = np.diff(indexes).astype(np.float64)
    nothing = np.zeros(len(indexes), dtype=np.bool_)
    if len(rr) < limits.fewest_rhythm_rr:
        return BasicRhythm(None, nothing, irregular=False)
    spread = _spread(rr[_between_usual(dominant)])
    typical = float(np.median(rr))
    early = np.concatenate([[False], rr < limits.early_rr_fraction * typical]) & dominant
    calm = _spread(rr[_between_usual(dominant & ~early)])
    few = early.mean() <= limits.most_early_share
    if early.any() and few and calm is not None and calm <= limits.irregular_rr_cv:
        return BasicRhythm(calm, early, irregular=False, unexplained_cv=spread)
    irregular = spread is not None and spread > limits.irregular_rr_cv
    return BasicRhythm(spread, nothing if irregular else early, irregular, spread)


def classify(
    located: Located, basic: BasicRhythm, beats: tuple[Fiducials, ...], limits: Limits
) -> tuple[BeatClass, ...]:
    """One class a beat; `other` where a beat is neither early nor wide but of another shape."""
    rr = np.diff(located.indexes).astype(np.float64)
    typical = float(np.median(rr)) if len(rr) else 0.0
    before = np.concatenate([[typical], rr])
    usual = _usual_qrs_ms(beats, located.dominant)
    classes: list[BeatClass] = []
    for place, alike in enumerate(located.dominant):
        own = _qrs_ms(beats[place])
        wide = own is not None and own >= max(limits.wide_qrs_ms, usual + limits.wider_by_ms)
        early = before[place] < limits.early_rr_fraction * typical
        if located.paced:
            classes.append("paced" if alike else "other")
        elif alike:
            classes.append("supraventricular" if basic.early[place] else "dominant")
        elif wide:
            classes.append("ventricular")
        else:
            classes.append("supraventricular" if early and not basic.irregular else "other")
    return tuple(classes)


def _between_usual(usual: Flags) -> Flags:
    """Intervals between usual beats of which the first does not follow another kind."""
    after_usual = np.concatenate([[True], usual[:-1]])
    return np.asarray(usual[1:] & usual[:-1] & after_usual[:-1])


def _spread(rr: np.ndarray) -> float | None:
    return float(rr.std() / rr.mean()) if len(rr) >= 2 else None


def _qrs_ms(beat: Fiducials) -> float | None:
    return None if beat.qrs_on is None or beat.qrs_off is None else beat.qrs_off - beat.qrs_on


def _usual_qrs_ms(beats: tuple[Fiducials, ...], dominant: Flags) -> float:
    pairs = zip(beats, dominant, strict=True)
    widths = [width for beat, alike in pairs if alike and (width := _qrs_ms(beat)) is not None]
    return float(np.median(widths)) if widths else 0.0
