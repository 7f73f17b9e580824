"""From content to the bytes of a PDF: laid out whole, then drawn page by page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import STRIPS_PER_PAPER, TRACE_MM, Layout, Paper, lay_out, leads_left_out
from apps.reports.pdf.archive import describe
from apps.reports.pdf.banner import FOOTER_MM, TOP_MM, Banner, draw_footer, set_banner
from apps.reports.pdf.beats import beats_row
from apps.reports.pdf.content import Document, PageSize, ReportContent
from apps.reports.pdf.flow import Body, Row, Section, paginate
from apps.reports.pdf.fonts import MM_PER_POINT, font_name, legible
from apps.reports.pdf.pen import Pen
from apps.reports.pdf.sections import form_sections, interpretation, sections
from apps.reports.pdf.sheet import (
    FOOT_MM,
    NUMBERS_HINT,
    PRINT_HINT,
    Sheet,
    Sheets,
    with_room_in_print,
)
from apps.reports.pdf.summary import LEAST_MM, draw_summary, words_fit

# Binary streams: a fifth smaller and much faster than ASCII85.
rl_config.useA85 = 0

PAGES: dict[PageSize, tuple[float, float]] = {"A4": (297.0, 210.0), "Letter": (279.4, 215.9)}
BODY_MM = 260.0
GAP_MM = 2.0
USUAL_LEADS = 6
# Of a section that begins with a paper.
TITLE_MM = 10.0


class IdentityTooLongError(ValueError):
    """The identity is so long that the trace cannot stand below it to scale."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole document laid out, before anything is drawn."""

    content: ReportContent
    document: Document
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

    @property
    def summary_height(self) -> float:
        """Room between the head and the trace; nothing is summarised in less than LEAST_MM."""
        return self.body_height - FOOT_MM - self.paper.height_mm - GAP_MM


def render(content: ReportContent, document: Document = Document.REPORT) -> bytes:
    """Print one document of a report version; the same content always gives the same bytes.

    Raises IdentityTooLongError where the trace could only stand below the identity if shrunk.
    """
    return render_all(content, (document,))[document]


def render_all(
    content: ReportContent, documents: Iterable[Document] = tuple(Document)
) -> dict[Document, bytes]:
    """Several documents of one version; the traces they share are drawn once."""
    sheets, legible_content = Sheets(), _legible(content)
    return {document: _render(_plan(legible_content, document), sheets) for document in documents}


def count_pages(content: ReportContent) -> int:
    """Of the whole report, laid out and not drawn. Raises as `render`."""
    return _plan(_legible(content), Document.REPORT).pages


def _render(plan: Plan, sheets: Sheets) -> bytes:
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
    describe(canvas, plan.content.report_id, plan.content.version)
    pen = Pen(canvas, plan.width, plan.height)
    _draw_first(pen, plan, sheets)
    for number, body in enumerate(plan.bodies, start=2):
        _draw_body(pen, plan, body, number, sheets)
    canvas.save()
    return out.getvalue()


def _plan(content: ReportContent, document: Document) -> Plan:
    width, height = PAGES[content.page_size]
    banner = set_banner(content, BODY_MM)
    paper = _first_paper(content, content.layout)
    bare = Plan(content, document, width, height, banner, paper, [])
    if bare.body_height < bare.paper.height_mm + FOOT_MM:
        bare = replace(bare, paper=_first_paper(content, "3x4+1"))
    if bare.body_height < bare.paper.height_mm + FOOT_MM:
        raise IdentityTooLongError
    bare = replace(bare, paper=_roomy(bare, bare.paper))
    flowing = _form_flow(bare) if document is Document.FORM else _report_flow(bare)
    return replace(bare, bodies=paginate(flowing, bare.body_height))


def _report_flow(plan: Plan) -> Iterator[Section]:
    yield from sections(plan.content, BODY_MM, beats_row(plan.content))
    yield from _further_leads(plan)


def _form_flow(plan: Plan) -> Iterator[Section]:
    """What the one page has no room for and must not be cut: the reading, and the numbers."""
    if plan.summary_height < LEAST_MM:
        yield from form_sections(plan.content, BODY_MM)
    elif not words_fit(plan.content, plan.summary_height):
        yield interpretation(plan.content, BODY_MM)


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


def _roomy(plan: Plan, paper: Paper) -> Paper:
    """Tall enough for the whole trace, if need be instead of the summary."""
    left_mm = plan.body_height - FOOT_MM - TITLE_MM - paper.height_mm
    return with_room_in_print(plan.content.rhythm, paper, left_mm)


def _further_leads(plan: Plan) -> Iterator[Section]:
    content = plan.content
    left_out = leads_left_out(plan.paper, content.rhythm.lead_names())
    for start in range(0, len(left_out), STRIPS_PER_PAPER):
        paper = _paper(content, "rhythm", left_out[start : start + STRIPS_PER_PAPER])
        paper = _roomy(plan, paper)
        yield Section("Further leads", (_sheet_row(content, paper, content.rhythm),))


def _sheet_row(content: ReportContent, paper: Paper, waveform: Waveform) -> Row:
    return Row(paper.height_mm + FOOT_MM, art=Sheet(content, paper, waveform))


def _draw_first(pen: Pen, plan: Plan, sheets: Sheets) -> None:
    content, top = plan.content, plan.height - FOOTER_MM - FOOT_MM - plan.paper.height_mm
    summarised = plan.summary_height >= LEAST_MM
    if summarised:
        room = (plan.margin, plan.body_top, plan.summary_height)
        draw_summary(pen, content, plan.document, *room)
    note = PRINT_HINT if summarised else NUMBERS_HINT
    sheets.draw(pen, Sheet(content, plan.paper, content.rhythm, note), top)
    _finish(pen, plan, 1)


def _draw_body(pen: Pen, plan: Plan, body: Body, number: int, sheets: Sheets) -> None:
    for used, row in body.placed:
        y = plan.body_top + used
        if row.ruled:
            pen.rule(plan.margin, y, BODY_MM)
        pen.text(row.runs, plan.margin, y)
        if row.art:
            sheets.draw(pen, row.art, y)
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
