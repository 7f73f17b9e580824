"""What the criteria look at, and the form of what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from apps.ecg.signal.atrial_waves import AtrialWaves
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.pacing import Pacing
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import (
    Axes,
    BeatClass,
    Evidence,
    LeadMeasures,
    MedianBeat,
    Qtc,
    Rhythm,
    Statement,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """One measured recording; `leads` holds only those good enough to be judged.

    Without `true_heights` no lead's height says anything beside another's.
    """

    heart_rate_bpm: float | None = None
    p_found: bool | None = None
    p_upright: bool | None = None
    pr_ms: float | None = None
    qrs_ms: float | None = None
    qt_ms: float | None = None
    qtc: Qtc | None = None
    axes: Axes = field(default_factory=Axes)
    rhythm: Rhythm = field(default_factory=Rhythm)
    basic_rr_cv: float | None = None
    beat_classes: tuple[BeatClass, ...] = ()
    leads: dict[str, LeadMeasures] = field(default_factory=dict)
    median: MedianBeat | None = None
    pacing: Pacing | None = None
    spiked_beats: int = 0
    atrial_waves: AtrialWaves | None = None
    true_heights: bool = True


Criterion = Callable[[Facts, Person, Limits], Iterator[Statement]]


def said(
    code: str,
    text: str,
    present: bool | None,
    criterion: str,
    **numbers: float | str | list[str] | None,
) -> Statement:
    """A statement with its criterion and the numbers that there are."""
    evidence: Evidence = {"criterion": criterion}
    for name, value in numbers.items():
        if value is not None:
            evidence[name] = round(value, 3) if isinstance(value, float) else value
    return Statement(code, text, present, evidence)


def above(value: float | None, limit: float) -> bool | None:
    return None if value is None else value > limit


def reaches(value: float | None, limit: float) -> bool | None:
    return None if value is None else value >= limit
