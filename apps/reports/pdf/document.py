"""From content to the bytes of a PDF: laid out whole, then drawn page by page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import (
    STRIPS_PER_PAPER,
    TRACE_MM,
    Layout,
    Paper,
    lay_out,
    lay_out_beats,
    leads_left_out,
)
from apps.reports.pdf.banner import FOOTER_MM, TOP_MM, Banner, draw_footer, set_banner
from apps.reports.pdf.content import PageSize, ReportContent
from apps.reports.pdf.flow import Body, Row, Section, paginate
from apps.reports.pdf.fonts import MM_PER_POINT, font_name, legible
from apps.reports.pdf.pen import Pen
from apps.reports.pdf.sections import sections
from apps.reports.pdf.sheet import NUMBERS_HINT, PRINT_HINT, draw_foot, draw_sheet
from apps.reports.pdf.summary import LEAST_MM, draw_summary

# Binary streams: a fifth smaller and much faster than ASCII85.
rl_config.useA85 = 0

PAGES: dict[PageSize, tuple[float, float]] = {"A4": (297.0, 210.0), "Letter": (279.4, 215.9)}
BODY_MM = 260.0
FOOT_MM = 4.5
GAP_MM = 2.0
USUAL_LEADS = 6


class IdentityTooLongError(ValueError):
    """The identity is so long that the trace cannot stand below it to scale."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole report laid out, before anything is drawn."""

    content: ReportContent
    width: float
    height: float
    banner: Banner
    paper: Paper
    bodies: list[Body]

    @property
    def pages(self) -> int:
        return 1 + len(self.bodies)

    @property
    def margin(self) -> float:
        return (self.width - BODY_MM) / 2

    @property
    def body_top(self) -> float:
        return TOP_MM + self.banner.height + GAP_MM

    @property
    def body_height(self) -> float:
        return self.height - FOOTER_MM - self.body_top


def render(content: ReportContent) -> bytes:
    """Print one report version; the same content always gives the same bytes.

    Raises IdentityTooLongError where the trace could only stand below the identity if shrunk.
    """
    plan = _plan(_legible(content))
    out = io.BytesIO()
    page = (plan.width / MM_PER_POINT, plan.height / MM_PER_POINT)
    canvas = Canvas(
        out,
        pagesize=page,
        invariant=1,
        pageCompression=1,
        initialFontName=font_name(bold=False),
        lang="en",
    )
    _describe(canvas, content)
    pen = Pen(canvas, plan.width, plan.height)
    _draw_first(pen, plan)
    for number, body in enumerate(plan.bodies, start=2):
        _draw_body(pen, plan, body, number)
    canvas.save()
    return out.getvalue()


def _describe(canvas: Canvas, content: ReportContent) -> None:
    """Metadata is read by indexers and mail gateways, so it names no patient."""
    canvas.setTitle(f"ECG report {content.report_id} version {content.version}")
    canvas.setAuthor("Einthoven")
    canvas.setCreator("Einthoven")
    canvas.setSubject("Electrocardiogram report")


def _plan(content: ReportContent) -> Plan:
    width, height = PAGES[content.page_size]
    banner = set_banner(content, BODY_MM)
    bare = Plan(content, width, height, banner, _first_paper(content, content.layout), [])
    if bare.body_height < bare.paper.height_mm + FOOT_MM:
        bare = replace(bare, paper=_first_paper(content, "3x4+1"))
    if bare.body_height < bare.paper.height_mm + FOOT_MM:
        raise IdentityTooLongError
    further = (*_further_leads(bare), *_beats(content))
    flowing = (*sections(content, BODY_MM), *further)
    return replace(bare, bodies=paginate(flowing, bare.body_height))


def _first_paper(content: ReportContent, layout: Layout) -> Paper:
    """The asked layout; strips of what there is where the recording is hardly a 12-lead one."""
    names = content.rhythm.lead_names()
    probe = lay_out("12x1", names, 1.0)
    if sum(cell.recorded for cell in probe.cells) >= USUAL_LEADS:
        return _paper(content, layout)
    return _paper(content, "rhythm", names[:STRIPS_PER_PAPER])


def _paper(content: ReportContent, layout: Layout, strips: tuple[str, ...] = ()) -> Paper:
    waveform = content.rhythm
    return lay_out(
        layout,
        waveform.lead_names(),
        waveform.samples / float(waveform.sampling_rate_hz),
        speed_mm_s=content.speed_mm_s,
        gain_mm_mv=content.gain_mm_mv,
        strips=strips,
        window_s=TRACE_MM / content.speed_mm_s,
    )


def _further_leads(plan: Plan) -> Iterator[Section]:
    content = plan.content
    left_out = leads_left_out(plan.paper, content.rhythm.lead_names())
    for start in range(0, len(left_out), STRIPS_PER_PAPER):
        paper = _paper(content, "rhythm", left_out[start : start + STRIPS_PER_PAPER])
        yield Section("Further leads", (_sheet_row(content, paper, content.rhythm),))


def _beats(content: ReportContent) -> Iterator[Section]:
    median = content.median
    if median is None:
        return
    paper = lay_out_beats(
        median.lead_names(),
        median.samples / float(median.sampling_rate_hz),
        speed_mm_s=content.speed_mm_s,
        gain_mm_mv=content.gain_mm_mv,
    )
    yield Section("Median beats", (_sheet_row(content, paper, median),))


def _sheet_row(content: ReportContent, paper: Paper, waveform: Waveform) -> Row:
    art = partial(_draw_sheet, content=content, paper=paper, waveform=waveform)
    return Row(paper.height_mm + FOOT_MM, art=art)


def _draw_sheet(
    pen: Pen,
    x: float,
    y: float,
    *,
    content: ReportContent,
    paper: Paper,
    waveform: Waveform,
    note: str = PRINT_HINT,
) -> None:
    left = (pen.width - paper.width_mm) / 2
    draw_sheet(pen, paper, waveform, left, y)
    filters = content.acquisition.filters or "Not known"
    rate = f"{waveform.sampling_rate_hz:g} Hz"
    words = f"{paper.scale_text()} · Filters: {filters} · {rate} · {note}"
    draw_foot(pen, words, paper.width_mm, left, y + paper.height_mm + 0.6)


def _draw_first(pen: Pen, plan: Plan) -> None:
    top = plan.height - FOOTER_MM - FOOT_MM - plan.paper.height_mm
    room = top - plan.body_top - GAP_MM
    summarised = room >= LEAST_MM
    if summarised:
        draw_summary(pen, plan.content, plan.margin, plan.body_top, room)
    _draw_sheet(
        pen,
        plan.margin,
        top,
        content=plan.content,
        paper=plan.paper,
        waveform=plan.content.rhythm,
        note=PRINT_HINT if summarised else NUMBERS_HINT,
    )
    _finish(pen, plan, 1)


def _draw_body(pen: Pen, plan: Plan, body: Body, number: int) -> None:
    for used, row in body.placed:
        y = plan.body_top + used
        if row.ruled:
            pen.rule(plan.margin, y, BODY_MM)
        pen.text(row.runs, plan.margin, y)
        if row.art:
            row.art(pen, plan.margin, y)
    _finish(pen, plan, number)


def _finish(pen: Pen, plan: Plan, number: int) -> None:
    plan.banner.draw(pen, plan.margin)
    draw_footer(pen, plan.content, number, plan.pages, plan.margin)
    pen.canvas.showPage()


def _legible(value: Any) -> Any:
    """The same content with every text made printable by the embedded face."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) else legible(value)
    if isinstance(value, tuple):
        return tuple(map(_legible, value))
    if is_dataclass(value) and not isinstance(value, type | Waveform):
        changed = {item.name: _legible(getattr(value, item.name)) for item in fields(value)}
        return type(value)(**changed)
    return value
