"""The usual hospital's file on disk."""

from __future__ import annotations

import pytest

from tests.onboarding.files import HOSPITAL


@pytest.fixture
def hospital(tmp_path):
    path = tmp_path / "northside.yaml"
    path.write_text(HOSPITAL)
    return path
