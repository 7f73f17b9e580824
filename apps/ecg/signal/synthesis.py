"""ECGs of known truth, for demonstration and tests; always marked synthetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import (
    STANDARD_LEADS,
    DecodedEcg,
    Lead,
    PatientIdentity,
    SourceStatement,
    Waveform,
)
from apps.ecg.signal import disturbance
from apps.ecg.signal.arrays import Array
from apps.ecg.signal.heart_vector import (
    INDEPENDENT,
    P_WAVE,
    PROJECTION,
    QRS_SHAPES,
    T_DISCORDANT,
    T_WAVE,
    Bump,
    trace,
    turned,
)
from apps.ecg.signal.intervals import frontal_axis

RhythmName = Literal["sinus", "atrial_fibrillation", "atrial_flutter", "paced"]
Conduction = Literal["normal", "lbbb", "rbbb"]
PacingMode = Literal["ventricular", "atrial", "dual"]
Ectopic = Literal["ventricular", "supraventricular"]

NV_PER_LSB = Decimal(1250)
FORMAT = "synthetic"
GENERATOR = "einthoven-synthesis 1.0.0"
DERIVED = frozenset({"III", "aVR", "aVL", "aVF"})
SPIKE_MS = 2.0
SPIKE_VECTOR = (260.0, 560.0, 180.0)
ST_FALL_SHARE = 0.35
PREMATURE = 0.62
PAUSE_MS = 3000.0
FLUTTER_PER_MINUTE = 280.0
ECTOPIC_QRS_MS = 158.0


@dataclass(frozen=True, slots=True)
class SynthesisSpec:
    """What to make. None = what belongs to the rate, rhythm and conduction asked for."""

    seed: int = 0
    rhythm: RhythmName = "sinus"
    conduction: Conduction = "normal"
    duration_s: float = 10.0
    sampling_rate_hz: int = 500
    heart_rate_bpm: float = 72.0
    p_ms: float = 106.0
    pr_ms: float = 158.0
    qrs_ms: float | None = None
    qt_ms: float | None = None
    qrs_axis_deg: float | None = None
    p_present: bool = True
    pacing: PacingMode = "ventricular"
    ectopics: tuple[tuple[int, Ectopic], ...] = ()
    pause_after: tuple[int, ...] = ()
    respiratory_arrhythmia: float = 0.03
    qrs_scale: float = 1.0
    p_scale: float = 1.0
    t_scale: float = 1.0
    st_uv: tuple[tuple[str, float], ...] = ()
    wander_uv: float = 18.0
    mains_uv: float = 0.0
    mains_hz: float = 50.0
    muscle_uv: float = 3.0
    flat_leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """What a perfect measurement of the noise-free signal would say."""

    rhythm: RhythmName
    r_peaks: tuple[int, ...]
    heart_rate_bpm: float
    p_ms: float | None
    pr_ms: float | None
    qrs_ms: float
    qt_ms: float
    qrs_axis_deg: float


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Counts of shape (samples, leads) in the order of STANDARD_LEADS."""

    counts: NDArray[np.int32]
    nv_per_lsb: Decimal
    sampling_rate_hz: int
    truth: Truth

    def samples_uv(self) -> Array:
        return self.counts.astype(np.float64) * float(self.nv_per_lsb / 1000)

    def waveform(self) -> Waveform:
        leads = tuple(
            Lead(name, self.nv_per_lsb, derived=name in DERIVED) for name in STANDARD_LEADS
        )
        return Waveform("rhythm", leads, self.counts, Decimal(self.sampling_rate_hz))


@dataclass(frozen=True, slots=True)
class _Beat:
    """The waves of one beat of a specification, with all that was left open filled in."""

    qrs: tuple[Bump, ...]
    t: tuple[Bump, ...]
    qrs_ms: float
    qt_ms: float
    peak_ms: float
    axis_deg: float


def synthesize(spec: SynthesisSpec) -> Synthetic:
    """The ECG of a specification, the same for the same specification. ValueError if impossible."""
    rng = np.random.default_rng(spec.seed)
    rate = spec.sampling_rate_hz
    samples = round(spec.duration_s * rate)
    seconds = np.arange(samples) / rate
    beat = _beat(spec)
    onsets_ms = _onsets_ms(spec, rng, beat)
    vector = _vector(spec, beat, onsets_ms, seconds, rng)
    signal = vector @ PROJECTION.T + _st_shift(spec, beat, onsets_ms, seconds)
    signal += _disturbance(spec, rng, seconds)
    flat = [i for i, name in enumerate(INDEPENDENT) if name in spec.flat_leads]
    signal[:, flat] = 0.0
    peaks = np.round((onsets_ms + beat.peak_ms) * rate / 1000).astype(int)
    peaks = peaks[(peaks >= 0) & (peaks < samples)]
    return Synthetic(_counts(signal), NV_PER_LSB, rate, _truth(spec, beat, peaks))


def to_ecg(
    synthetic: Synthetic,
    *,
    patient: PatientIdentity | None = None,
    acquired_local: dt.datetime | None = None,
) -> DecodedEcg:
    """In canonical form, marked as synthetic in vendor, model and statement."""
    return DecodedEcg(
        format=FORMAT,
        decoder=GENERATOR,
        rhythm=synthetic.waveform(),
        vendor="Einthoven",
        model="synthetic",
        software=GENERATOR,
        acquired_local=acquired_local,
        patient=patient or PatientIdentity(),
        statements=(SourceStatement("Synthetic ECG, not from a patient", "SYNTHETIC"),),
    )


def _beat(spec: SynthesisSpec) -> _Beat:
    paced = spec.rhythm == "paced" and spec.pacing != "atrial"
    shape = "paced" if paced else spec.conduction
    wide = {"normal": 92.0, "lbbb": 152.0, "rbbb": 138.0, "paced": 164.0}[shape]
    qrs_ms = wide if spec.qrs_ms is None else spec.qrs_ms
    rr_ms = 60000 / spec.heart_rate_bpm
    usual = 396 * (rr_ms / 1000) ** (1 / 3) + 0.6 * max(0.0, qrs_ms - 100)
    qt_ms = min(usual, rr_ms - 60) if spec.qt_ms is None else spec.qt_ms
    if not qrs_ms + 80 < qt_ms < rr_ms:
        raise ValueError("QT must be longer than QRS + 80 ms and shorter than RR")
    waves = QRS_SHAPES[shape]
    axis = _axis(waves) if spec.qrs_axis_deg is None else spec.qrs_axis_deg
    t: tuple[Bump, ...] = T_WAVE if shape in ("normal", "rbbb") else T_DISCORDANT
    if paced:
        t = tuple(replace(b, vector=(-60.0, 210.0, -190.0)) for b in T_DISCORDANT)
    qrs = _scaled(_turned_to(waves, axis), spec.qrs_scale)
    time = np.arange(0, qrs_ms, 0.5)
    strength = np.linalg.norm(trace(qrs, time, qrs_ms) @ PROJECTION.T, axis=1)
    return _Beat(
        qrs, _scaled(t, spec.t_scale), qrs_ms, qt_ms, float(time[strength.argmax()]), _axis(qrs)
    )


def _axis(bumps: tuple[Bump, ...]) -> float:
    area = sum(np.array(b.vector) * (b.end - b.start) / 2 for b in bumps)
    lead_i, lead_ii = PROJECTION[:2] @ area
    return frontal_axis(float(lead_i), float(lead_ii - lead_i / 2))


def _turned_to(bumps: tuple[Bump, ...], axis_deg: float) -> tuple[Bump, ...]:
    """Turned until the measured axis fits: the vector towards the back counts a little too."""
    turn = 0.0
    for _ in range(6):
        turn += (axis_deg - _axis(turned(bumps, turn)) + 180) % 360 - 180
    return turned(bumps, turn)


def _scaled(bumps: tuple[Bump, ...], scale: float) -> tuple[Bump, ...]:
    return tuple(
        replace(b, vector=(b.vector[0] * scale, b.vector[1] * scale, b.vector[2] * scale))
        for b in bumps
    )


def _onsets_ms(spec: SynthesisSpec, rng: np.random.Generator, beat: _Beat) -> Array:
    """QRS onsets from before the start to after the end of the record."""
    rr_ms = 60000 / spec.heart_rate_bpm
    count = int(spec.duration_s * 1000 / rr_ms * 1.5) + 6
    if spec.rhythm == "atrial_fibrillation":
        rr = rr_ms * rng.gamma(18, 1 / 18, count)
        rr = np.maximum(rr, beat.qt_ms + 20)
        rr *= rr_ms / rr.mean()
        rr = np.maximum(rr, beat.qt_ms + 5)
    elif spec.rhythm == "atrial_flutter":
        # Two, three or four waves to a beat.
        rr = rng.integers(2, 5, count) * 60000 / FLUTTER_PER_MINUTE
    elif spec.rhythm == "paced":
        rr = np.full(count, rr_ms)
    else:
        breath = 2 * np.pi * disturbance.RESPIRATION_HZ * rr_ms / 1000 * np.arange(count)
        swing = np.sin(breath + rng.uniform(0, 2 * np.pi))
        rr = rr_ms * (1 + spec.respiratory_arrhythmia * swing + rng.normal(0, 0.005, count))
    for place, _ in spec.ectopics:
        rr[place - 1] *= PREMATURE
        rr[place] *= 2 - PREMATURE
    rr[list(spec.pause_after)] += PAUSE_MS
    first = -rr[0] * rng.uniform(1.0, 2.0)
    return np.asarray(first + np.concatenate([[0.0], np.cumsum(rr)]))


def _vector(
    spec: SynthesisSpec,
    beat: _Beat,
    onsets_ms: Array,
    seconds: Array,
    rng: np.random.Generator,
) -> Array:
    time = seconds * 1000
    current = np.searchsorted(onsets_ms, time, side="right")
    since, until = time - onsets_ms[current - 1], time - onsets_ms[current]
    own = _ventricular(spec, current - 1)
    vector = trace(beat.qrs, np.where(own, -1.0, since), beat.qrs_ms)
    vector += trace(QRS_SHAPES["lbbb"], np.where(own, since, -1.0), ECTOPIC_QRS_MS)
    breath = 1 + 0.05 * np.sin(2 * np.pi * disturbance.RESPIRATION_HZ * seconds + 0.7)
    vector *= breath[:, None]
    rest = 0.78 * beat.qrs_ms + 30
    vector += trace(beat.t, np.where(own, -1.0, since - rest), beat.qt_ms - rest)
    vector += trace(T_DISCORDANT, np.where(own, since - rest - 60, -1.0), beat.qt_ms - rest)
    if _has_p(spec):
        before = np.where(_ventricular(spec, current), -1.0, until + spec.pr_ms)
        vector += trace(_scaled(P_WAVE, spec.p_scale), before, spec.p_ms)
    if spec.rhythm == "atrial_fibrillation":
        vector += disturbance.fibrillation(rng, seconds, 55.0)
    elif spec.rhythm == "atrial_flutter":
        vector += disturbance.flutter(seconds, FLUTTER_PER_MINUTE, 150.0)
    for start in _spikes(spec, since, until):
        vector[np.abs(start - SPIKE_MS / 2) <= SPIKE_MS / 2] += np.array(SPIKE_VECTOR)
    return vector


def _spikes(spec: SynthesisSpec, since: Array, until: Array) -> Iterator[Array]:
    """Time from each kind of spike: at the onset of the QRS, or of the P wave."""
    if spec.rhythm == "paced" and spec.pacing != "atrial":
        yield since
    if spec.rhythm == "paced" and spec.pacing != "ventricular":
        yield until + spec.pr_ms


def _has_p(spec: SynthesisSpec) -> bool:
    driven = spec.rhythm == "paced" and spec.pacing != "ventricular"
    return driven or (spec.rhythm == "sinus" and spec.p_present)


def _ventricular(spec: SynthesisSpec, beats: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which of these beats begin in the ventricles."""
    return np.isin(beats, [place for place, kind in spec.ectopics if kind == "ventricular"])


def _st_shift(spec: SynthesisSpec, beat: _Beat, onsets_ms: Array, seconds: Array) -> Array:
    """A plateau from the J point that falls to zero within the T wave."""
    shift = np.array([dict(spec.st_uv).get(name, 0.0) for name in INDEPENDENT])
    if not shift.any():
        return np.zeros((len(seconds), len(shift)))
    time = seconds * 1000
    since = time - onsets_ms[np.searchsorted(onsets_ms, time, side="right") - 1]
    start, end = 0.75 * beat.qrs_ms, beat.qt_ms
    rise = np.clip((since - start) / (0.25 * beat.qrs_ms), 0, 1)
    fall = np.clip((end - since) / (ST_FALL_SHARE * (end - start)), 0, 1)
    level = 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))
    return np.asarray(level[:, None] * shift)


def _disturbance(spec: SynthesisSpec, rng: np.random.Generator, seconds: Array) -> Array:
    leads = len(INDEPENDENT)
    out = disturbance.wander(rng, seconds, leads, spec.wander_uv)
    out += disturbance.muscle(rng, len(seconds), leads, spec.muscle_uv)
    if spec.mains_uv:
        out += disturbance.mains(rng, seconds, leads, spec.mains_uv, spec.mains_hz)
    return out


def _counts(signal_uv: Array) -> NDArray[np.int32]:
    """All twelve leads as integers; I and II are even, so that every half is exact."""
    counts = np.round(signal_uv / float(NV_PER_LSB / 1000)).astype(np.int32)
    limb = 2 * np.round(signal_uv[:, :2] / float(NV_PER_LSB / 500)).astype(np.int32)
    first, second = limb[:, 0], limb[:, 1]
    derived = [
        second - first,
        -(first + second) // 2,
        first - second // 2,
        second - first // 2,
    ]
    return np.column_stack([first, second, *derived, *counts[:, 2:].T]).astype(np.int32)


def _truth(spec: SynthesisSpec, beat: _Beat, peaks: NDArray[np.int_]) -> Truth:
    has_p = _has_p(spec)
    rr = float(np.diff(peaks).mean()) if len(peaks) > 1 else np.nan
    return Truth(
        rhythm=spec.rhythm,
        r_peaks=tuple(int(peak) for peak in peaks),
        heart_rate_bpm=60 * spec.sampling_rate_hz / rr,
        p_ms=spec.p_ms if has_p else None,
        pr_ms=spec.pr_ms if has_p else None,
        qrs_ms=beat.qrs_ms,
        qt_ms=beat.qt_ms,
        qrs_axis_deg=beat.axis_deg,
    )
