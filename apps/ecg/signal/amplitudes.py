"""Heights, durations and ST levels of each lead, read off the median beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array
from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.borders import Wave, first_rests, last_rests
from apps.ecg.signal.conditioning import smooth
from apps.ecg.signal.qrs_wave import lead_qrs
from apps.ecg.signal.results import Fiducials, LeadMeasures

# IEC 60601-2-25 calls a deflection a wave from 30 µV over 6 ms.
LEAST_WAVE_UV = 30.0
LEAST_WAVE_MS = 6.0
ST_MS = (0.0, 40.0, 60.0, 80.0)
ST_WINDOW_MS = 4.0
SLOW_SMOOTHING_MS = 30.0
SLOW_REST_FRACTION = 0.2
SLOW_MOVING_FRACTION = 0.6
SLOW_REST_MS = 8.0


@dataclass(frozen=True, slots=True)
class _Deflection:
    height: float
    samples: int


def lead_measures(
    beat: Averaged, qrs: Wave, p: Wave | None, t: Wave | None
) -> tuple[LeadMeasures, ...]:
    """For each column of the median, its level before the QRS already taken away."""
    every = lead_qrs(beat, qrs)
    p_waves, t_waves = _slow_borders(beat, p), _slow_borders(beat, t)
    p_uv, t_uv = _heights(beat, p), _heights(beat, t)
    st = _st_levels(beat, qrs)
    return tuple(
        LeadMeasures(
            fiducials_ms=_fiducials(beat, p_waves[lead], every[lead], t_waves[lead]),
            p_uv=p_uv[lead],
            t_uv=t_uv[lead],
            **_qrs_parts(beat, qrs, lead),
            **dict(zip(("st_j_uv", "st_j40_uv", "st_j60_uv", "st_j80_uv"), st[lead], strict=True)),
        )
        for lead in range(beat.median.shape[1])
    )


def _qrs_parts(beat: Averaged, qrs: Wave, lead: int) -> dict[str, float | None]:
    """Q, R, S and R' in their order; waves too small or short to count are passed over."""
    parts: dict[str, float | None] = {}
    waves = _deflections(beat, beat.median[qrs.on : qrs.off + 1, lead])
    if waves and waves[0].height < 0 and len(waves) > 1:
        parts |= _part(beat, "q", waves.pop(0))
    for name in ("r", "s", "r2"):
        if waves and (waves[0].height < 0) == (name == "s"):
            parts |= _part(beat, name, waves.pop(0))
    return parts


def _part(beat: Averaged, name: str, wave: _Deflection) -> dict[str, float | None]:
    part: dict[str, float | None] = {f"{name}_uv": round(wave.height, 1)}
    if name != "r2":
        part[f"{name}_ms"] = round(wave.samples * 1000 / beat.rate_hz, 1)
    return part


def _deflections(beat: Averaged, line: Array) -> list[_Deflection]:
    """Runs of one sign that are waves; neighbours of the same sign are one."""
    edges = np.flatnonzero(np.diff(np.sign(line))) + 1
    found: list[_Deflection] = []
    for run in np.split(line, edges):
        height = float(run[np.abs(run).argmax()])
        if abs(height) < LEAST_WAVE_UV or len(run) < beat.span(LEAST_WAVE_MS):
            continue
        if found and (found[-1].height < 0) == (height < 0):
            before = found.pop()
            height = max(before.height, height, key=abs)
            found.append(_Deflection(height, before.samples + len(run)))
        else:
            found.append(_Deflection(height, len(run)))
    return found


def _heights(beat: Averaged, wave: Wave | None) -> list[float | None]:
    """The farthest point from the level at the wave's beginning, with its sign."""
    if wave is None:
        return [None] * beat.median.shape[1]
    part = beat.median[wave.on : wave.off]
    # P is read from its own onset; T from the level before the QRS, as ST is.
    level = part[0] if wave.off < beat.centre else np.zeros(part.shape[1])
    away = part - level
    top = np.take_along_axis(away, np.abs(away).argmax(axis=0)[None], axis=0)[0]
    return [round(float(value), 1) if abs(value) >= LEAST_WAVE_UV else None for value in top]


def _st_levels(beat: Averaged, qrs: Wave) -> list[list[float | None]]:
    half = beat.span(ST_WINDOW_MS)
    levels: list[list[float | None]] = [[] for _ in range(beat.median.shape[1])]
    for ms in ST_MS:
        at = qrs.off + beat.span(ms)
        inside = at + half < len(beat.median)
        mean = beat.median[at - half : at + half + 1].mean(axis=0) if inside else None
        for lead, row in enumerate(levels):
            row.append(None if mean is None else round(float(mean[lead]), 1))
    return levels


def _slow_borders(beat: Averaged, wave: Wave | None) -> list[Wave | None]:
    """P or T of each lead within the wave of all leads; None where it is too small there."""
    count = beat.median.shape[1]
    if wave is None:
        return [None] * count
    part = smooth(beat.median, SLOW_SMOOTHING_MS, beat.rate_hz)[wave.on : wave.off + 1]
    speed = np.abs(np.gradient(part, axis=0))
    tall = np.ptp(part, axis=0) >= LEAST_WAVE_UV
    top, end = speed.max(axis=0), len(part) - 1
    quiet, moving = speed < SLOW_REST_FRACTION * top, speed > SLOW_MOVING_FRACTION * top
    hold = beat.span(SLOW_REST_MS)
    starts = last_rests(quiet, [int(at) for at in moving.argmax(axis=0)], hold)
    ends = first_rests(quiet, [end - int(at) for at in moving[::-1].argmax(axis=0)], hold)
    return [
        Wave(wave.on + (on or 0), wave.on + (end if off is None else off)) if told else None
        for told, on, off in zip(tall, starts, ends, strict=True)
    ]


def _fiducials(beat: Averaged, p: Wave | None, qrs: Wave | None, t: Wave | None) -> Fiducials:
    ends = [
        None if wave is None else round(border * 1000 / beat.rate_hz, 1)
        for wave in (p, qrs, t)
        for border in ((wave.on, wave.off) if wave else (0, 0))
    ]
    return Fiducials(*ends)
