"""The ECG itself: paper, grid, labels, calibration and traces, in exact millimetres."""

from __future__ import annotations

from reportlab.pdfbase.pdfdoc import PDFArray, PDFName, PDFStream, xObjectName

from apps.ecg import ink
from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Paper
from apps.ecg.trace import traces
from apps.reports.pdf.fonts import MM_PER_POINT
from apps.reports.pdf.palette import MUTED
from apps.reports.pdf.pen import Pen
from apps.reports.pdf.strokes import (
    OVERSHOOT_MM,
    UNITS_PER_MM,
    QuickFlate,
    grid,
    path,
    polyline,
    rgb,
)
from apps.reports.pdf.text import Run, paragraph

FOOT_SIZE = 7.0
PRINT_HINT = "Print at 100 %: the scale bar measures 1 s × 1 mV."
NUMBERS_HINT = "Measurements, statements and interpretation: page 2."


def draw_sheet(pen: Pen, paper: Paper, waveform: Waveform, x: float, y: float) -> None:
    """Draw paper with its top left corner at (x, y) of the page."""
    _place_form(pen, f"grid-{paper.width_mm:g}-{paper.height_mm:g}", _grid_form(paper), x, y)
    pen.text(_labels(paper), x, y)
    name = f"trace-{pen.canvas.getPageNumber()}-{y:.0f}"
    _place_form(pen, name, _trace_form(waveform, paper), x, y)


def draw_foot(pen: Pen, text: str, width: float, x: float, y: float) -> float:
    """Write speed, gain and filters below the paper; returns the height used."""
    block = paragraph(text, width, FOOT_SIZE, ink=MUTED)
    pen.text(block.runs, x, y)
    return block.height


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


def _form(content: bytes, paper: Paper) -> PDFStream:
    form = PDFStream(content=content, filters=[QuickFlate()])
    form.dictionary["Type"] = PDFName("XObject")
    form.dictionary["Subtype"] = PDFName("Form")
    form.dictionary["FormType"] = 1
    # The box clips, so no artefact is ever drawn over the identity above.
    form.dictionary["BBox"] = PDFArray([0, 0, paper.width_mm, paper.height_mm])
    return form


def _grid_form(paper: Paper) -> PDFStream:
    return _form(grid(paper.width_mm, paper.height_mm), paper)


def _trace_form(waveform: Waveform, paper: Paper) -> PDFStream:
    marks = b"".join(map(polyline, _marks(paper)))
    ticks = b"".join(map(polyline, _ticks(paper)))
    unit, shift = 1 / UNITS_PER_MM, -OVERSHOOT_MM
    leads = b"".join(path(runs) for _, runs in traces(waveform, paper) if runs)
    content = b"%s RG 0.15 w %s %s RG 0.25 w 1 j 1 J %s q %g 0 0 %g %d %d cm 24 w\n%s Q" % (
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
    return _form(content, paper)


def _marks(paper: Paper) -> list[tuple[tuple[float, float], ...]]:
    return [*map(paper.pulse, paper.baselines_mm), paper.scale_bar()]


def _ticks(paper: Paper) -> list[tuple[tuple[float, float], ...]]:
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
