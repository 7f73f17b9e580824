"""python -m tests.imports [--files N] [--kills N]

Imports N small files in bulk while the command is killed with -9, brings them to their outcome,
and proves that every file is in exactly one place. A database must be named by the environment.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

import django


def main() -> int:
    options = _parsed()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ.setdefault("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex[:12])
    django.setup()
    from tests.database import TestDatabase

    database = TestDatabase()
    database.create()
    database.let_server_count()
    try:
        with tempfile.TemporaryDirectory(prefix="einthoven-import-") as folder:
            _import(options, Path(folder))
    finally:
        database.destroy()
    return 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.imports", description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=3)
    return parser.parse_args()


def _import(options: argparse.Namespace, folder: Path) -> None:
    from django.conf import settings

    from tests.factories import organization_of
    from tests.imports.importing import (
        import_killed,
        process_in_parallel,
        prove_accepted,
        prove_outcomes,
        write_files,
    )

    settings.BLOB_ROOT = folder / "blobs"
    mercy = organization_of("mercy")
    kinds = write_files(folder / "files", options.files)
    begun = time.monotonic()
    found = import_killed(folder / "files", folder, kills=options.kills)
    accepted_s = time.monotonic() - begun
    prove_accepted(mercy, options.files, found)
    print(f"{options.files} files accepted in {accepted_s:.1f} s, {options.kills} kills;", end=" ")
    print(f"lines told by each run: {found.printed}", flush=True)
    process_in_parallel(folder, processes=os.cpu_count() or 1)
    prove_outcomes(mercy, kinds)
    print(f"all at their outcome after {time.monotonic() - begun:.1f} s: {dict(kinds)}")


if __name__ == "__main__":
    sys.exit(main())
