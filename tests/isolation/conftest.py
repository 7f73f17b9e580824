"""Proofs over stored bytes look at those of their own test only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_blobs(django_db_setup: None, settings: Any, tmp_path: Path) -> None:
    """Other tests of the process leave blobs of organizations that are gone."""
    settings.BLOB_ROOT = tmp_path / "blobs"
