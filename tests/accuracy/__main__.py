"""python -m tests.accuracy: measure every labelled record of the corpus, write docs/accuracy.md."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from apps.ecg.signal import Measured, measure
from apps.ecg.signal.person import Person
from tests.accuracy import delineation, document, records
from tests.accuracy.labels import STATEMENTS
from tests.accuracy.peer import measured_by_peer
from tests.accuracy.plots import plot
from tests.accuracy.records import Labelled

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "accuracy.md"
PLOTS = ROOT / "var" / "accuracy"
WORST = 8


def measured(record: Labelled) -> Measured:
    person = Person(record.sex, record.age_years)
    return measure(record.samples_uv, record.leads, record.rate_hz, person=person)


def main() -> None:
    every = itertools.chain(records.ludb(), records.ptbxl(), records.cpsc())
    pairs = [(record, measured(record)) for record in every]
    if not pairs:
        sys.exit("No records: set EINTHOVEN_CORPUS.")
    peer = [(record, measured_by_peer(record)) for record, _ in pairs if record.marks]
    DOCUMENT.write_text(document.written(pairs, peer))
    PLOTS.mkdir(parents=True, exist_ok=True)
    named = wrong(pairs)
    for record, found in pairs:
        if f"{record.source} {record.name}" in named:
            plot(record, found, PLOTS)
    sys.stderr.write(f"{len(pairs)} records, {len(named)} plots in {PLOTS}\n")


def wrong(pairs: list[tuple[Labelled, Measured]]) -> set[str]:
    """Records judged otherwise than labelled, and those whose intervals are farthest off."""
    found: set[str] = set()
    for place in range(len(STATEMENTS)):
        hits = document.judged(pairs, place)
        found |= {*hits.missed, *hits.false}
    total = delineation.compare([one for one in pairs if one[0].marks])
    for errors in total.intervals.values():
        found |= {f"ludb {name.split()[0]}" for name in errors.worst(WORST)}
    for hits in total.hits.values():
        found |= {f"ludb {name}" for name in (*hits.missed, *hits.false)}
    return found


if __name__ == "__main__":
    main()
