"""`make formats`: docs/formats.md, the formats that are read and what each transform costs."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import import_module

from apps.ecg.formats import FORMATS
from tests import transforms
from tests.corpus import ROOT
from tests.corpus_table import DECODED, Row, read_table
from tests.oracles import ORACLES
from tests.round_trips import cases, error_nv

DOCUMENT = ROOT / "docs" / "formats.md"
HEAD = """# Formats

Made by `make formats`; the suite fails where it is not current.

A file is known by its content, never by its name. What is not listed here is refused with a code, a
sentence and the field at fault; pictures of ECGs hold no samples. What each format's own page says
of versions, quirks and refusals is in [vendors/](vendors/). What becomes of every file of the test
corpus is in [corpus.tsv](corpus.tsv).

## Read
*Real files* were compared with the independent reader, lead by lead and sample by sample: a
package, the table that the maker's own program wrote, or the numbers a pattern finds in a text.
*Written* are round trips through a writer of our own: units, corrections, baselines, 8 to 64 bits,
byte orders, orders of leads, eight leads, a negated aVR, gaps. Both columns that follow are the
largest difference in nanovolts. An *experimental* file is one that no real file proves its decoder
for; `DecodedEcg.experimental` says so.

| format | version | what | real files | reader | max, nV | written | max, nV |
|---|---|---|---|---|---|---|---|
"""
COSTS = """
## Transforms
The samples of a file stay integers with decimal scales: nothing is resampled, filtered or rounded
on the way to storage or to the page. Copies are made to measure. Each transform was tried on one
clean synthetic ECG of twelve leads; QRS and QT are changes of what is measured. Beyond its limit a
transform fails the suite.

| transform | of what | max, µV | RMS, µV | QRS, ms | QT, ms | limit: max µV, RMS µV, ms |
|---|---|---|---|---|---|---|
"""


def render() -> str:
    """The whole document. Raises AssertionError where a transform is beyond its limit."""
    table = [row for row in read_table() if row.result == DECODED]
    written: dict[str, list[int]] = {}
    for case in cases():
        written.setdefault(case.format, []).append(error_nv(case))
    lines = [_format(name, table, written.get(name, [])) for name in _names()]
    costs = []
    for row in transforms.rows():
        assert row.is_within(), row
        costs.append(_transform(row))
    return HEAD + "".join(lines) + COSTS + "".join(costs)


def _names() -> list[str]:
    return [format_.NAME for format_ in FORMATS]


def _format(name: str, table: list[Row], written: list[int]) -> str:
    module = next(format_ for format_ in FORMATS if name == format_.NAME)
    what = (import_module(getattr(module, "__name__", "")).__doc__ or "").split("\n")[0].rstrip(".")
    real = Counter(row.format for row in table)[name]
    judged = [float(row.difference_nv) for row in table if row.format == name and row.oracle]
    oracle = ORACLES[name].package if name in ORACLES else "–"
    cells = (
        *(name, module.VERSION, what, str(real) if real else "none accepted"),
        *(oracle, f"{max(judged):.3f}" if judged else "–"),
        *(str(len(written)) if written else "–", str(max(written)) if written else "–"),
    )
    return f"| {' | '.join(cells)} |\n"


def _transform(row: transforms.Row) -> str:
    limit = f"{row.limit.max_uv:g}, {row.limit.rms_uv:g}, {row.limit.ms:g}"
    numbers = (f"{row.max_uv:.1f}", f"{row.rms_uv:.1f}", f"{row.qrs_ms:+.0f}", f"{row.qt_ms:+.0f}")
    return f"| {row.name} | {row.what} | {' | '.join(numbers)} | {limit} |\n"


def main() -> int:
    DOCUMENT.write_text(render())
    print(f"{len(FORMATS)} formats, written to {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
