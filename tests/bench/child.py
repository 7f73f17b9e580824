"""Runs benchmarks in the database of its environment: python -m tests.bench.child SIZE NAME…"""

from __future__ import annotations

import json
import logging
import pickle
import sys
from pathlib import Path

import django

from tests.bench.catalog import CATALOG
from tests.bench.document import show
from tests.bench.place import migrate
from tests.bench.rows import Size


def main() -> None:
    target, size, names = Path(sys.argv[1]), Size(**json.loads(sys.argv[2])), sys.argv[3:]
    django.setup()
    logging.disable(logging.INFO)
    migrate()
    found = {}
    for name in names:
        entry = CATALOG[name]
        print(f"\n{entry.title}", flush=True)
        found[name] = []
        for item in entry.load()(size):
            found[name].append(item)
            print(show(item), flush=True)
    target.write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    main()
