"""Heights of waves against artificial ECGs that were made with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import measure
from apps.ecg.signal.intervals import LIMB
from tests.accuracy.scores import Errors

WAVES = ("p", "q", "r", "s", "t")
# When each begins and how long it lasts, in ms from the beginning of the QRS; none meets another.
TIMES_MS = {"p": (-160, 100), "q": (0, 24), "r": (24, 40), "s": (64, 30), "t": (200, 180)}
HEIGHTS_UV = {
    "I": (80, -70, 900, -150, 250),
    "II": (120, -110, 1200, -230, 340),
    "V1": (60, 0, 250, -1200, 120),
    "V2": (60, 0, 500, -1500, 400),
    "V3": (60, 0, 900, -1000, 450),
    "V4": (70, -60, 1600, -500, 400),
    "V5": (70, -100, 1500, -250, 350),
    "V6": (70, -120, 1100, -100, 250),
}
RR_MS, SECONDS = 860, 10
RATES_HZ, SCALES, NOISES_UV = (250, 500, 1000), (0.5, 1.0, 2.0), (0.0, 10.0)
LEAST_UV = 35.0
SMALL_UV, ERROR_UV, ERROR_SHARE = 500.0, 25.0, 0.05
# Waves of aVR go by other names: what is R elsewhere is its S.
LEADS = tuple(name for name in STANDARD_LEADS if name != "aVR")

Array = NDArray[np.float64]


@dataclass(slots=True)
class Heights:
    """Errors in µV of small and in % of large waves, how many were outside, which were missed."""

    small: Errors = field(default_factory=Errors)
    large: Errors = field(default_factory=Errors)
    outside: int = 0
    missed: int = 0


def compared() -> dict[str, Heights]:
    """Each wave of every lead, at all rates, heights and noises."""
    found = {wave: Heights() for wave in WAVES}
    for rate, scale, noise in product(RATES_HZ, SCALES, NOISES_UV):
        for lead, wave, ours, true in heights(rate, scale, noise):
            where = f"{lead} {rate} Hz"
            if ours is None:
                found[wave].missed += 1
                continue
            small = abs(true) <= SMALL_UV
            error = ours - true if small else 100 * (ours - true) / true
            (found[wave].small if small else found[wave].large).add(error, where)
            found[wave].outside += not is_within(ours, true)
    return found


def heights(
    rate_hz: int, scale: float, noise_uv: float
) -> Iterator[tuple[str, str, float | None, float]]:
    """(lead, wave, ours, true) in µV of every wave tall enough to be one."""
    measured = measure(artificial(rate_hz, scale, noise_uv), STANDARD_LEADS, rate_hz)
    for lead, (place, wave) in product(LEADS, enumerate(WAVES)):
        true = scale * of_lead(lead)[place]
        if abs(true) >= LEAST_UV:
            yield lead, wave, getattr(measured.leads[lead], f"{wave}_uv"), true


def is_within(ours: float, true: float) -> bool:
    """IEC 60601-2-25:2011: ±25 µV up to 500 µV, ±5 % above."""
    return abs(ours - true) <= (ERROR_UV if abs(true) <= SMALL_UV else ERROR_SHARE * abs(true))


def of_lead(name: str) -> Array:
    """The heights of one lead; those of the limbs follow from I and II, wave by wave."""
    if name not in LIMB:
        return np.array(HEIGHTS_UV[name], dtype=float)
    first, second = LIMB[name]
    return first * np.array(HEIGHTS_UV["I"]) + second * np.array(HEIGHTS_UV["II"])


def artificial(rate_hz: int, scale: float, noise_uv: float) -> Array:
    """(samples, leads) in µV: beats all alike, of waves of one hump each, and white noise."""
    time_ms = np.arange(SECONDS * rate_hz) * 1000 / rate_hz
    since = (time_ms + 400) % RR_MS - 300
    humps = np.column_stack([_hump(since, *TIMES_MS[wave]) for wave in WAVES])
    signal = humps @ np.column_stack([scale * of_lead(name) for name in STANDARD_LEADS])
    noise = np.random.default_rng(rate_hz).normal(0, noise_uv, (len(signal), 8))
    for column, name in enumerate(HEIGHTS_UV):
        signal[:, STANDARD_LEADS.index(name)] += noise[:, column]
    for name, (first, second) in LIMB.items():
        signal[:, STANDARD_LEADS.index(name)] = first * signal[:, 0] + second * signal[:, 1]
    return signal


def _hump(since_ms: Array, start_ms: float, length_ms: float) -> Array:
    share = np.clip((since_ms - start_ms) / length_ms, 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * share))
