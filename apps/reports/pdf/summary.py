"""The strip above the trace: numbers, statements and interpretation at a glance."""

from __future__ import annotations

from apps.reports.pdf.content import Document, MeasurementRow, ReportContent, StatementRow, Status
from apps.reports.pdf.fonts import width_mm
from apps.reports.pdf.palette import FLAG, MUTED, PRIOR, TEXT
from apps.reports.pdf.pen import Pen
from apps.reports.pdf.sections import statements_title
from apps.reports.pdf.text import Run, line_mm, wrap

LEAST_MM = 14.0
SIZE = 8.5
TITLE_SIZE = 7.5
COLUMNS = ((0.0, 78.0), (83.0, 80.0), (168.0, 92.0))
UNREVIEWED = "None. Not reviewed by a clinician."
ELSEWHERE = "continued on page 2"
NOT_HERE = "more in the full report"
Column = tuple[str, list[list[Run]]]


def draw_summary(
    pen: Pen, content: ReportContent, document: Document, x: float, y: float, height: float
) -> None:
    """Fill the strip with what fits; each column says where the rest is."""
    rows = _rows(height)
    first = line_mm(TITLE_SIZE) + 0.8 + SIZE * 0.33
    rest = NOT_HERE if document is Document.FORM else ELSEWHERE
    columns = (_measurements(content), _statements(content), _words(content))
    for (left, width), (title, all_lines), more in zip(
        COLUMNS, columns, (rest, rest, ELSEWHERE), strict=True
    ):
        lines = _shortened(all_lines, rows, more)
        pen.text([Run(left, 2.4, title, TITLE_SIZE, ink=MUTED)], x, y)
        pen.rule(x + left, y + 3.4, width)
        for i, runs in enumerate(lines):
            pen.text(runs, x + left, y + first + i * line_mm(SIZE))


def words_fit(content: ReportContent, height: float) -> bool:
    """Whether the whole interpretation stands in a strip of this height."""
    return len(_words(content)[1]) <= _rows(height)


def _rows(height: float) -> int:
    return max(int((height - line_mm(TITLE_SIZE) - 1.5) / line_mm(SIZE)), 1)


def _measurements(content: ReportContent) -> Column:
    dates = {row.prior_date for row in content.measurements if row.prior_value}
    prior = f" · prior {dates.pop()} in blue" if len(dates) == 1 else ""
    lines = [_measurement(row) for row in content.measurements if not row.is_replaced]
    lines = lines or [[Run(0, 0, "Not measured", SIZE, ink=MUTED)]]
    return f"Measurements{prior}", lines


def _measurement(row: MeasurementRow) -> list[Run]:
    label = _one_line(row.label, 32)
    runs = [Run(0, 0, label, SIZE, ink=MUTED)]
    if not row.value:
        return [*runs, Run(33, 0, "not measured", SIZE, ink=MUTED)]
    ink = FLAG if row.flag else TEXT
    value = f"{row.value} {row.flag}".strip()
    runs.append(Run(52, 0, _one_line(value, 20), SIZE, True, ink, "right"))
    beside = f"{row.unit}, machine {row.machine}" if row.machine else row.unit
    runs.append(Run(53.2, 0, _one_line(beside, 25), SIZE, ink=MUTED))
    if row.prior_value:
        runs.append(Run(78, 0, row.prior_value, SIZE, False, PRIOR, "right"))
    return runs


def _one_line(text: str, width: float) -> str:
    if width_mm(text, SIZE) <= width:
        return text
    return wrap(text, width - width_mm("…", SIZE), SIZE)[0] + "…"


def _statements(content: ReportContent) -> Column:
    width = COLUMNS[1][1]
    said = [_statement(statement) for statement in content.statements]
    said += (f"AI {row.version}: {row.output}" for row in content.algorithm_results)
    lines = [[Run(0, 0, line, SIZE)] for text in said for line in wrap(text, width, SIZE)]
    lines = lines or [[Run(0, 0, "None", SIZE, ink=MUTED)]]
    return statements_title(content), lines


def _statement(statement: StatementRow) -> str:
    about = ", ".join(part for part in (statement.source, statement.verdict) if part)
    return f"{statement.text} ({about})"


def _words(content: ReportContent) -> Column:
    width = COLUMNS[2][1]
    lines = [
        [Run(0, 0, line, SIZE, bold=True)]
        for line in wrap(content.interpretation, width, SIZE, bold=True)
        if content.interpretation
    ]
    lines = lines or [[Run(0, 0, UNREVIEWED, SIZE, ink=MUTED)]]
    title = "Interpretation"
    if content.status is Status.UNCONFIRMED and content.interpretation:
        title = "Interpretation, draft"
    if content.comparison:
        extra = wrap(content.comparison, width, SIZE)
        lines += ([Run(0, 0, line, SIZE, ink=PRIOR)] for line in extra)
    return title, lines


def _shortened(lines: list[list[Run]], rows: int, more: str) -> list[list[Run]]:
    if len(lines) <= rows:
        return lines
    return [*lines[: rows - 1], [Run(0, 0, more, SIZE, ink=MUTED)]]
