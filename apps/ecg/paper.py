"""ECG paper in millimetres, x to the right and y down: where every lead, pulse and bar stands."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

Layout = Literal["3x4+1", "3x4+3", "6x2", "12x1", "rhythm"]

SPEEDS_MM_S = (12.5, 25.0, 50.0)
GAINS_MM_MV = (5.0, 10.0, 20.0)
TRACE_MM = 250.0
WINDOW_S = 10.0
MARGIN_MM = 8.0
RIGHT_MM = 2.0
PULSE_S = 0.2
MINUS = "\N{MINUS SIGN}"

CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")
LIMB = ("I", "II", "III", "aVR", "aVL", "aVF")
LIMB_CABRERA = ("aVL", "I", f"{MINUS}aVR", "II", "aVF", "III")
RHYTHM_LEADS = ("II", "V1", "V5")
STRIPS_PER_PAPER = 4


@dataclass(frozen=True, slots=True)
class Form:
    """The rows of a layout: columns of leads first, then full-width strips."""

    columns: int
    rows: int
    strips: tuple[str, ...]
    first_mm: float
    pitch_mm: float
    height_mm: float


# The viewer's twin is static/js/ecg/geometry.js; a test compares every layout of both.
FORMS: dict[Layout, Form] = {
    "3x4+1": Form(4, 3, ("II",), 20, 30, 122),
    "3x4+3": Form(4, 3, ("V1", "II", "V5"), 16, 22, 138),
    "6x2": Form(2, 6, (), 16, 22, 138),
    "12x1": Form(1, 12, (), 14, 11, 147),
    "rhythm": Form(0, 0, RHYTHM_LEADS, 20, 30, 92),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One lead over one window of time; times count from the start of the recording."""

    lead: str
    label: str
    x_mm: float
    width_mm: float
    baseline_mm: float
    label_y_mm: float
    start_s: float
    end_s: float
    recorded: bool = True
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet drawn to scale; nothing on it is ever stretched to fit."""

    layout: str
    speed_mm_s: float
    gain_mm_mv: float
    width_mm: float
    height_mm: float
    left_mm: float
    baselines_mm: tuple[float, ...]
    cells: tuple[Cell, ...]
    start_s: float
    end_s: float
    duration_s: float

    def pulse(self, baseline_mm: float) -> tuple[tuple[float, float], ...]:
        """Corners of the calibration pulse, 1 mV × 200 ms, left of a row."""
        top, wide = baseline_mm - self.gain_mm_mv, PULSE_S * self.speed_mm_s
        up = (self.left_mm - wide) / 2
        down = up + wide
        foot, tail = (up - 1, baseline_mm), (down + 1, baseline_mm)
        return (foot, (up, baseline_mm), (up, top), (down, top), (down, baseline_mm), tail)

    def scale_text(self) -> str:
        """Speed, gain and the part of the recording that is shown, in words."""
        scale = f"{self.speed_mm_s:g} mm/s · {self.gain_mm_mv:g} mm/mV"
        if self.end_s - self.start_s < self.duration_s - 0.005:
            return f"{scale} · {self.start_s:g}–{self.end_s:g} s of {self.duration_s:g} s shown"
        return f"{scale} · {self.duration_s:g} s recorded"

    def scale_bar(self) -> tuple[tuple[float, float], ...]:
        """Corners of the scale bar: 1 s along the bottom, then 1 mV up the right margin."""
        right, bottom = self.width_mm - 1.0, self.height_mm - 2.0
        return (
            (right - self.speed_mm_s, bottom),
            (right, bottom),
            (right, bottom - self.gain_mm_mv),
        )


def lay_out(
    layout: Layout,
    leads: Collection[str],
    duration_s: float,
    *,
    speed_mm_s: float = 25,
    gain_mm_mv: float = 10,
    cabrera: bool = False,
    strips: tuple[str, ...] = (),
    start_s: float = 0.0,
    window_s: float = WINDOW_S,
) -> Paper:
    """Place the leads of a recording on paper; ValueError for a layout, speed or gain unknown.

    Columns divide the window evenly, so beats line up over all rows; a clearly shorter
    recording divides its own length, so that no lead is left out.
    """
    _check(layout, speed_mm_s, gain_mm_mv)
    form = _form(layout, leads, strips)
    shown_s = max(min(window_s, duration_s - start_s), 0.0)
    divided_s = window_s if shown_s > 0.9 * window_s else shown_s
    left_mm = _left_mm(speed_mm_s)
    rows = form.rows + len(form.strips)
    baselines = tuple(form.first_mm + form.pitch_mm * row for row in range(rows))
    place = _Placing(form, frozenset(leads), left_mm, speed_mm_s, start_s, start_s + shown_s)
    return Paper(
        layout=layout,
        speed_mm_s=speed_mm_s,
        gain_mm_mv=gain_mm_mv,
        width_mm=left_mm + window_s * speed_mm_s + RIGHT_MM,
        height_mm=form.height_mm,
        left_mm=left_mm,
        baselines_mm=baselines,
        cells=(*place.columns(divided_s, cabrera), *place.strips(divided_s)),
        start_s=start_s,
        end_s=start_s + shown_s,
        duration_s=duration_s,
    )


def lay_out_beats(
    leads: Collection[str],
    duration_s: float,
    *,
    speed_mm_s: float = 25,
    gain_mm_mv: float = 10,
) -> Paper:
    """Place one short beat of each lead beside the others, as many to a row as have room."""
    _check("rhythm", speed_mm_s, gain_mm_mv)
    names = [name for name in (*LIMB, *CHEST) if name in leads]
    names += [name for name in leads if name not in names]
    columns = next((n for n in (6, 4, 3, 2) if duration_s * speed_mm_s <= TRACE_MM / n), 1)
    rows = math.ceil(len(names) / columns)
    form = Form(columns, rows, (), 20, 32, 34 + 32 * (rows - 1))
    left_mm, width_mm = _left_mm(speed_mm_s), TRACE_MM / columns
    end_s = min(duration_s, width_mm / speed_mm_s)
    place = _Placing(form, frozenset(leads), left_mm, speed_mm_s, 0.0, end_s)
    cells = (
        place.cell(name, i // columns, left_mm + i % columns * width_mm, width_mm, 0.0, end_s)
        for i, name in enumerate(names)
    )
    return Paper(
        layout="beats",
        speed_mm_s=speed_mm_s,
        gain_mm_mv=gain_mm_mv,
        width_mm=left_mm + TRACE_MM + RIGHT_MM,
        height_mm=form.height_mm,
        left_mm=left_mm,
        baselines_mm=tuple(form.first_mm + form.pitch_mm * row for row in range(rows)),
        cells=tuple(cells),
        start_s=0.0,
        end_s=end_s,
        duration_s=duration_s,
    )


def leads_left_out(paper: Paper, leads: Iterable[str]) -> tuple[str, ...]:
    """Recorded leads that no cell of this paper shows, in the order of the recording."""
    shown = {cell.lead for cell in paper.cells}
    return tuple(lead for lead in leads if lead not in shown)


def _check(layout: str, speed_mm_s: float, gain_mm_mv: float) -> None:
    if layout not in FORMS:
        raise ValueError(f"unknown layout {layout!r}")
    if speed_mm_s not in SPEEDS_MM_S:
        raise ValueError(f"unknown paper speed {speed_mm_s!r} mm/s")
    if gain_mm_mv not in GAINS_MM_MV:
        raise ValueError(f"unknown gain {gain_mm_mv!r} mm/mV")


def _left_mm(speed_mm_s: float) -> float:
    """Room for the calibration pulse: 8 mm, more where the pulse itself is wider."""
    return max(MARGIN_MM, PULSE_S * speed_mm_s + 3.0)


def _form(layout: Layout, leads: Collection[str], strips: tuple[str, ...]) -> Form:
    form = FORMS[layout]
    if layout == "rhythm":
        names = strips or _recorded_first(form.strips, leads, 3)
        height_mm = form.first_mm + form.pitch_mm * (len(names) - 1) + 12
        return Form(0, 0, tuple(names), form.first_mm, form.pitch_mm, height_mm)
    if layout == "3x4+1":
        names = strips or _recorded_first(RHYTHM_LEADS, leads, 1)
        return Form(4, 3, tuple(names), form.first_mm, form.pitch_mm, form.height_mm)
    return form


def _recorded_first(wanted: tuple[str, ...], leads: Collection[str], most: int) -> tuple[str, ...]:
    recorded = [lead for lead in wanted if lead in leads]
    others = [lead for lead in leads if lead not in wanted]
    return tuple((recorded or others or list(wanted))[:most])


@dataclass(frozen=True, slots=True)
class _Placing:
    form: Form
    recorded: frozenset[str]
    left_mm: float
    speed_mm_s: float
    start_s: float
    end_s: float

    def columns(self, divided_s: float, cabrera: bool) -> Iterable[Cell]:
        if not self.form.columns:
            return
        leads = (*(LIMB_CABRERA if cabrera else LIMB), *CHEST)
        each_s = divided_s / self.form.columns
        width_mm = each_s * self.speed_mm_s
        for i, lead in enumerate(leads):
            column, row = divmod(i, self.form.rows)
            from_s = self.start_s + column * each_s
            x_mm = self.left_mm + column * width_mm
            yield self.cell(lead, row, x_mm, width_mm, from_s, from_s + each_s)

    def strips(self, divided_s: float) -> Iterable[Cell]:
        width_mm = divided_s * self.speed_mm_s
        for i, lead in enumerate(self.form.strips):
            row = self.form.rows + i
            yield self.cell(lead, row, self.left_mm, width_mm, self.start_s, self.end_s)

    def cell(
        self, label: str, row: int, x_mm: float, width_mm: float, from_s: float, to_s: float
    ) -> Cell:
        lead = label.removeprefix(MINUS)
        baseline_mm = self.form.first_mm + self.form.pitch_mm * row
        return Cell(
            lead=lead,
            label=label,
            x_mm=x_mm,
            width_mm=width_mm,
            baseline_mm=baseline_mm,
            label_y_mm=baseline_mm - min(11.0, 0.4 * self.form.pitch_mm),
            start_s=from_s,
            end_s=max(min(to_s, self.end_s), from_s),
            recorded=lead in self.recorded,
            inverted=label != lead,
        )
