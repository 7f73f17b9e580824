"""What spoils a recording: wander, mains, muscle; fibrillation and flutter waves. All seeded."""

from __future__ import annotations

import numpy as np

from apps.ecg.signal.arrays import Array

RESPIRATION_HZ = 0.24


def wander(rng: np.random.Generator, seconds: Array, leads: int, rms_uv: float) -> Array:
    """Slow drift, mostly at the breathing rate, different in each lead."""
    hz = np.concatenate([rng.uniform(0.05, 0.35, 3), [RESPIRATION_HZ]])
    phase = rng.uniform(0, 2 * np.pi, (len(hz), leads))
    weight = rng.normal(0, 1, (len(hz), leads))
    waves = np.sin(2 * np.pi * hz * seconds[:, None])
    quadrature = np.cos(2 * np.pi * hz * seconds[:, None])
    drift = waves @ (weight * np.cos(phase)) + quadrature @ (weight * np.sin(phase))
    return np.asarray(drift * rms_uv / max(float(drift.std()), 1e-9))


def mains(rng: np.random.Generator, seconds: Array, leads: int, peak_uv: float, hz: float) -> Array:
    phase = rng.uniform(0, 2 * np.pi)
    gain = rng.uniform(0.4, 1.0, leads)
    return np.asarray(np.sin(2 * np.pi * hz * seconds + phase)[:, None] * gain * peak_uv)


def muscle(rng: np.random.Generator, samples: int, leads: int, rms_uv: float) -> Array:
    return rng.standard_normal((samples, leads)) * rms_uv


def fibrillation(rng: np.random.Generator, seconds: Array, size_uv: float) -> Array:
    """(samples, 3) of wandering 5–8 Hz waves, strongest towards V1."""
    out = np.zeros((len(seconds), 3))
    for share in (1.0, 0.55, 0.35):
        slow = np.sin(2 * np.pi * rng.uniform(0.1, 0.4) * seconds + rng.uniform(0, 2 * np.pi))
        phase = 2 * np.pi * rng.uniform(5.2, 7.6) * seconds + 1.6 * slow
        wave = np.sin(phase) + 0.35 * np.sin(2 * phase + 0.8)
        direction = np.array([-0.25, 0.35, -0.75]) + rng.normal(0, 0.1, 3)
        out += (wave * (0.75 + 0.25 * slow) * share * size_uv)[:, None] * direction
    return out


def flutter(seconds: Array, per_minute: float, size_uv: float) -> Array:
    """(samples, 3) of a steady saw tooth, negative in the inferior leads and positive in V1."""
    phase = (seconds * per_minute / 60) % 1.0
    tooth = np.where(phase < 0.7, phase / 0.7, (1 - phase) / 0.3) - 0.5
    return np.asarray(-size_uv * tooth[:, None] * np.array([0.15, 0.9, 0.5]))
