"""python -m tests.bench [OPTION…] [NAME…]: all of them but the long ones, or the ones named.

Works on an embedded PostgreSQL of its own, which flushes to disk and is deleted at the end.
Writes docs/performance.md when everything was run at full size.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from tests.bench import document
from tests.bench.catalog import CATALOG
from tests.bench.place import durable
from tests.bench.rows import FULL, SMALL, Note, Row, Size


def main() -> int:
    options = parse()
    size = SMALL if options.small else FULL
    size = replace(size, rows=options.rows or size.rows, burst=options.burst or size.burst)
    names = [name for name in CATALOG if name in options.names] or [
        name for name, entry in CATALOG.items() if not entry.is_long
    ]
    with durable() as environment:
        found = run(names, size, environment)
    print(document.summary(found))
    if not options.names and not options.small:
        document.write(found)
        print(f"Written: {document.TARGET.name}")
    judged = [] if options.small else names
    return 1 if any(_missed(name, found[name]) for name in judged) else 0


def _missed(name: str, items: list[Row | Note]) -> bool:
    return CATALOG[name].is_long and any(getattr(i, "verdict", "") == "miss" for i in items)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *CATALOG], metavar="NAME")
    parser.add_argument("--rows", type=int, help="recordings on the worklist (1000000)")
    parser.add_argument("--burst", type=int, help="files of a busy organization (10000)")
    parser.add_argument("--small", action="store_true", help="only to see that they work")
    return parser.parse_args()


def run(names: list[str], size: Size, environment: dict[str, str]) -> document.Found:
    """In a process of its own, with the database of that environment."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "found"
        command = [sys.executable, "-m", "tests.bench.child"]
        command += [str(target), json.dumps(asdict(size)), *names]
        subprocess.run(command, env=environment, check=True)
        found: document.Found = pickle.loads(target.read_bytes())
    return found


if __name__ == "__main__":
    sys.exit(main())
