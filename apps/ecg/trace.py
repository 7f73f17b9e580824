"""Samples as points on paper: exact, unsmoothed, broken where samples are missing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Cell, Paper

Points = NDArray[np.float64]

THIN_MM = 0.1
THIN_ABOVE = 8
SQUARE_MM = 5.0
MOST_ROOM_MM = 60.0


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


def with_room(waveform: Waveform, paper: Paper) -> Paper:
    """The same paper tall enough for its traces: none is cut off by an edge.

    By whole squares and no more than MOST_ROOM_MM at an edge, for an artefact has no end.
    """
    tops, feet = [0.0], [paper.height_mm]
    for _, cell_runs in traces(waveform, paper):
        for points in cell_runs:
            tops.append(float(points[:, 1].min()))
            feet.append(float(points[:, 1].max()))
    above = _room_mm(-min(tops))
    below = _room_mm(max(feet) - paper.height_mm)
    if not above and not below:
        return paper
    return replace(
        paper,
        height_mm=paper.height_mm + above + below,
        baselines_mm=tuple(y + above for y in paper.baselines_mm),
        cells=tuple(
            replace(cell, baseline_mm=cell.baseline_mm + above, label_y_mm=cell.label_y_mm + above)
            for cell in paper.cells
        ),
    )


def _room_mm(beyond_mm: float) -> float:
    if beyond_mm <= 0:
        return 0.0
    return min(MOST_ROOM_MM, math.ceil((beyond_mm + 1) / SQUARE_MM) * SQUARE_MM)


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
