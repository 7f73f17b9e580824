"""The results as lines of a terminal and as docs/performance.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.catalog import CATALOG
from tests.bench.rows import Note, Row

Found = Mapping[str, list[Row | Note]]

TARGET = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
HEAD = ("what", "CPU ms", "wall ms", "peak MB", "against", "ratio", "")
INTRODUCTION = """\
# Performance

Written by `make bench`; do not edit. {date}, {machine}.

Each row is our figure beside a budget, or beside a peer measured in the same run; the ratio is ours
divided by the other. *pass* and *miss* judge the ratio, rows without a verdict are for information.
Absolute times wander with the load of the machine, ratios less. CPU and wall are medians of one
run; the peak is what Python and numpy allocate in it, or the resident size of a process. Processes
that waited for a core when this ended, on average over five minutes: {load:.1f}.
"""


def show(item: Row | Note) -> str:
    if isinstance(item, Note):
        return "\n".join(filter(None, ["  " + item.text, item.literal]))
    name, cpu, wall, peak, against, ratio, verdict = item.cells()
    return (
        f"  {name:<58} cpu {cpu:>6} ms  wall {wall:>6} ms  peak {peak:>5} MB"
        f"  | {against} | {ratio} {verdict}"
    )


def summary(found: Found) -> str:
    rows = [item for items in found.values() for item in items if isinstance(item, Row)]
    missed = [row for row in rows if row.verdict == "miss"]
    passed = sum(row.verdict == "pass" for row in rows)
    lines = [f"\n{passed} within their budget, {len(missed)} not."]
    return "\n".join(lines + [f"  missed: {row.name} ({row.ratio:.2f} ×)" for row in missed])


def write(found: Found) -> None:
    TARGET.write_text("\n".join(_document(found)) + "\n", encoding="utf-8")


def _document(found: Found) -> Iterator[str]:
    date = f"{dt.datetime.now(dt.UTC):%d %B %Y}"
    yield INTRODUCTION.format(date=date, machine=machine(), load=os.getloadavg()[1])
    yield "**" + summary(found).strip().splitlines()[0] + "**\n"
    for name, items in found.items():
        yield f"## {CATALOG[name].title}\n"
        rows = [item for item in items if isinstance(item, Row)]
        if rows:
            yield "| " + " | ".join(HEAD) + " |"
            yield "|" + "|".join(["---", *["---:"] * 3, "---", "---:", "---"]) + "|"
            for row in rows:
                yield "| " + " | ".join(row.cells()) + " |"
            yield ""
        for note in items:
            if isinstance(note, Note):
                yield note.text + "\n"
                if note.literal:
                    yield f"```\n{note.literal}\n```\n"


def machine() -> str:
    """What the figures depend on, without what names the machine."""
    cpu = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores {cpu or platform.machine()}, {memory:.0f} GB,"
        f" {platform.system()}, Python {platform.python_version()}"
    )
