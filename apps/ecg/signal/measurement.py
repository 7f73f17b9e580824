"""From samples to measurements: no value rather than a wrong one, and the reason for each gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from apps.ecg.formats.heights import are_stretched
from apps.ecg.signal.arrays import Array
from apps.ecg.signal.atrial_waves import AtrialWaves, atrial_waves
from apps.ecg.signal.beat_classes import BasicRhythm, basic_rhythm, classify
from apps.ecg.signal.borders import Wave
from apps.ecg.signal.conditioning import condition
from apps.ecg.signal.criteria import state
from apps.ecg.signal.criteria.facts import Facts
from apps.ecg.signal.delineation import (
    WAVE_VALUES,
    Delineated,
    axes_of,
    beats_of,
    delineate,
    p_upright,
)
from apps.ecg.signal.intervals import LIMB, corrected_qt
from apps.ecg.signal.limits import ADULT, Limits
from apps.ecg.signal.location import Located, locate, rr_intervals_ms
from apps.ecg.signal.person import NOBODY, Person
from apps.ecg.signal.quality import DEPENDENT, clipped_fractions, grade_leads
from apps.ecg.signal.results import (
    Axes,
    BeatClass,
    Fiducials,
    LeadQuality,
    LeadStatus,
    Measured,
    MedianBeat,
    Rhythm,
)
from apps.ecg.signal.rhythm import described

ORDER = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
VALUES = ("heart_rate_bpm", "rr_ms", *WAVE_VALUES)
Qualities = dict[str, LeadQuality]


def measure(
    samples_uv: Array,
    leads: tuple[str, ...],
    sampling_rate_hz: float,
    *,
    limits: Limits = ADULT,
    person: Person = NOBODY,
) -> Measured:
    """Measure one recording of shape (samples, leads) in µV, NaN where samples are missing.

    No number depends on the person, only the limits of statements do. Never raises for a poor
    signal: what cannot be known is None, with a code in `reasons`.
    Raises ValueError if shape, leads and rate do not describe a signal.
    """
    order = _canonical_order(samples_uv, leads, sampling_rate_hz)
    names = tuple(leads[i] for i in order)
    duration_s = len(samples_uv) / sampling_rate_hz
    if not limits.shortest_record_s <= duration_s <= limits.longest_record_s:
        short = duration_s < limits.shortest_record_s
        return _unmeasured("too_short" if short else "too_long", {}, Facts(), person, limits)
    samples = np.asarray(samples_uv, dtype=np.float64)[:, order]
    signal = condition(samples, sampling_rate_hz)
    missing = (~np.isfinite(samples)).mean(axis=0)
    clipped = clipped_fractions(samples, names, sampling_rate_hz)
    grades = grade_leads(signal, missing, limits, clipped)
    quality = dict(zip(names, grades, strict=True))
    basis = _basis(names, quality)
    if not basis:
        return _unmeasured("no_usable_lead", quality, Facts(), person, limits)
    located = locate(signal, basis)
    rr = rr_intervals_ms(located, basis)
    refusal = _refusal(located, rr, limits)
    if refusal:
        known = Facts(pacing=located.pacing if refusal == "pacing_suspected" else None)
        return _unmeasured(refusal, quality, known, person, limits)
    regularity = basic_rhythm(located.indexes, located.dominant, limits)
    irregular = regularity.irregular
    found = delineate(located, basis, grades, float(rr.mean()), limits, irregular=irregular)
    if found.p_seen is None:
        regularity = regularity.without_p()
    beats = beats_of(located, basis, grades, found)
    classes = classify(located, regularity, beats, limits)
    facts = _facts(located, found, rr, quality, regularity, classes, limits)
    facts = replace(facts, true_heights=not are_stretched(_present(samples)))
    return _measured(located, found, rr, quality, beats, facts, person, sampling_rate_hz, limits)


def _facts(
    located: Located,
    found: Delineated,
    rr: Array,
    quality: Qualities,
    regularity: BasicRhythm,
    classes: tuple[BeatClass, ...],
    limits: Limits,
) -> Facts:
    names, trusted = tuple(quality), _trusted_leads(quality)
    qt_ms = _between(located, found.qrs and found.t and Wave(found.qrs.on, found.t.off))
    rr_ms = float(rr.mean())
    each = found.leads()
    return Facts(
        heart_rate_bpm=60000 / rr_ms,
        p_found=found.p_seen is not None if each else None,
        p_upright=p_upright(found, names, trusted),
        pr_ms=_between(located, found.p and found.qrs and Wave(found.p.on, found.qrs.on)),
        qrs_ms=_between(located, found.qrs),
        qt_ms=qt_ms,
        qtc=None if qt_ms is None else corrected_qt(qt_ms, rr_ms),
        axes=axes_of(found, names, trusted),
        rhythm=described(rr, classes, paced=located.paced, limits=limits),
        basic_rr_cv=regularity.rr_cv,
        beat_classes=classes,
        leads={names[i]: each[i] for i in trusted} if each else {},
        median=_median_beat(found, names, {names[i] for i in trusted}),
        pacing=located.pacing,
        spiked_beats=located.spiked_beats,
        atrial_waves=_atrial_waves(located, found, names, trusted),
    )


def _atrial_waves(
    located: Located, found: Delineated, names: tuple[str, ...], trusted: list[int]
) -> AtrialWaves | None:
    """Looked for only where there is no P wave."""
    if located.paced or found.qrs is None or found.p_seen is not None:
        return None
    signal = located.signal
    return atrial_waves(signal.clean, names, trusted, located.indexes, signal.rate_hz)


def _measured(
    located: Located,
    found: Delineated,
    rr: Array,
    quality: Qualities,
    beats: tuple[Fiducials, ...],
    facts: Facts,
    person: Person,
    sampling_rate_hz: float,
    limits: Limits,
) -> Measured:
    scale = sampling_rate_hz / located.signal.rate_hz
    return Measured(
        heart_rate_bpm=facts.heart_rate_bpm,
        rr_ms=float(rr.mean()),
        p_ms=_between(located, found.p),
        pr_ms=facts.pr_ms,
        qrs_ms=facts.qrs_ms,
        qt_ms=facts.qt_ms,
        qtc=facts.qtc,
        axes=facts.axes if facts.true_heights else Axes(),
        r_peaks=tuple(round(int(index) * scale) for index in located.indexes),
        beats=beats,
        beat_classes=facts.beat_classes,
        median_beat=facts.median,
        leads=facts.leads if facts.true_heights else {},
        quality=quality,
        rhythm=facts.rhythm,
        statements=state(facts, person, limits),
        reasons=_reasons(found, facts, quality),
    )


def _reasons(found: Delineated, facts: Facts, quality: Qualities) -> dict[str, str]:
    limb = [lead.status for name, lead in quality.items() if name in LIMB]
    too_few = "limb_leads_clipped" if "clipped" in limb else "limb_leads_missing"
    reasons = dict(found.reasons)
    if not facts.true_heights:
        return reasons | dict.fromkeys(("p_axis", "qrs_axis", "t_axis"), "leads_stretched")
    for name, axis, wave in (
        ("p_axis", facts.axes.p, found.p_seen),
        ("qrs_axis", facts.axes.qrs, found.qrs),
        ("t_axis", facts.axes.t, found.t),
    ):
        if axis is None and wave is not None:
            reasons[name] = too_few if limb.count("good") < 2 else "indeterminate"
    return reasons


def _unmeasured(
    reason: str, quality: Qualities, facts: Facts, person: Person, limits: Limits
) -> Measured:
    return Measured(
        quality=quality,
        rhythm=Rhythm(pacing_suspected=facts.pacing is not None),
        statements=state(facts, person, limits),
        reasons=dict.fromkeys(VALUES, reason),
    )


def _refusal(located: Located, rr: Array, limits: Limits) -> str:
    """Why not even the rate can be given; empty where it can."""
    if not located.trusted:
        return "too_noisy"
    if len(located.indexes) < limits.fewest_beats or len(rr) < limits.fewest_beats - 1:
        return "too_few_beats"
    alike = located.dominant
    if alike.sum() < limits.fewest_alike or alike.mean() < limits.share_alike:
        return "beats_unlike"
    if located.paced and alike.mean() < limits.paced_alike:
        return "pacing_suspected"
    rate = 60000 / float(rr.mean())
    return "" if limits.slowest_bpm <= rate <= limits.fastest_bpm else "implausible"


def _median_beat(found: Delineated, names: tuple[str, ...], trusted: set[str]) -> MedianBeat | None:
    beat = found.beat
    if beat is None:
        return None
    samples = beat.median.copy()
    if {"I", "II"} <= trusted:
        # A median is not linear: the identities of the limb leads are put back.
        first, second = samples[:, names.index("I")], samples[:, names.index("II")]
        for place, name in enumerate(names):
            if name in DEPENDENT:
                samples[:, place] = LIMB[name][0] * first + LIMB[name][1] * second
    return MedianBeat(samples, names, beat.rate_hz, found.fiducials(0.0), len(beat.beats))


def _present(samples: Array) -> Iterator[Array]:
    """The samples of each lead that are not missing."""
    return (lead[np.isfinite(lead)] for lead in samples.T)


def _between(located: Located, wave: Wave | None) -> float | None:
    return None if wave is None else (wave.off - wave.on) * 1000 / located.signal.rate_hz


def _canonical_order(samples: Array, leads: tuple[str, ...], sampling_rate_hz: float) -> list[int]:
    """Columns in the usual order of leads, so that their order in the file changes nothing."""
    if samples.ndim != 2 or samples.shape[1] != len(leads) or len(set(leads)) != len(leads):
        raise ValueError("samples must have one column for each of different leads")
    if not (np.isfinite(sampling_rate_hz) and sampling_rate_hz > 0):
        raise ValueError("the sampling rate must be positive")
    known = {name: place for place, name in enumerate(ORDER)}
    return sorted(range(len(leads)), key=lambda i: (known.get(leads[i], len(ORDER)), leads[i]))


def _trusted_leads(quality: Qualities) -> list[int]:
    return _of_status(quality, "good")


def _of_status(quality: Qualities, status: LeadStatus) -> list[int]:
    return [i for i, lead in enumerate(quality.values()) if lead.status == status]


def _basis(names: tuple[str, ...], quality: Qualities) -> list[int]:
    """Columns to find waves in: good leads that no others imply, else clipped ones, else noisy."""
    usable = _trusted_leads(quality) or _of_status(quality, "clipped")
    usable = usable or _of_status(quality, "noisy")
    if {"I", "II"} <= {names[i] for i in usable}:
        return [i for i in usable if names[i] not in DEPENDENT]
    return usable
