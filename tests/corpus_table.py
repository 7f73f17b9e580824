"""`make corpus`: what becomes of every file of the corpus, as docs/corpus.tsv.

Decoded files stand with their canonical hash and the largest difference from an independent
reader; refused ones with code and field. A table that would lose a decoded file, or change its
hash, is not written without --accept.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.wfdb.header import SUFFIX
from apps.ecg.management.files import parts_beside, read_file
from tests.corpus import FOLDER, ROOT
from tests.oracles import ORACLES, largest_difference_nv

TABLE = ROOT / "docs" / "corpus.tsv"
DECODED, REFUSED, PART = "decoded", "refused", "part"


@dataclass(frozen=True, slots=True)
class Row:
    """One file. `what` is the canonical hash, the code of the refusal, or the record it is of."""

    file: str
    result: str
    format: str
    what: str
    field: str = ""
    oracle: str = ""
    difference_nv: str = ""


def folders() -> list[str]:
    """The parts of the corpus; empty where there is none."""
    return (
        sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) if FOLDER.is_dir() else []
    )


def files_of(folder: str) -> list[Path]:
    return sorted(path for path in (FOLDER / folder).rglob("*") if path.is_file())


def rows_of(paths: list[Path]) -> Iterator[Row]:
    """A row for each file, in order; signal files of a record are named as its parts."""
    owners = {
        part: header
        for header in paths
        if header.suffix == SUFFIX
        for part in parts_beside(header, header.read_bytes())
    }
    for path in paths:
        owner = owners.get(path)
        yield Row(_name(path), PART, "wfdb", _name(owner)) if owner else _row(path)


def _name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def _row(path: Path) -> Row:
    try:
        ecg = decode(read_file(path))
    except Refused as refused:
        return Row(_name(path), REFUSED, "", refused.code, refused.field)
    return Row(_name(path), DECODED, ecg.format, ecg.canonical_hash, "", *_judged(ecg, path))


def _judged(ecg: DecodedEcg, path: Path) -> tuple[str, str]:
    oracle = ORACLES.get(ecg.format)
    judged = oracle.read(path) if oracle else {}
    if oracle is None or not judged:
        return "", ""
    return oracle.package, f"{largest_difference_nv(ecg, judged):.3f}"


def read_table() -> list[Row]:
    with TABLE.open(newline="") as source:
        return [Row(**row) for row in csv.DictReader(source, delimiter="\t")]


def lost(before: Iterable[Row], after: Iterable[Row]) -> list[str]:
    """Files that were decoded and are not any more, or not to the same signal."""
    now = {row.file: (row.result, row.what) for row in after}
    return [
        row.file
        for row in before
        if row.result == DECODED and now.get(row.file) != (DECODED, row.what)
    ]


def write_table(rows: list[Row]) -> None:
    with TABLE.open("w", newline="") as out:
        names = [field.name for field in fields(Row)]
        writer = csv.DictWriter(out, names, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="also where decoded files are lost")
    options = parser.parse_args()
    if not folders():
        print(f"There is no corpus at {FOLDER}: set EINTHOVEN_CORPUS.", file=sys.stderr)
        return 2
    rows = [row for folder in folders() for row in rows_of(files_of(folder))]
    gone = lost(read_table(), rows) if TABLE.exists() else []
    if gone and not options.accept:
        print("\n".join(["No longer decoded as before (--accept writes it):", *gone]))
        return 1
    write_table(rows)
    kinds = {kind: sum(row.result == kind for row in rows) for kind in (DECODED, REFUSED, PART)}
    print(f"{len(rows)} files: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
