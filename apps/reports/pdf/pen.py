"""A canvas in millimetres from the top left corner of the page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from apps.reports.pdf.fonts import MM_PER_POINT, pieces, width_mm
from apps.reports.pdf.palette import RULE
from apps.reports.pdf.text import Run


@cache
def colour(ink: str) -> Color:
    return HexColor(ink)


class Pen:
    """Draws on the page that is open; knows nothing of what it draws."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self.canvas = canvas
        self.width = width
        self.height = height

    def points(self, x: float, y: float) -> tuple[float, float]:
        return x / MM_PER_POINT, (self.height - y) / MM_PER_POINT

    def text(self, runs: Iterable[Run], x: float = 0, y: float = 0) -> None:
        """Write runs as one text object, which costs half of one object a run."""
        out, face, ink = self.canvas.beginText(), None, None
        for run in runs:
            if ink != (ink := run.ink):
                out.setFillColor(colour(ink))
            back = width_mm(run.text, run.size, run.bold) if run.align == "right" else 0
            out.setTextOrigin(*self.points(x + run.x - back, y + run.y))
            for name, part in pieces(run.text, run.bold):
                if face != (face := (name, run.size)):
                    out.setFont(*face)
                out.textOut(part)
        if face:
            self.canvas.drawText(out)

    def rule(self, x: float, y: float, width: float, ink: str = RULE, weight: float = 0.15) -> None:
        self.canvas.setStrokeColor(colour(ink))
        self.canvas.setLineWidth(weight / MM_PER_POINT)
        self.canvas.line(*self.points(x, y), *self.points(x + width, y))

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, ink: str = ""
    ) -> None:
        self.canvas.setFillColor(colour(fill))
        if ink:
            self.canvas.setStrokeColor(colour(ink))
            self.canvas.setLineWidth(0.25 / MM_PER_POINT)
        left, bottom = self.points(x, y + height)
        wide, high = width / MM_PER_POINT, height / MM_PER_POINT
        self.canvas.rect(left, bottom, wide, high, stroke=int(bool(ink)), fill=1)
