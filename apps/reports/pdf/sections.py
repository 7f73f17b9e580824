"""The pages after the trace: everything in full, with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apps.reports.pdf.content import AlgorithmResult, ReportContent, Status
from apps.reports.pdf.flow import Column, Row, Section, lines_of, table
from apps.reports.pdf.palette import MUTED
from apps.reports.pdf.text import Fact, facts, paragraph

ADVISORY = (
    "Advisory output of software, not a diagnosis. Absence of a finding does not mean normal."
)
MEASUREMENTS = (
    Column("Measurement", 46),
    Column("Value", 28, "right", bold=True),
    Column("Unit", 18),
    Column("Method", 58),
    Column("Source", 62),
    Column("Prior", 20, "right"),
    Column("Prior date", 28),
)
STATEMENTS = (Column("Statement", 136, bold=True), Column("Source", 76), Column("Decision", 48))
AMENDMENTS = (
    Column("Version", 18),
    Column("Date and time", 58),
    Column("Author", 58),
    Column("Reason", 126),
)


def sections(content: ReportContent, width: float) -> Iterator[Section]:
    """All sections in reading order; those with nothing to say are left out."""
    yield _interpretation(content, width)
    if content.measurements:
        yield table("Measurements", MEASUREMENTS, _measurement_cells(content))
    if content.statements:
        yield table(
            statements_title(content),
            STATEMENTS,
            ((s.text, s.source, s.decision or "Not decided") for s in content.statements),
        )
    if content.algorithm_results:
        yield _algorithms(content.algorithm_results, width)
    if content.quality_notes:
        yield Section("Signal quality", _paragraphs(content.quality_notes, width))
    yield _signature(content, width)
    if content.amendments:
        yield table(
            "Amendment history",
            AMENDMENTS,
            ((str(a.version), a.amended, a.author, a.reason) for a in content.amendments),
        )
    yield _record(content, width)


def statements_title(content: ReportContent) -> str:
    """Machine statements are unconfirmed until a clinician has signed."""
    return "Machine statements" if content.signature else "Machine statements, unconfirmed"


def _interpretation(content: ReportContent, width: float) -> Section:
    drafted = content.status is Status.UNCONFIRMED
    title = "Interpretation, draft" if drafted else "Interpretation"
    text = content.interpretation or "None. Not reviewed by a clinician."
    rows = lines_of(paragraph(text, width, 10))
    if content.comparison:
        rows += lines_of(paragraph(f"Compared with {content.comparison}", width, 8.5, ink=MUTED))
    return Section(title, rows)


def _measurement_cells(content: ReportContent) -> Iterable[tuple[str, ...]]:
    for row in content.measurements:
        yield (
            row.label,
            f"{row.value} {row.flag}".strip() or "not measured",
            row.unit,
            row.method or "Not stated",
            row.source or "Not stated",
            row.prior_value,
            row.prior_date,
        )


def _algorithms(results: Iterable[AlgorithmResult], width: float) -> Section:
    rows = list(lines_of(paragraph(ADVISORY, width, 8, ink=MUTED)))
    for result in results:
        rows.append(Row(1.2))
        named = f"{result.name} {result.version}: {result.output}"
        rows += lines_of(paragraph(named, width, 9, bold=True))
        for label, text in (("Intended use", result.intended_use), ("Limits", result.limits)):
            rows += lines_of(paragraph(f"{label}: {text or 'Not stated'}", width, 8.5))
    return Section("Algorithm results, advisory", tuple(rows))


def _signature(content: ReportContent, width: float) -> Section:
    signature = content.signature
    if signature is None:
        text = "Not signed. This report has not been confirmed by a clinician."
        return Section("Signature", lines_of(paragraph(text, width, 9)))
    items = (
        Fact("Signed by", signature.printed_name),
        Fact("Date and time", signature.signed),
        Fact("Meaning", signature.meaning),
    )
    return Section("Signature", lines_of(facts(items, width, 9, gap=8)))


def _record(content: ReportContent, width: float) -> Section:
    items = [
        Fact("Report", content.report_id),
        Fact("Version", str(content.version)),
        Fact("Content hash", content.content_hash or "not yet frozen"),
        Fact("Trace id", content.trace_id or "none"),
    ]
    return Section("Record", lines_of(facts(items, width, 8)))


def _paragraphs(texts: Iterable[str], width: float) -> tuple[Row, ...]:
    return tuple(row for text in texts for row in lines_of(paragraph(text, width, 8.5)))
