"""A bulk import that is killed: the files, the runs, and what must be true at the end."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from apps.ingestion.models import Ingress
from tests.database import database_environment
from tests.factories import inside
from tests.ingestion.files import OTHER_EXPORT, PLAIN, small_file

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = 7
# Of ten files: the kind of each. `again` and `other` are of a recording that is there as `new`.
KINDS = ("new", "new", "new", "new", "new", "again", "again", "other", "damaged", "text")


@dataclass
class Imported:
    """What the runs said. `first` is how many lines each one printed before it ended."""

    lines: list[dict[str, str]] = field(default_factory=list)
    printed: list[int] = field(default_factory=list)
    words: str = ""


def write_files(folder: Path, count: int) -> Counter[str]:
    """So many small files in folders of folders; how many of each kind."""
    kinds: Counter[str] = Counter()
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        place = folder / f"ward {number % FOLDERS}" / f"{number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06}.dcm").write_bytes(_content(kind, number))
        kinds[kind] += 1
    return kinds


def _content(kind: str, number: int) -> bytes:
    if kind == "text":
        return f"rota {number}".encode()
    signal = number - number % len(KINDS) if kind in ("again", "other") else number
    data = small_file(signal, OTHER_EXPORT if kind == "other" else PLAIN)
    return data[: len(data) // 2] if kind == "damaged" else data


def import_killed(folder: Path, state: Path, *, kills: int, seed: int = 7) -> Imported:
    """Killed with -9 so many times while it works, each time after some more files."""
    chance, total = random.Random(seed), sum(1 for path in folder.rglob("*") if path.is_file())
    found = Imported()
    for _ in range(kills):
        _run(folder, state, found, stop_after=total // (kills + 1) + chance.randint(1, 5))
        _swap_contents(folder, found)
    _run(folder, state, found, stop_after=None)
    return found


def _run(folder: Path, state: Path, found: Imported, *, stop_after: int | None) -> None:
    """Lines that an earlier run had accepted come first and do not count."""
    known = {line["file"] for line in found.lines}
    command = ["manage.py", "ingest", str(folder), "--organization", "mercy", "--json"]
    process = subprocess.Popen(
        [sys.executable, *command, "--report", str(state / "report.tsv")],
        cwd=ROOT,
        env=_environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    fresh = printed = 0
    for text in process.stdout:
        line = json.loads(text)
        printed += 1
        if line["file"] not in known:
            found.lines.append(line)
            fresh += 1
        if stop_after is not None and fresh >= stop_after:
            process.kill()
            break
    found.words = process.communicate()[1]
    found.printed.append(printed)


def process_in_parallel(state: Path, *, processes: int) -> None:
    """Every waiting file to its outcome, by as many processes as there are cores."""
    words = (
        "import django, logging; django.setup(); logging.disable(logging.WARNING);"
        "from tests.ingestion.files import process_waiting; process_waiting()"
    )
    command = [sys.executable, "-c", words]
    working = [
        subprocess.Popen(command, cwd=ROOT, env=_environment(state)) for _ in range(processes)
    ]
    assert [process.wait() for process in working] == [0] * processes


def _swap_contents(folder: Path, found: Imported) -> None:
    """What was accepted is made other bytes of the same length and time: who reads it again sends
    something new."""
    for line in found.lines[:20]:
        path = Path(line["file"])
        looks = path.stat()
        path.write_bytes(b"!" * looks.st_size)
        os.utime(path, ns=(looks.st_atime_ns, looks.st_mtime_ns))


def _environment(state: Path) -> dict[str, str]:
    return {
        **os.environ,
        **database_environment(),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "EINTHOVEN_BLOB_ROOT": str(settings.BLOB_ROOT),
        "EINTHOVEN_IMPORT_JOURNALS": str(state / "journals"),
        # A pipe would hold lines back, and the kill would come later than the count says.
        "PYTHONUNBUFFERED": "1",
    }


def prove_accepted(organization, count: int, found: Imported) -> None:
    """Each file is one arrival, whatever was killed, and none of it was read twice."""
    assert f"Offered {count:,} = {count:,} accepted ({count:,} still in work)" in found.words
    assert len({line["file"] for line in found.lines}) == count
    with inside(organization):
        names = [str(name) for name in Ingress.objects.values_list("public_id", flat=True)]
    assert len(names) == count
    # A file that was accepted and not yet told when it was killed is told by the next run.
    assert {line["ingress"] for line in found.lines} == set(names)


def prove_outcomes(organization, kinds: Counter[str]) -> None:
    with inside(organization):
        outcomes = Counter(Ingress.objects.values_list("outcome", flat=True))
    assert outcomes == {
        "new": kinds["new"],
        "same_bytes": kinds["again"],
        "same_signal": kinds["other"],
        "quarantined": kinds["damaged"] + kinds["text"],
    }
