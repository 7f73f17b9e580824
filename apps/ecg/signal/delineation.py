"""Wave borders of the median beat, checked, and carried over to every beat."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from apps.ecg.signal.amplitudes import lead_measures
from apps.ecg.signal.averaging import Averaged, average
from apps.ecg.signal.borders import Wave, levelled
from apps.ecg.signal.intervals import axis_of
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.location import Located, averaged_beat
from apps.ecg.signal.p_wave import find_p, onset_hidden
from apps.ecg.signal.qrs_wave import find_qrs
from apps.ecg.signal.results import Axes, Fiducials, LeadMeasures, LeadQuality
from apps.ecg.signal.t_wave import find_t

WAVE_VALUES = ("p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc", "p_axis", "qrs_axis", "t_axis")
P_VALUES = ("p_ms", "pr_ms", "p_axis")
T_VALUES = ("qt_ms", "qtc", "t_axis")
LEVEL_MS = 20.0


@dataclass(frozen=True, slots=True)
class Delineated:
    """The median beat over all leads and its waves; each wave not found has its reasons.

    A P wave that runs out of the T wave before it is `p_seen` only: it has no duration.
    """

    beat: Averaged | None
    qrs: Wave | None
    t: Wave | None
    p: Wave | None
    reasons: dict[str, str]
    p_seen: Wave | None = None

    def leads(self) -> tuple[LeadMeasures, ...]:
        """Each lead of the median beat; none where no QRS was measured."""
        if self.beat is None or self.qrs is None:
            return ()
        return lead_measures(self.beat, self.qrs, self.p, self.t)

    def fiducials(self, offset_ms: float) -> Fiducials:
        """Borders in ms, given where the start of the median beat lies."""

        def ms(index: int | None) -> float | None:
            if index is None or self.beat is None:
                return None
            return round(offset_ms + index * 1000 / self.beat.rate_hz, 1)

        p, qrs, t = self.p, self.qrs, self.t
        return Fiducials(
            p_on=ms(p.on if p else None),
            p_off=ms(p.off if p else None),
            qrs_on=ms(qrs.on if qrs else None),
            qrs_off=ms(qrs.off if qrs else None),
            t_on=ms(t.on if t else None),
            t_off=ms(t.off if t else None),
        )


def delineate(
    located: Located,
    basis: list[int],
    quality: tuple[LeadQuality, ...],
    rr_ms: float,
    limits: Limits,
    *,
    irregular: bool = False,
) -> Delineated:
    """Borders from the leads of the basis; nothing where pacing, noise or gaps forbid it."""
    beat = averaged_beat(located, basis)
    refusal = _refusal(located, beat, [quality[i] for i in basis], limits)
    if beat is None or refusal:
        return Delineated(beat, None, None, None, dict.fromkeys(WAVE_VALUES, refusal))
    narrow = beat.of(basis)
    both = find_qrs(narrow, beat.of(_with_implied(basis, quality)))
    if both is None or not _within(both[0], beat, limits.qrs_ms):
        reason = "not_found" if both is None else "implausible"
        return Delineated(beat, None, None, None, dict.fromkeys(WAVE_VALUES, reason))
    qrs, core = both
    level = beat.median[max(0, qrs.on - beat.span(LEVEL_MS)) : qrs.on].mean(axis=0)
    beat = replace(beat, median=beat.median - level)
    t = find_t(narrow, core, rr_ms)
    p = find_p(narrow, core, t.off if t else None, rr_ms, irregular=irregular)
    if p is not None:
        p = Wave(p.on, min(p.off, qrs.on))
    reasons: dict[str, str] = {}
    if t is not None and not _within(Wave(qrs.on, t.off), beat, limits.qt_ms):
        t, reasons = None, dict.fromkeys(T_VALUES, "implausible")
    elif t is None:
        reasons = dict.fromkeys(T_VALUES, "not_found")
    if p is not None and not _within(Wave(p.on, qrs.on), beat, limits.pr_ms):
        p, reasons = None, reasons | dict.fromkeys(P_VALUES, "implausible")
    elif p is None:
        reasons = reasons | dict.fromkeys(P_VALUES, "not_found")
    seen = p
    if p is not None and onset_hidden(beat, p, t.off if t else None, rr_ms):
        p, reasons = None, reasons | dict.fromkeys(("p_ms", "pr_ms"), "hidden_in_t")
    return Delineated(beat, qrs, t, p, reasons, seen)


def axes_of(found: Delineated, leads: tuple[str, ...], usable: list[int]) -> Axes:
    """Axes of net area from the usable limb leads."""
    if found.beat is None:
        return Axes()
    median = found.beat.median[:, usable]
    names = tuple(leads[i] for i in usable)

    def axis(wave: Wave | None, *, level: bool) -> float | None:
        if wave is None:
            return None
        part = median[wave.on : wave.off]
        return axis_of(levelled(part) if level else part, names)

    return Axes(
        axis(found.p_seen, level=True), axis(found.qrs, level=False), axis(found.t, level=False)
    )


def p_upright(found: Delineated, leads: tuple[str, ...], usable: list[int]) -> bool | None:
    """Whether P is upright in II and inverted in aVR; None without P or without these leads."""
    names = {leads[i]: i for i in usable}
    if found.beat is None or found.p_seen is None or not {"II", "aVR"} <= set(names):
        return None
    wave = levelled(found.beat.median[found.p_seen.on : found.p_seen.off])
    net = wave[:, [names["II"], names["aVR"]]].mean(axis=0)
    return bool(net[0] > 0 > net[1])


def beats_of(
    located: Located, basis: list[int], quality: tuple[LeadQuality, ...], found: Delineated
) -> tuple[Fiducials, ...]:
    """Borders of every beat: the median's for the dominant shape, its own QRS and T for others."""
    if found.beat is None or found.qrs is None:
        return tuple(Fiducials() for _ in located.indexes)
    every = _with_implied(basis, quality)
    last = np.append(located.indexes[1:], len(located.signal.clean) - 1)
    beats = []
    for index, following, dominant in zip(located.indexes, last, located.dominant, strict=True):
        start_ms = (int(index) - found.beat.centre) * 1000 / found.beat.rate_hz
        if dominant:
            beats.append(found.fiducials(start_ms))
        else:
            beats.append(_own(located, basis, every, int(index), int(following), start_ms))
    return tuple(_inside(beat, located) for beat in beats)


def _own(
    located: Located,
    basis: list[int],
    every: list[int],
    index: int,
    following: int,
    start_ms: float,
) -> Fiducials:
    rate = located.signal.rate_hz
    single = average(located.signal.clean, np.array([index]), rate)
    both = find_qrs(single.of(basis), single.of(every)) if single is not None else None
    if single is None or both is None:
        return Fiducials()
    qrs, core = both
    t = find_t(single.of(basis), core, (following - index) * 1000 / rate)
    return Delineated(single, qrs, t, None, {}).fiducials(start_ms)


def _with_implied(basis: list[int], quality: tuple[LeadQuality, ...]) -> list[int]:
    """The leads of the basis and the good ones that they imply."""
    return [i for i, lead in enumerate(quality) if i in basis or lead.status == "good"]


def _inside(beat: Fiducials, located: Located) -> Fiducials:
    """Borders that would lie outside the record are not given."""
    end_ms = len(located.signal.clean) * 1000 / located.signal.rate_hz

    def kept(on: float | None, off: float | None) -> tuple[float | None, float | None]:
        whole = on is not None and off is not None and on >= 0 and off <= end_ms
        return (on, off) if whole else (None, None)

    p, qrs, t = (
        kept(beat.p_on, beat.p_off),
        kept(beat.qrs_on, beat.qrs_off),
        kept(beat.t_on, beat.t_off),
    )
    return Fiducials(*p, *qrs, *t)


def _refusal(
    located: Located, beat: Averaged | None, quality: list[LeadQuality], limits: Limits
) -> str:
    """Why no wave may be measured; empty where all may."""
    if located.paced:
        return "pacing_suspected"
    if len(quality) < limits.fewest_interval_leads:
        return "too_few_leads"
    if beat is None or len(beat.beats) < limits.fewest_beats:
        return "too_few_beats"
    noise = float(np.mean([lead.noise_uv or 0.0 for lead in quality]))
    return "too_noisy" if noise / len(beat.beats) ** 0.5 > limits.median_noise_uv else ""


def _within(wave: Wave, beat: Averaged, limits_ms: tuple[float, float]) -> bool:
    return limits_ms[0] <= (wave.off - wave.on) * 1000 / beat.rate_hz <= limits_ms[1]
