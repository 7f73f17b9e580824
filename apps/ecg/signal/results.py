"""What a measurement says: frozen values, None where there is none to be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

ALGORITHM = "einthoven-measure"
VERSION = "2.5.0"

LeadStatus = Literal["good", "noisy", "clipped", "flat", "missing"]
BeatClass = Literal["dominant", "paced", "ventricular", "supraventricular", "other"]

# The numbers that decided, their limits, the criterion's name, the leads it fired in.
Evidence = dict[str, float | str | list[str]]


@dataclass(frozen=True, slots=True)
class Fiducials:
    """Global wave borders: earliest onset and latest offset over all leads; None = not present."""

    p_on: float | None = None
    p_off: float | None = None
    qrs_on: float | None = None
    qrs_off: float | None = None
    t_on: float | None = None
    t_off: float | None = None


@dataclass(frozen=True, slots=True)
class MedianBeat:
    """Median of the dominant beats, its borders in ms from its own start."""

    samples_uv: NDArray[np.float64]
    leads: tuple[str, ...]
    sampling_rate_hz: float
    fiducials_ms: Fiducials
    beats_used: int


@dataclass(frozen=True, slots=True)
class Qtc:
    """The four corrections of one QT, with the RR they used."""

    bazett: float
    fridericia: float
    framingham: float
    hodges: float
    rr_ms: float


@dataclass(frozen=True, slots=True)
class Axes:
    """Frontal axes in degrees, −180 < axis ≤ 180; None = indeterminate or not measured."""

    p: float | None = None
    qrs: float | None = None
    t: float | None = None


@dataclass(frozen=True, slots=True)
class LeadMeasures:
    """One lead of the median beat: borders in ms from its start, heights in µV over the level
    before the QRS, durations in ms; None = no such wave. A QRS of one negative wave is an S.
    """

    fiducials_ms: Fiducials = field(default_factory=Fiducials)
    p_uv: float | None = None
    q_uv: float | None = None
    r_uv: float | None = None
    s_uv: float | None = None
    r2_uv: float | None = None
    t_uv: float | None = None
    q_ms: float | None = None
    r_ms: float | None = None
    s_ms: float | None = None
    st_j_uv: float | None = None
    st_j40_uv: float | None = None
    st_j60_uv: float | None = None
    st_j80_uv: float | None = None


@dataclass(frozen=True, slots=True)
class LeadQuality:
    """How far one lead can be used; noise is the RMS of what is too fast to be ECG.

    A clipped lead, whose peaks are cut off, still tells when its waves are, not how tall.
    """

    status: LeadStatus
    noise_uv: float | None
    missing_fraction: float
    wander_uv: float | None = None
    mains_uv: float | None = None
    clipped_fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Rate class and regularity only; None = unknown."""

    rate: Literal["normal", "bradycardia", "tachycardia"] | None = None
    regular: bool | None = None
    rr_cv: float | None = None
    pacing_suspected: bool = False
    ventricular_ectopics: int | None = None
    supraventricular_ectopics: int | None = None
    longest_rr_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One coded statement with the numbers that decided it; present None = could not be judged."""

    code: str
    text: str
    present: bool | None
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One recording measured; each None among the numbers has its reason in `reasons`."""

    heart_rate_bpm: float | None = None
    rr_ms: float | None = None
    p_ms: float | None = None
    pr_ms: float | None = None
    qrs_ms: float | None = None
    qt_ms: float | None = None
    qtc: Qtc | None = None
    axes: Axes = field(default_factory=Axes)
    r_peaks: tuple[int, ...] = ()
    beats: tuple[Fiducials, ...] = ()
    beat_classes: tuple[BeatClass, ...] = ()
    median_beat: MedianBeat | None = None
    leads: dict[str, LeadMeasures] = field(default_factory=dict)
    quality: dict[str, LeadQuality] = field(default_factory=dict)
    rhythm: Rhythm = field(default_factory=Rhythm)
    statements: tuple[Statement, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)
    algorithm: str = ALGORITHM
    version: str = VERSION
