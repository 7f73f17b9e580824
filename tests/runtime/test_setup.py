"""`make setup` says what to install when it cannot go on."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from deploy import setup


@pytest.fixture
def stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp")
    return tmp_path / "stamp"


def refuse(*_command: str) -> None:
    raise AssertionError("nothing was to be run")


def test_an_unchanged_lock_needs_no_work(stamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp.write_text(setup.expected_stamp())
    monkeypatch.setattr(setup, "call", refuse)
    assert setup.main() == 0


def test_a_changed_lock_is_noticed(
    stamp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp.write_text(setup.expected_stamp())
    changed = tmp_path / "dev.txt"
    changed.write_text("another lock")
    monkeypatch.setattr(setup, "LOCKS", [changed])
    assert setup.stamp_text() != setup.expected_stamp()


def test_without_any_pip_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(setup, "call", refuse)
    with pytest.raises(SystemExit, match=r"apt-get install python3\.11-venv"):
        setup.install_uv()


def test_without_python_3_11_what_to_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "WANTED", (3, 99))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit, match=r"(?s)Python 3\.11 is needed.*PYTHON="):
        setup.use_wanted_python()


def test_every_locked_package_carries_hashes_and_no_address() -> None:
    for name in ("base", "dev", "prod", "uv"):
        text = (setup.ROOT / f"requirements/{name}.txt").read_text()
        pinned = [line for line in text.splitlines() if "==" in line]
        assert len(pinned) > 0
        assert all(line.endswith("\\") for line in pinned)
        assert "://" not in text
