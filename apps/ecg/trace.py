"""Samples as points on paper: exact, unsmoothed, broken where samples are missing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Cell, Paper

Points = NDArray[np.float64]

THIN_MM = 0.1
THIN_ABOVE = 8


def traces(waveform: Waveform, paper: Paper) -> list[tuple[Cell, list[Points]]]:
    """For every recorded cell its unbroken runs of points, (x, y) in mm on the paper."""
    samples_mv = waveform.samples_uv() / 1000
    names = waveform.lead_names()
    rate_hz = float(waveform.sampling_rate_hz)
    return [
        (cell, runs(samples_mv[:, names.index(cell.lead)], rate_hz, cell, paper))
        for cell in paper.cells
        if cell.recorded
    ]


def runs(samples_mv: Points, rate_hz: float, cell: Cell, paper: Paper) -> list[Points]:
    """Points of one cell, split at missing samples; every sample unless far finer than print."""
    first = math.ceil(cell.start_s * rate_hz - 1e-6)
    end = min(math.ceil(cell.end_s * rate_hz - 1e-6), len(samples_mv))
    shown_mv = samples_mv[first:end] * (-1 if cell.inverted else 1)
    times_s = np.arange(first, first + len(shown_mv)) / rate_hz - cell.start_s
    x_mm = cell.x_mm + times_s * paper.speed_mm_s
    y_mm = cell.baseline_mm - shown_mv * paper.gain_mm_mv
    points = np.stack([x_mm, y_mm], axis=1)
    crowded = rate_hz / paper.speed_mm_s * THIN_MM > THIN_ABOVE
    return [_thin(run) if crowded else run for run in _unbroken(points)]


def _unbroken(points: Points) -> list[Points]:
    present = np.isfinite(points[:, 1])
    if present.all():
        return [points] if len(points) else []
    edges = np.flatnonzero(np.diff(present, prepend=False, append=False))
    return [points[start:end] for start, end in edges.reshape(-1, 2)]


def _thin(points: Points) -> Points:
    """First, lowest, highest and last point of every 0.1 mm, in time order: no spike is lost."""
    bucket = np.floor(points[:, 0] / THIN_MM).astype(np.int64)
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    ends = np.append(starts[1:], len(points)) - 1
    by_height = np.lexsort((points[:, 1], bucket))
    kept = np.unique(np.concatenate([starts, ends, by_height[starts], by_height[ends]]))
    return points[kept]
