"""Which server programs are used, and how another account gets at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.embedded import binaries as module
from deploy.embedded.accounts import Account
from deploy.embedded.binaries import Binaries, copied, find_binaries
from deploy.embedded.console import FixableError


def programs(folder: Path, version: str) -> Path:
    """A folder whose `postgres` only tells a version, as a strict umask would leave it."""
    made = folder / "pginstall" / "bin"
    made.mkdir(parents=True)
    (made / "postgres").write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
    (made / "postgres").chmod(0o700)
    (made.parent / "share.txt").write_text("data")
    (made.parent / "share.txt").chmod(0o600)
    return made


class Outsider(Account):
    def can_run(self, *command: str) -> bool:
        return False


def test_the_programs_that_are_named_are_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EINTHOVEN_PG_BIN", str(programs(folder, "18.1 (Debian 18.1-1)")))
    found = find_binaries(Account())
    assert (found.version, found.major) == ("18.1", 18)
    assert found.tool("psql") == str(folder / "pginstall" / "bin" / "psql")


def test_an_old_server_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EINTHOVEN_PG_BIN", str(programs(folder, "14.9")))
    with pytest.raises(FixableError, match=r"PostgreSQL 14\.9 .* too old: 15 or newer"):
        find_binaries(Account())


def test_named_programs_out_of_reach_are_refused_rather_than_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EINTHOVEN_PG_BIN", str(programs(folder, "17.1")))
    with pytest.raises(FixableError, match="cannot run the programs"):
        find_binaries(Outsider())


def test_programs_out_of_reach_are_copied_once_and_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "refuge", lambda: folder / "refuge")
    original = Binaries(programs(folder, "17.1"), "17.1")
    copy = copied(original)
    assert copied(original) == copy
    assert (copy.folder / "postgres").stat().st_mode & 0o777 == 0o755
    assert (copy.folder.parent / "share.txt").stat().st_mode & 0o777 == 0o644
    assert capsys.readouterr().out.count("copied to") == 1


def test_a_copy_that_another_process_finished_first_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "done"
    (target / "bin").mkdir(parents=True)
    half = folder / "half"
    half.mkdir()
    module.settle(half, target)
    assert not half.exists()
    assert (target / "bin").exists()
