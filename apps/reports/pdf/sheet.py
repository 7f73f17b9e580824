"""The ECG itself: paper, grid, labels, calibration and traces, in exact millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from reportlab.pdfbase.pdfdoc import PDFArray, PDFName, PDFStream, xObjectName

from apps.ecg import ink
from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Paper
from apps.ecg.trace import traces, with_room
from apps.reports.pdf.content import ReportContent
from apps.reports.pdf.fonts import MM_PER_POINT
from apps.reports.pdf.palette import MUTED
from apps.reports.pdf.pen import Pen
from apps.reports.pdf.strokes import (
    OVERSHOOT_MM,
    UNITS_PER_MM,
    Corners,
    Squeezed,
    grid,
    path,
    polyline,
    rgb,
    squeeze,
)
from apps.reports.pdf.text import Run, paragraph

FOOT_MM = 4.5
FOOT_SIZE = 7.0
# How much taller than usual a printed paper grows for a trace that would leave it.
ROOM_MM = 40.0
PRINT_HINT = "Print at 100 %: the scale bar measures 1 s × 1 mV."
NUMBERS_HINT = "Measurements, statements and interpretation: page 2."


@dataclass(frozen=True, slots=True)
class Lines:
    """Marks below the traces, of one ink."""

    ink: str
    corners: tuple[Corners, ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One piece of paper with a waveform on it; lines are (from, to) corners in mm."""

    content: ReportContent
    paper: Paper
    waveform: Waveform
    note: str = PRINT_HINT
    lines: tuple[Lines, ...] = ()

    def words(self) -> str:
        filters = self.content.acquisition.filters or "Not known"
        rate = f"{self.waveform.sampling_rate_hz:g} Hz"
        return f"{self.paper.scale_text()} · Filters: {filters} · {rate} · {self.note}"


def with_room_in_print(waveform: Waveform, paper: Paper, left_mm: float = ROOM_MM) -> Paper:
    """Tall enough for its traces where the page is; an artefact that no page holds is cut."""
    tall = with_room(waveform, paper)
    return tall if tall.height_mm - paper.height_mm <= min(ROOM_MM, left_mm) else paper


class Sheets:
    """Draws sheets; one that stands in several documents is turned into strokes once."""

    def __init__(self) -> None:
        self._strokes: dict[tuple[int, Paper], bytes] = {}

    def draw(self, pen: Pen, sheet: Sheet, y: float) -> None:
        """In the middle of the page with its top edge at y, its foot below it."""
        paper = sheet.paper
        x = (pen.width - paper.width_mm) / 2
        size = f"{paper.width_mm:g}-{paper.height_mm:g}"
        _place_form(pen, f"grid-{size}", _form(_grid(paper.width_mm, paper.height_mm), paper), x, y)
        pen.text(_labels(paper), x, y)
        name = f"trace-{pen.canvas.getPageNumber()}-{y:.0f}"
        _place_form(pen, name, _form(self._trace(sheet), paper), x, y)
        foot = paragraph(sheet.words(), paper.width_mm, FOOT_SIZE, ink=MUTED)
        pen.text(foot.runs, x, y + paper.height_mm + 0.6)

    def _trace(self, sheet: Sheet) -> bytes:
        key = (id(sheet.waveform), sheet.paper)
        if key not in self._strokes:
            self._strokes[key] = squeeze(_trace(sheet))
        return self._strokes[key]


def _place_form(pen: Pen, name: str, form: PDFStream, x: float, y: float) -> None:
    document, canvas = pen.canvas._doc, pen.canvas
    if xObjectName(name) not in document.idToObject:
        document.Reference(form, xObjectName(name))
    scale = 1 / MM_PER_POINT
    left, top = pen.points(x, y)
    canvas.saveState()
    canvas.transform(scale, 0, 0, -scale, left, top)
    canvas.doForm(name)
    canvas.restoreState()


def _form(squeezed: bytes, paper: Paper) -> PDFStream:
    form = PDFStream(content=squeezed, filters=[Squeezed()])
    form.dictionary["Type"] = PDFName("XObject")
    form.dictionary["Subtype"] = PDFName("Form")
    form.dictionary["FormType"] = 1
    # The box clips, so no artefact is ever drawn over the identity above.
    form.dictionary["BBox"] = PDFArray([0, 0, paper.width_mm, paper.height_mm])
    return form


@cache
def _grid(width_mm: float, height_mm: float) -> bytes:
    return squeeze(grid(width_mm, height_mm))


def _trace(sheet: Sheet) -> bytes:
    paper = sheet.paper
    marks = b"".join(map(polyline, _marks(paper)))
    ticks = b"".join(map(polyline, _ticks(paper)))
    drawn = b"".join(map(_lines, sheet.lines))
    unit, shift = 1 / UNITS_PER_MM, -OVERSHOOT_MM
    leads = b"".join(path(runs) for _, runs in traces(sheet.waveform, paper) if runs)
    return b"%s%s RG 0.15 w %s %s RG 0.25 w 1 j 1 J %s q %g 0 0 %g %d %d cm 24 w\n%s Q" % (
        drawn,
        rgb(ink.MUTED),
        ticks,
        rgb(ink.TRACE),
        marks,
        unit,
        unit,
        shift,
        shift,
        leads,
    )


def _lines(lines: Lines) -> bytes:
    dash = b"[0.6 0.6] 0 d" if lines.dashed else b"[] 0 d"
    strokes = b"".join(map(polyline, lines.corners))
    return b"q %s RG 0.2 w %s\n%sQ\n" % (rgb(lines.ink), dash, strokes)


def _marks(paper: Paper) -> list[Corners]:
    return [*map(paper.pulse, paper.baselines_mm), paper.scale_bar()]


def _ticks(paper: Paper) -> list[Corners]:
    return [
        ((cell.x_mm, cell.baseline_mm - 3), (cell.x_mm, cell.baseline_mm + 3))
        for cell in paper.cells
        if cell.x_mm > paper.left_mm
    ]


def _labels(paper: Paper) -> list[Run]:
    labels = [
        Run(cell.x_mm + 1.5, cell.label_y_mm, cell.label, 10, bold=True) for cell in paper.cells
    ]
    absent = [
        Run(cell.x_mm + 1.5, cell.baseline_mm, "not recorded", 8, ink=MUTED)
        for cell in paper.cells
        if not cell.recorded
    ]
    (left, bottom), _, _ = paper.scale_bar()
    return [*labels, *absent, Run(left - 1.5, bottom, "1 s, 1 mV", 7, ink=MUTED, align="right")]
