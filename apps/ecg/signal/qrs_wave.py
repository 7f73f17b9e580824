"""The QRS of an averaged beat: from where a second lead begins to where all but one have ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.ecg.signal.arrays import Array, Flags, quantile
from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.borders import (
    Wave,
    first_rest,
    first_rests,
    last_rest,
    last_rests,
    rms,
    velocity,
)
from apps.ecg.signal.conditioning import smooth

SEARCH_MS = (-110.0, 130.0)
SMOOTHING_MS = 24.0
ONSET_FRACTION = 0.02
OFFSET_FRACTION = 0.035
REST_MS = 12.0
LATEST_MS = 150.0
# A wide QRS slows down on its way: what moves this fast again so soon belongs to it.
RESUMED_FRACTION = 0.25
RESUMED_MS = 60.0
CORE_MS = (-170.0, 190.0)
TROUGH_FRACTION = 0.15
TOP_FRACTION = 0.6
# No QRS begins slowly for longer: before that it is the P wave, which ran on without a rest.
SLOWEST_START_MS = 64.0
START_MS = 44.0
CLEFT_FRACTION = 0.6
FLOOR_MS = (-250.0, 450.0)
FLOOR_FACTOR = 2.5

LEAD_FLOOR_FACTOR = 4.5
LEAD_FLOOR_LIMIT = 0.2
LEAD_LEAST_UV = 150.0
LEAD_REACH_MS = 60.0
TINY = 1e-9
# The noise of half the leads, in resting speeds that a close look seeks.
NOISIEST = 2.0


@dataclass(frozen=True, slots=True)
class Sense:
    """How closely a lead is looked at: what counts as rest there, and how long it must last;
    and how far its borders may lie before and after those of all leads together.
    """

    smoothing_ms: float
    onset_fraction: float
    offset_fraction: float
    rest_ms: float
    earlier_ms: float
    later_ms: float


# Borders that noise hardly moves, for the waves beside; and those of the QRS itself.
CALM = Sense(12.0, 0.025, 0.04, 10.0, 16.0, 16.0)
FINE = Sense(8.0, 0.02, 0.02, 22.0, 6.0, 10.0)


def find_qrs(beat: Averaged, every: Averaged) -> tuple[Wave, Wave] | None:
    """The QRS, and the core of it that P and T keep clear of.

    `beat` holds the leads that no others imply, which together tell where the QRS is; `every` also
    those that they imply, for a QRS may begin or end in one of these.
    """
    whole = _together(beat)
    if whole is None:
        return None
    core = _over_leads(beat, whole, CALM)
    # Where noise moves more than the rest that is sought, a close look sees the noise.
    return core if _is_drowned(every, whole) else _over_leads(every, whole, FINE), core


def lead_qrs(beat: Averaged, whole: Wave, sense: Sense = FINE) -> list[Wave | None]:
    """The QRS of each lead near the one of all; None where a lead has hardly any or no rest."""
    shape = smooth(beat.median, sense.smoothing_ms, beat.rate_hz)
    speed = np.abs(np.gradient(shape, axis=0))
    inside = speed[whole.on : whole.off]
    top, steepest = inside.max(axis=0), whole.on + inside.argmax(axis=0)
    floor = np.minimum(_noise(beat, speed), LEAD_FLOOR_LIMIT * top)
    large = np.ptp(beat.median[whole.on : whole.off], axis=0) >= LEAD_LEAST_UV
    before = speed < np.maximum(sense.onset_fraction * top, floor)
    after = speed < np.maximum(sense.offset_fraction * top, floor)
    reach, hold = beat.span(LEAD_REACH_MS), beat.span(sense.rest_ms)
    first, last = max(0, whole.on - reach), whole.off + reach
    fast = speed > RESUMED_FRACTION * top
    fast[: whole.on] = fast[whole.off :] = False
    gap = beat.span(RESUMED_MS)
    cores = [_joined(fast[:, lead], int(place), gap) for lead, place in enumerate(steepest)]
    starts = last_rests(before[first:], [core.on - first for core in cores], hold)
    ends = first_rests(after[:last], [core.off for core in cores], hold)
    return [
        Wave(first + on, off) if told and on is not None and off is not None else None
        for told, on, off in zip(large, starts, ends, strict=True)
    ]


def _joined(fast: Flags, steepest: int, gap: int) -> Wave:
    """From the first to the last fast sample around the steepest, no pause longer than the gap.

    A flat lead has nothing fast: there the place itself.
    """
    at = np.flatnonzero(fast)
    if len(at) == 0:
        return Wave(steepest, steepest)
    pauses = np.flatnonzero(np.diff(at) > gap)
    middle = int(np.searchsorted(at, steepest))
    before, after = pauses[pauses < middle], pauses[pauses >= middle]
    first = at[before[-1] + 1] if len(before) else at[0]
    return Wave(int(first), int(at[after[0]] if len(after) else at[-1]))


def _noise(beat: Averaged, speed: Array) -> Array:
    """The speed that each lead keeps even at rest."""
    still = speed[beat.at(FLOOR_MS[0]) : beat.at(FLOOR_MS[1])]
    resting: Array = LEAD_FLOOR_FACTOR * quantile(still, 0.2)
    return resting


def _is_drowned(beat: Averaged, near: Wave) -> bool:
    speed = np.abs(np.gradient(smooth(beat.median, FINE.smoothing_ms, beat.rate_hz), axis=0))
    sought = FINE.onset_fraction * speed[near.on : near.off].max(axis=0)
    return bool(np.median(_noise(beat, speed) / np.maximum(sought, TINY)) > NOISIEST)


def _over_leads(beat: Averaged, near: Wave, sense: Sense) -> Wave:
    """Earliest onset to latest offset; one lead alone before or after all others is noise."""
    each = [wave for wave in lead_qrs(beat, near, sense) if wave is not None]
    if len(each) < 3:
        return near
    on = sorted(wave.on for wave in each)[1]
    off = sorted(wave.off for wave in each)[-2]
    earliest, latest = near.on - beat.span(sense.earlier_ms), near.off + beat.span(sense.later_ms)
    return Wave(max(on, earliest), min(off, latest))


def _together(beat: Averaged) -> Wave | None:
    """From the rest before the steepest movement, and what is joined to it, to the rest after."""
    shape = smooth(beat.median, SMOOTHING_MS, beat.rate_hz)
    speed = velocity(shape)
    start, stop = beat.at(SEARCH_MS[0]), beat.at(SEARCH_MS[1])
    steepest = start + int(np.argmax(speed[start:stop]))
    top = speed[steepest]
    floor = FLOOR_FACTOR * quantile(speed[beat.at(FLOOR_MS[0]) : beat.at(FLOOR_MS[1])], 0.15)
    hold = beat.span(REST_MS)
    fast = speed > RESUMED_FRACTION * top
    fast[: beat.at(CORE_MS[0])] = fast[beat.at(CORE_MS[1]) :] = False
    core = _joined(fast, steepest, beat.span(RESUMED_MS))
    on = last_rest(speed < max(ONSET_FRACTION * top, floor), core.on, hold)
    # A beat looked at by itself may be ventricular, which begins slowly and has no P.
    if len(beat.beats) > 1 and on is not None and core.on - on > beat.span(SLOWEST_START_MS):
        on = _after_p(speed, core.on, beat.span(START_MS))
    # The vector also rests at the top of a wide wave: an end is low as well.
    height = rms(shape - shape[core.on if on is None else on])
    low = height < TOP_FRACTION * height[start:stop].max()
    off = first_rest(low & (speed < max(OFFSET_FRACTION * top, floor)), core.off, hold)
    latest = max(beat.at(LATEST_MS), core.off + beat.span(RESUMED_MS))
    if off is None or off > latest:
        # A steep ST segment leaves no rest: the slowest moment, if it is slow enough.
        off = core.off + int(np.argmin(np.where(low, speed, top)[core.off : latest]))
        if speed[off] > TROUGH_FRACTION * top:
            return None
    return None if on is None else Wave(on, off)


def _after_p(speed: Array, core_on: int, reach: int) -> int | None:
    """The slowest moment between a P wave and the QRS that follows at once; None without one."""
    first = max(0, core_on - reach)
    trough = first + int(np.argmin(speed[first:core_on]))
    hump = speed[max(0, trough - reach) : trough].max(initial=0.0)
    return trough if speed[trough] < CLEFT_FRACTION * hump else None
