"""The trace as a still picture on calibrated paper, for pages that run no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from apps.ecg import ink
from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Layout, Paper, lay_out
from apps.ecg.trace import Points, traces, with_room

FOOT_MM = 6.0
UNITS_PER_MM = 100
FONT = 'font-family="Liberation Sans, Arial, Helvetica, sans-serif"'

GRID = (
    '<pattern id="minor" width="1" height="1" patternUnits="userSpaceOnUse">'
    f'<path d="M0 0H1M0 0V1" fill="none" stroke="{ink.GRID_MINOR}" stroke-width="0.2"/></pattern>'
    '<pattern id="major" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="url(#minor)"/>'
    f'<path d="M0 0H5M0 0V5" fill="none" stroke="{ink.GRID_MAJOR}" stroke-width="0.3"/></pattern>'
)


def trace_svg(
    waveform: Waveform,
    *,
    layout: Layout = "3x4+1",
    speed: float = 25,
    gain: float = 10,
    title: str = "12-lead ECG",
    cabrera: bool = False,
) -> str:
    """Draw a recording to scale in real millimetres; ValueError for a layout unknown.

    Carries no style and no script, so it shows alike under every content policy.
    """
    duration_s = waveform.samples / float(waveform.sampling_rate_hz)
    paper = lay_out(
        layout,
        waveform.lead_names(),
        duration_s,
        speed_mm_s=speed,
        gain_mm_mv=gain,
        cabrera=cabrera,
    )
    paper = with_room(waveform, paper)
    return drawn(paper, waveform, title=title, foot=(paper.scale_text(),))


def drawn(
    paper: Paper, waveform: Waveform, *, title: str, foot: Sequence[str], under: str = ""
) -> str:
    """The paper with its leads, `under` between grid and labels, and a line for each foot."""
    width, height = f"{paper.width_mm:g}", f"{paper.height_mm:g}"
    total = f"{paper.height_mm + FOOT_MM * len(foot):g}"
    size = f'width="{width}mm" height="{total}mm" viewBox="0 0 {width} {total}"'
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
            f'<title id="title">{escape(title)}</title><defs>{GRID}',
            f'<clipPath id="paper"><rect width="{width}" height="{height}"/></clipPath></defs>',
            f'<rect width="{width}" height="{total}" fill="#FFFFFF"/>',
            f'<rect class="paper" width="{width}" height="{height}" fill="{ink.PAPER}"/>',
            f'<rect class="grid" width="{width}" height="{height}" fill="url(#major)"/>',
            under,
            _labels(paper),
            _marks(paper),
            _trace(waveform, paper),
            *(
                _text(0, paper.height_mm + 4.2 + FOOT_MM * line, text, size=3, ink_=ink.MUTED)
                for line, text in enumerate(foot)
            ),
            "</svg>",
        )
    )


def lines(parts: Iterable[tuple[tuple[float, float], ...]]) -> str:
    """The data of a path: each part's corners in mm, joined."""
    return "".join(
        "M" + "L".join(f"{round(x, 2):g} {round(y, 2):g}" for x, y in part) for part in parts
    )


def _labels(paper: Paper) -> str:
    parts = []
    for cell in paper.cells:
        x_mm = cell.x_mm + 1.5
        parts.append(_text(x_mm, cell.label_y_mm, cell.label, size=3.6, bold=True))
        if not cell.recorded:
            words = "not recorded"
            parts.append(_text(x_mm, cell.baseline_mm, words, size=3, ink_=ink.MUTED))
    right, bottom = paper.scale_bar()[1]
    left = right - paper.speed_mm_s - 1.5
    parts.append(_text(left, bottom, "1 s, 1 mV", size=2.8, ink_=ink.MUTED, anchor="end"))
    return f'<g class="labels">{"".join(parts)}</g>'


def _marks(paper: Paper) -> str:
    """Calibration pulses, the scale bar, and a tick where one lead ends and the next begins."""
    scale = [*map(paper.pulse, paper.baselines_mm), paper.scale_bar()]
    ticks = [
        ((cell.x_mm, cell.baseline_mm - 3), (cell.x_mm, cell.baseline_mm + 3))
        for cell in paper.cells
        if cell.x_mm > paper.left_mm
    ]
    shape = 'fill="none" stroke-linejoin="round"'
    return (
        f'<path class="calibration" {shape} stroke="{ink.TRACE}" stroke-width="0.25"'
        f' d="{lines(scale)}"/>'
        f'<path class="ticks" {shape} stroke="{ink.MUTED}" stroke-width="0.2"'
        f' d="{lines(ticks)}"/>'
    )


def _trace(waveform: Waveform, paper: Paper) -> str:
    """One path per lead; its steps are whole hundredths of a millimetre, so errors never sum."""
    paths = "".join(
        f'<path class="lead" d="{"".join(map(_steps, runs))}"/>'
        for _, runs in traces(waveform, paper)
    )
    return (
        '<g clip-path="url(#paper)">'
        f'<g class="trace" transform="scale({1 / UNITS_PER_MM})" fill="none"'
        f' stroke="{ink.TRACE}" stroke-width="28" stroke-linejoin="round"'
        f' stroke-linecap="round">{paths}</g></g>'
    )


def _steps(run: Points) -> str:
    whole = np.rint(run * UNITS_PER_MM).astype(np.int64)
    start_x, start_y = whole[0]
    if len(whole) == 1:
        return f"M{start_x} {start_y}h0"
    steps = np.diff(whole, axis=0).ravel().tolist()
    return f"M{start_x} {start_y}l" + " ".join(map(str, steps))


def _text(
    x_mm: float,
    y_mm: float,
    text: str,
    *,
    size: float,
    ink_: str = ink.TEXT,
    bold: bool = False,
    anchor: str = "start",
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x_mm:g}" y="{y_mm:g}" font-size="{size:g}" {FONT}{weight} fill="{ink_}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )
