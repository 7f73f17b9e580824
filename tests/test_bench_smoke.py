"""Every benchmark runs; what it measures is not judged here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.bench.catalog import CATALOG
from tests.bench.place import durable
from tests.bench.rows import SMALL, Row

PURE = [name for name, entry in CATALOG.items() if entry.pure]
OTHERS = [name for name in CATALOG if name not in PURE]


@pytest.mark.parametrize("name", PURE)
def test_a_benchmark_without_a_database_runs(name):
    found = list(CATALOG[name].load()(SMALL))
    assert [item for item in found if isinstance(item, Row)]
    assert all(item.other > 0 for item in found if isinstance(item, Row))


@pytest.mark.slow
def test_the_benchmarks_on_a_database_run():
    command = [sys.executable, "-m", "tests.bench", "--small", *OTHERS]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in OTHERS:
        assert CATALOG[name].title in done.stdout


def test_a_database_of_its_own_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with durable() as environment:
        assert environment["DATABASE_URL"].startswith("postgresql://ecg_app:")
    assert list(tmp_path.iterdir()) == []
