"""Copies of the signal made fit to measure: gaps bridged, zero-phase filtered, one working rate."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from apps.ecg.signal.arrays import THIN, Array, Flags

WORK_HZ = 500
PAD_S = 1.0
HIGH_PASS_HZ = 0.5
LOW_PASS_HZ = 150.0
FAST_HZ = 45.0
QRS_BAND_HZ = (6.0, 28.0)
MAINS_HZ = (50.0, 60.0)
MAINS_RATIO = 6.0


@dataclass(frozen=True, slots=True)
class Conditioned:
    """(samples, leads) at the working rate: clean for shapes, steep for QRS, fast for noise.

    `mains_uv` is the amplitude that was cut out of each lead.
    """

    clean: Array
    steep: Array
    fast: Array
    raw: Array
    missing: Flags
    rate_hz: float
    mains_uv: Array


def condition(samples_uv: Array, sampling_rate_hz: float) -> Conditioned:
    """Filter and resample a copy; the bands are cut from one spectrum, so no phase moves."""
    missing = ~np.isfinite(samples_uv)
    filled = _bridged(samples_uv, missing)
    filled -= np.median(filled[::THIN], axis=0)
    length, ratio = len(filled), _ratio(sampling_rate_hz)
    pad = min(round(PAD_S * sampling_rate_hz), length - 1)
    block = ratio.denominator
    total = fft.next_fast_len(-(-(length + 2 * pad) // block), real=True) * block
    target = total * ratio.numerator // block
    rate = sampling_rate_hz * target / total
    kept = slice(round(pad * rate / sampling_rate_hz), None)
    count = round(length * rate / sampling_rate_hz)

    spectrum = fft.rfft(_extended(filled, pad, total), axis=0)
    spectrum = _resized(spectrum, target) * (target / total)
    hz = fft.rfftfreq(target, 1 / rate)

    def band(gain: Array) -> Array:
        return np.asarray(fft.irfft(spectrum * gain[:, None], target, axis=0)[kept][:count])

    raw = filled if target == total else band(np.ones_like(hz))
    spectrum, mains = _without_mains(spectrum, hz, rate)
    # The padding is faded: it counts half.
    mains_uv = 2 * mains / (count + pad * rate / sampling_rate_hz)
    high = _high_pass(hz, HIGH_PASS_HZ)
    clean = band(high * _low_pass(hz, LOW_PASS_HZ))
    slow_cut, fast_cut = QRS_BAND_HZ
    steep = band(_high_pass(hz, slow_cut) * _low_pass(hz, fast_cut))
    fast = band(_high_pass(hz, FAST_HZ) * _low_pass(hz, LOW_PASS_HZ))
    return Conditioned(clean, steep, fast, raw, _rescaled(missing, count), rate, mains_uv)


def smooth(signal: Array, width_ms: float, rate_hz: float) -> Array:
    """Zero-phase smoothing along time by a Hann window of the given full width."""
    half = max(1, round(width_ms / 2000 * rate_hz))
    window = np.hanning(2 * half + 3)[1:-1]
    window /= window.sum()
    return np.asarray(ndimage.convolve1d(signal, window, axis=0, mode="nearest"))


def _ratio(sampling_rate_hz: float) -> Fraction:
    return Fraction(WORK_HZ) / Fraction(sampling_rate_hz).limit_denominator(1000)


def _bridged(samples: Array, missing: Flags) -> Array:
    """A copy with gaps joined by straight lines; a lead with nothing in it is zero."""
    out = samples.astype(np.float64)
    index = np.arange(len(out))
    for lead in np.flatnonzero(missing.any(axis=0)):
        gap = missing[:, lead]
        known = index[~gap]
        out[gap, lead] = np.interp(index[gap], known, out[known, lead]) if len(known) else 0.0
    return out


def _extended(signal: Array, pad: int, total: int) -> Array:
    """Odd reflection at both ends, faded to zero so that the ends of the circle meet."""
    head = 2 * signal[0] - signal[pad:0:-1]
    tail = 2 * signal[-1] - signal[-2 : -pad - 2 : -1]
    fade = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, pad + 1) / (pad + 1))
    out = np.zeros((total, signal.shape[1]))
    out[:pad] = head * fade[:, None]
    out[pad : pad + len(signal)] = signal
    out[pad + len(signal) : 2 * pad + len(signal)] = tail * fade[::-1, None]
    return out


def _resized(spectrum: NDArray[np.complex128], target: int) -> NDArray[np.complex128]:
    bins = target // 2 + 1
    if bins <= len(spectrum):
        return spectrum[:bins].copy()
    return np.pad(spectrum, ((0, bins - len(spectrum)), (0, 0)))


def _high_pass(hz: Array, cut: float) -> Array:
    fourth = hz**4
    return np.asarray(fourth / (fourth + cut**4))


def _low_pass(hz: Array, cut: float) -> Array:
    return np.asarray(1 / (1 + (hz / cut) ** 8))


def _without_mains(
    spectrum: NDArray[np.complex128], hz: Array, rate: float
) -> tuple[NDArray[np.complex128], Array]:
    """Lines at the mains frequency are cut out where they stand above their neighbourhood."""
    cut = np.zeros(spectrum.shape[1])
    for mains in MAINS_HZ:
        if mains > hz[-1] - 5:
            continue
        line = np.abs(hz - mains) <= 0.4
        around = (np.abs(hz - mains) > 0.8) & (np.abs(hz - mains) <= 4.0)
        level = np.median(np.abs(spectrum[around]), axis=0)
        peak = np.abs(spectrum[line]).max(axis=0)
        loud = peak > MAINS_RATIO * level
        cut = np.maximum(cut, np.where(loud, peak, 0.0))
        spectrum[np.ix_(line, loud)] = 0
    return spectrum, cut


def _rescaled(missing: Flags, count: int) -> Flags:
    if len(missing) == count:
        return missing
    index = np.minimum(np.arange(count) * len(missing) // count, len(missing) - 1)
    return missing[index]
