"""A heart vector in space, beat by beat, and its projection on the leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from apps.ecg.signal.arrays import Array

INDEPENDENT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")

# Dower's projection of X (left), Y (down), Z (back) on the independent leads.
PROJECTION = np.array(
    [
        (0.632, -0.235, 0.059),
        (0.235, 1.066, -0.132),
        (-0.515, 0.157, -0.917),
        (0.044, 0.164, -1.387),
        (0.882, 0.098, -1.277),
        (1.213, 0.127, -0.601),
        (1.125, 0.127, -0.086),
        (0.831, 0.076, 0.230),
    ]
)

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Bump:
    """A smooth wave of exact extent: start, peak and end as fractions, and its vector in µV."""

    start: float
    peak: float
    end: float
    vector: Vector


P_WAVE: tuple[Bump, ...] = (
    Bump(0.0, 0.42, 0.85, (40, 75, -45)),
    Bump(0.2, 0.62, 1.0, (45, 60, 30)),
)
T_WAVE: tuple[Bump, ...] = (Bump(0.0, 0.62, 1.0, (260, 190, -215)),)
T_DISCORDANT: tuple[Bump, ...] = (Bump(0.0, 0.58, 1.0, (-260, -40, -260)),)
QRS_SHAPES = {
    "normal": (
        Bump(0.0, 0.20, 0.42, (-130, -40, -330)),
        Bump(0.12, 0.46, 0.74, (1080, 760, 330)),
        Bump(0.38, 0.66, 0.92, (60, 60, 640)),
        Bump(0.60, 0.82, 1.0, (-220, -150, 130)),
    ),
    "lbbb": (
        Bump(0.0, 0.30, 0.62, (420, 260, 420)),
        Bump(0.18, 0.45, 0.80, (520, 120, 900)),
        Bump(0.42, 0.72, 1.0, (660, 60, 560)),
    ),
    "rbbb": (
        Bump(0.0, 0.16, 0.34, (-120, -40, -300)),
        Bump(0.10, 0.34, 0.56, (960, 680, 260)),
        Bump(0.30, 0.48, 0.70, (60, 40, 420)),
        Bump(0.46, 0.72, 1.0, (-420, -60, -470)),
    ),
    "paced": (
        Bump(0.0, 0.34, 0.70, (140, -330, 420)),
        Bump(0.20, 0.52, 1.0, (210, -400, 560)),
    ),
}


def trace(bumps: tuple[Bump, ...], elapsed_ms: Array, duration_ms: float) -> Array:
    """(samples, 3) of waves that begin where elapsed is zero and last duration."""
    fraction = elapsed_ms / duration_ms
    out = np.zeros((len(elapsed_ms), 3))
    inside = np.flatnonzero((fraction > 0) & (fraction < 1))
    for bump in bumps:
        out[inside] += _hump(fraction[inside], bump)[:, None] * np.array(bump.vector)
    return out


def turned(bumps: tuple[Bump, ...], degrees: float) -> tuple[Bump, ...]:
    """The same waves turned in the frontal plane of the limb leads."""
    to_plane, back = _FRONTAL, np.linalg.inv(_FRONTAL)
    angle = np.radians(degrees)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = back @ spin @ to_plane
    moved = [turn @ np.array(bump.vector[:2]) for bump in bumps]
    return tuple(
        replace(bump, vector=(float(x), float(y), bump.vector[2]))
        for bump, (x, y) in zip(bumps, moved, strict=True)
    )


def _hump(fraction: Array, bump: Bump) -> Array:
    rise = (fraction - bump.start) / (bump.peak - bump.start)
    fall = (bump.end - fraction) / (bump.end - bump.peak)
    height = np.clip(np.minimum(rise, fall), 0.0, 1.0)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * height))


def _frontal() -> Array:
    """X, Y to the axes of I and 2/√3·aVF, where the electrical axis is measured."""
    lead_i, lead_ii = PROJECTION[0, :2], PROJECTION[1, :2]
    return np.array([lead_i, (lead_ii - lead_i / 2) * 2 / np.sqrt(3)])


_FRONTAL = _frontal()
