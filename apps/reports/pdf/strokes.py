"""Traces and grid as content-stream bytes, hundredths of a millimetre, written by numpy."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from apps.ecg import ink
from apps.ecg.trace import Points

UNITS_PER_MM = 100
# Strokes may leave the paper by this much before they are held back; the clip hides them anyway.
OVERSHOOT_MM = 50
LARGEST = 32767
DIGITS = 5


Corners = tuple[tuple[float, float], ...]


def squeeze(content: bytes) -> bytes:
    """At the fastest level: traces shrink nearly as well, in a tenth of the time."""
    return zlib.compress(content, 1)


class Squeezed:
    """FlateDecode of content that `squeeze` has been through already."""

    pdfname = "FlateDecode"

    def encode(self, content: bytes) -> bytes:
        return content


@cache
def _decimals() -> NDArray[np.uint8]:
    text = b"".join(b"%*d" % (DIGITS, number) for number in range(LARGEST + 1))
    return np.frombuffer(text, np.uint8).reshape(-1, DIGITS)


def path(runs: Iterable[Points]) -> bytes:
    """One stroked path through every run of points (mm), shifted by the overshoot."""
    return b"".join(map(_subpath, runs)) + b"S\n"


def _subpath(run: Points) -> bytes:
    if len(run) == 1:
        run = np.repeat(run, 2, axis=0)
    whole = np.rint((run + OVERSHOOT_MM) * UNITS_PER_MM)
    numbers = _decimals()[np.clip(whole, 0, LARGEST).astype(np.int64)]
    line = np.full((len(run), 2 * DIGITS + 4), ord(" "), np.uint8)
    line[:, :DIGITS] = numbers[:, 0]
    line[:, DIGITS + 1 : 2 * DIGITS + 1] = numbers[:, 1]
    line[:, -2] = ord("l")
    line[0, -2] = ord("m")
    line[:, -1] = ord("\n")
    return line.tobytes()


@cache
def grid(width_mm: float, height_mm: float) -> bytes:
    """Paper and its 1 mm and 5 mm lines, in millimetres."""
    minor = b"".join(_grid_lines(width_mm, height_mm, 1, skip=5))
    major = b"".join(_grid_lines(width_mm, height_mm, 5, skip=0))
    return b"%s rg 0 0 %g %g re f\n%s RG 0.1 w\n%sS\n%s RG 0.2 w\n%sS\n" % (
        rgb(ink.PAPER),
        width_mm,
        height_mm,
        rgb(ink.GRID_MINOR_PRINT),
        minor,
        rgb(ink.GRID_MAJOR_PRINT),
        major,
    )


def _grid_lines(width_mm: float, height_mm: float, step: int, skip: int) -> Iterable[bytes]:
    for x in range(0, int(width_mm) + 1, step):
        if not skip or x % skip:
            yield b"%d 0 m %d %g l\n" % (x, x, height_mm)
    for y in range(0, int(height_mm) + 1, step):
        if not skip or y % skip:
            yield b"0 %d m %g %d l\n" % (y, width_mm, y)


def rgb(colour: str) -> bytes:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return b"%.4f %.4f %.4f" % tuple(parts)


def polyline(points: Iterable[tuple[float, float]]) -> bytes:
    """A stroked line through corners given in millimetres."""
    steps = [b"%.3f %.3f " % point for point in points]
    return steps[0] + b"m " + b" ".join(step + b"l" for step in steps[1:]) + b" S\n"
