"""The pages after the trace: everything in full, with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apps.reports.pdf.content import AlgorithmResult, ReportContent, StatementRow, Status
from apps.reports.pdf.flow import Column, Row, Section, lines_of, table, together
from apps.reports.pdf.palette import MUTED
from apps.reports.pdf.text import Fact, facts, paragraph

ADVISORY = (
    "Advisory output of software, not a diagnosis. Absence of a finding does not mean normal."
)
MEASUREMENTS = (
    Column("Measurement", 44),
    Column("Value", 24, "right", bold=True),
    Column("Unit", 12),
    Column("Method", 52),
    Column("Source", 66),
    Column("Prior", 18, "right"),
    Column("Change", 18, "right"),
    Column("Prior date", 26),
)
READINGS = (
    Column("Measured by a reader", 50, bold=True),
    Column("Reading", 48, bold=True),
    Column("Machine", 28),
    Column("Reader", 46),
    Column("Date and time", 44),
    Column("Reason", 44),
)
STATEMENTS = (Column("Statement", 106, bold=True), Column("Source", 64), Column("Decision", 90))
HISTORY = (
    Column("Version", 18),
    Column("Event", 34),
    Column("Date and time", 52),
    Column("By", 56),
    Column("Reason", 100),
)
NO_STATEMENT = "None. That does not mean a normal ECG."
ALGORITHMS = "Algorithm results, advisory"
NO_ALGORITHM = "No algorithm has read this ECG."


def sections(content: ReportContent, width: float, beats: Row | None = None) -> Iterator[Section]:
    """All sections in reading order; what is not known says so."""
    yield interpretation(content, width)
    if beats is not None:
        yield Section("Median beats", (beats,))
    yield _measurements(content, width)
    if content.readings:
        cells = (
            (r.what, r.reading, r.machine, r.reader, r.made, r.reason) for r in content.readings
        )
        yield table("Measured on the trace by readers", READINGS, cells)
    yield _statements(content, width)
    yield _algorithms(content.algorithm_results, width)
    if content.quality_notes:
        yield Section("Signal quality", _paragraphs(content.quality_notes, width))
    yield _signature(content, width)
    if content.history:
        events = ((str(e.version), e.what, e.at, e.by, e.reason) for e in content.history)
        yield table("History of this report", HISTORY, events)


def form_sections(content: ReportContent, width: float) -> Iterator[Section]:
    """What a form says beside the trace, where its page has no room for it."""
    yield interpretation(content, width)
    yield _measurements(content, width)
    yield _statements(content, width)


def statements_title(content: ReportContent) -> str:
    """Machine statements are unconfirmed until a clinician has signed."""
    return "Machine statements" if content.signature else "Machine statements, unconfirmed"


def interpretation(content: ReportContent, width: float) -> Section:
    drafted = content.status is Status.UNCONFIRMED
    title = "Interpretation, draft" if drafted else "Interpretation"
    text = content.interpretation or "None. Not reviewed by a clinician."
    rows = lines_of(paragraph(text, width, 10))
    if content.comparison:
        rows += lines_of(paragraph(content.comparison, width, 8.5, ink=MUTED))
    return Section(title, rows)


def _measurements(content: ReportContent, width: float) -> Section:
    if not content.measurements:
        return Section("Measurements", _paragraphs(("Not measured.",), width))
    return table("Measurements", MEASUREMENTS, _measurement_cells(content))


def _statements(content: ReportContent, width: float) -> Section:
    if not content.statements:
        return Section(statements_title(content), _paragraphs((NO_STATEMENT,), width))
    cells = map(_statement_cells, content.statements)
    return table(statements_title(content), STATEMENTS, cells)


def _statement_cells(row: StatementRow) -> tuple[str, str, str]:
    return row.text, row.source, row.decision or "Not decided"


def _measurement_cells(content: ReportContent) -> Iterable[tuple[str, ...]]:
    for row in content.measurements:
        yield (
            row.label,
            f"{row.value} {row.flag}".strip() or "not measured",
            row.unit,
            row.method or "Not stated",
            row.source or "Not stated",
            row.prior_value,
            row.change,
            row.prior_date,
        )


def _algorithms(results: tuple[AlgorithmResult, ...], width: float) -> Section:
    if not results:
        return Section(ALGORITHMS, _paragraphs((NO_ALGORITHM,), width))
    rows = list(lines_of(paragraph(ADVISORY, width, 8, ink=MUTED)))
    for result in results:
        rows += (Row(1.2), *together(_algorithm(result, width)))
    return Section(ALGORITHMS, tuple(rows))


def _algorithm(result: AlgorithmResult, width: float) -> Iterator[Row]:
    named = f"{result.name} {result.version}: {result.output}"
    yield from lines_of(paragraph(named, width, 9, bold=True))
    yield from _paragraphs(result.notes, width)
    for label, text in (("Intended use", result.intended_use), ("Limits", result.limits)):
        yield from lines_of(paragraph(f"{label}: {text or 'Not stated'}", width, 8.5))


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
    trace = facts((Fact("Trace id", content.trace_id or "none"),), width, 8)
    signed = lines_of(facts(items, width, 9, gap=8))
    return Section("Signature", together((*signed, *lines_of(trace))))


def _paragraphs(texts: Iterable[str], width: float) -> tuple[Row, ...]:
    return tuple(row for text in texts for row in lines_of(paragraph(text, width, 8.5)))
