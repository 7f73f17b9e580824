"""Each fault of the matrix once; `make faults` does each many times, on a server of its own."""

from __future__ import annotations

import os

import pytest

from tests.conftest import _databases
from tests.database import committed
from tests.faults.row import ROWS
from tests.faults.server import Shared
from tests.faults.trials import tried
from tests.faults.world import durations

pytestmark = [committed, pytest.mark.slow]


CHEAP = [one for one in ROWS if not one.dear]


@pytest.mark.parametrize("one", CHEAP, ids=lambda one: f"{one.number}-{one.trial.__name__}")
def test_after_the_fault_nothing_is_lost_and_nothing_is_twice(db, settings, tmp_path, one):
    if missing := one.missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"MISSING: {missing}")
    settings.BLOB_ROOT = tmp_path / "blobs"
    settings.BLOB_ROOT.mkdir()
    with durations(production=False):
        assert tried(one, Shared(_databases[0]), "suite") == []
