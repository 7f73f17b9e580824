"""What stands on every page: who, when, where, in which state, and which page of which report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from apps.reports.pdf.content import Acquisition, Patient, ReportContent, Status
from apps.reports.pdf.fonts import width_mm
from apps.reports.pdf.palette import MUTED, TEXT, TONES
from apps.reports.pdf.pen import Pen
from apps.reports.pdf.text import Block, Fact, Run, facts, line_mm, paragraph

TOP_MM = 7.0
FOOTER_MM = 11.0
NAME_SIZES = (15.0, 11.0, 8.0)
TALLEST_MM = 46.0
NOT_KNOWN = "Not known"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SEXES = {"": NOT_KNOWN, "M": "Male", "F": "Female", "O": "Other"}
STATUS_WORDS = {
    Status.UNCONFIRMED: "UNCONFIRMED – not reviewed by a clinician",
    Status.PRELIMINARY: "PRELIMINARY – not the final report",
    Status.FINAL: "FINAL",
    Status.AMENDED: "AMENDED",
    Status.ADDENDED: "FINAL – with addendum",
    Status.RETRACTED: "ENTERED IN ERROR – wrong patient, do not use",
}
SYNTHETIC = "SYNTHETIC DATA – not a patient"


@dataclass(frozen=True, slots=True)
class Banner:
    """The head of every page, set once."""

    content: ReportContent
    width: float
    name: Block
    place: Block
    lines: tuple[Block, ...]
    band: Block

    @property
    def height(self) -> float:
        top = max(self.name.height, self.place.height)
        return top + sum(block.height for block in self.lines) + self.band.height + 4.6

    def draw(self, pen: Pen, x: float) -> None:
        y = TOP_MM
        pen.text(self.name.runs, x, y)
        pen.text(self.place.runs, x + self.width * 0.74, y)
        y += max(self.name.height, self.place.height) + 0.6
        for block in self.lines:
            pen.text(block.runs, x, y)
            y += block.height
        tone = TONES[self.content.status]
        pen.box(x, y + 1, self.width, self.band.height + 2, fill=tone.fill, ink=tone.ink)
        pen.text(self.band.runs, x + 2, y + 2)


def set_banner(content: ReportContent, width: float) -> Banner:
    """Set the head at the largest name that leaves room for the trace."""
    for size in NAME_SIZES:
        banner = _set(content, width, size)
        if banner.height <= TALLEST_MM:
            break
    return banner


def _set(content: ReportContent, width: float, size: float) -> Banner:
    fact_size = min(size, 9.0)
    return Banner(
        content=content,
        width=width,
        name=paragraph(display_name(content.patient), width * 0.72, size, bold=True),
        place=_place(content, width * 0.26),
        lines=(
            facts(_identity(content), width, fact_size),
            facts(_circumstances(content.acquisition), width, 7.5, gap=4),
        ),
        band=_band(content, width - 4),
    )


def display_name(patient: Patient) -> str:
    """FAMILY, Given (Title), as the identity banner shows it everywhere."""
    parts = (" ".join(part.split()) for part in (patient.family_name, patient.given_name))
    name = ", ".join(part for part in parts if part)
    prefix = f" ({patient.name_prefix})" if patient.name_prefix else ""
    return f"{name or 'Name not known'}{prefix}"


def display_date(day: dt.date | None) -> str:
    """dd-Mmm-yyyy in English whatever the locale, or “Not known”."""
    return f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}" if day else NOT_KNOWN


def _place(content: ReportContent, width: float) -> Block:
    organization = paragraph(content.organization, width, 9, bold=True)
    site = paragraph(content.site, width, 8, ink=MUTED)
    lower = (replace(run, y=run.y + organization.height) for run in site.runs)
    runs = (replace(run, x=width, align="right") for run in (*organization.runs, *lower))
    return Block(organization.height + site.height, tuple(runs))


def _identity(content: ReportContent) -> Iterable[Fact]:
    patient = content.patient
    age = f"({patient.age})" if patient.age else ""
    yield Fact("Born", display_date(patient.born_on), age)
    yield Fact("Sex", SEXES[patient.sex])
    yield Fact("MRN", patient.mrn or NOT_KNOWN, patient.assigning_authority)
    if patient.nhs_number:
        yield Fact("NHS No.", _nhs(patient.nhs_number))
    yield Fact("Acquired", content.acquisition.acquired or NOT_KNOWN)


def _nhs(number: str) -> str:
    plain = number.replace(" ", "")
    return f"{plain[:3]} {plain[3:6]} {plain[6:]}" if len(plain) == 10 else number


def _circumstances(acquisition: Acquisition) -> Iterable[Fact]:
    yield Fact("Device", acquisition.device or NOT_KNOWN)
    yield Fact("Accession", acquisition.accession_number or "None")
    yield Fact("Order", acquisition.order_number or "None")
    if acquisition.ordering_provider:
        yield Fact("Ordered by", acquisition.ordering_provider)
    yield Fact("Electrodes", acquisition.electrode_system or NOT_KNOWN)


def status_words(content: ReportContent) -> str:
    """The status in words; a signed version names signer, time and meaning beside it."""
    words = STATUS_WORDS[content.status]
    if content.status is Status.AMENDED:
        words = f"{words} – version {content.version} replaces version {content.version - 1}"
    return words


def _band(content: ReportContent, width: float) -> Block:
    ink = TONES[content.status].ink
    mark = SYNTHETIC if content.synthetic else ""
    words = paragraph(status_words(content), width * 0.74, 9.5, bold=True, ink=ink)
    runs = list(words.runs)
    if mark:
        runs.append(Run(width, runs[0].y, mark, 9.5, True, TEXT, "right"))
    height = words.height
    if content.signature:
        block = paragraph(_signed(content), width, 8)
        runs += (replace(run, y=run.y + height) for run in block.runs)
        height += block.height
    return Block(height, tuple(runs))


def _signed(content: ReportContent) -> str:
    signature = content.signature
    if signature is None:
        return ""
    return f"Signed by {signature.printed_name}, {signature.signed} · {signature.meaning}"


def draw_footer(pen: Pen, content: ReportContent, page: int, pages: int, x: float) -> None:
    """Report, version, content hash and page n of m."""
    y, width = pen.height - FOOTER_MM + 1.5, pen.width - 2 * x
    pen.rule(x, y, width)
    report = f"Report {content.report_id} · version {content.version}"
    frozen = f"Content {content.content_hash}" if content.content_hash else "Content not yet frozen"
    base = y + line_mm(7)
    pen.text(
        (
            Run(x, base, report, 7),
            Run(x + width_mm(report, 7) + 4, base, frozen, 6.5, ink=MUTED),
            Run(x + width, base, f"Page {page} of {pages}", 7, True, TEXT, "right"),
        )
    )
