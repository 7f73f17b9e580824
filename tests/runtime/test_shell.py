"""A command with a database of its own: `python -m deploy.embedded.shell`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.embedded import procfs
from deploy.embedded.accounts import PROJECT
from tests.runtime.test_service import eventually

SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "deploy.embedded.shell", "--var", str(folder), *arguments]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments),
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder, *arguments), cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )


def servers(folder: Path) -> list[int]:
    found = []
    for process in procfs.processes():
        try:
            place = (procfs.PROC / str(process.pid) / "cwd").readlink()
        except OSError:
            continue
        found += [process.pid] if place.is_relative_to(folder) else []
    return found


def environment_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    shown: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return shown


def test_the_command_finds_all_that_the_settings_read(folder: Path) -> None:
    shown = environment_of(run(folder, "--throwaway", "--", sys.executable, "-c", SHOW))
    assert shown["DJANGO_SETTINGS_MODULE"] == "config.settings.test"
    assert {name for name in shown if name.startswith("DATABASE")} == {
        f"DATABASE_{part}URL" for part in ("", "OWNER_", "DISPATCH_", "PLATFORM_", "SUPERUSER_")
    }
    assert {name.removeprefix("EINTHOVEN_") for name in shown if "EINTHOVEN_" in name} == {
        *("ALLOWED_HOSTS", "AUDIT_ANCHORS", "AUDIT_KEY_FILE", "BLOB_ROOT"),
        *("EXPORT_SIGNING_KEY_FILE", "KEK_FILE", "QUEUE_STATUS_FILE", "SECRET_KEY_FILE"),
    }


def test_a_corpus_is_handed_on_unless_empty(folder: Path) -> None:
    show = ("--throwaway", "--", sys.executable, "-c", SHOW)
    assert environment_of(run(folder, *show, EINTHOVEN_CORPUS="/x"))["EINTHOVEN_CORPUS"] == "/x"
    assert "EINTHOVEN_CORPUS" not in environment_of(run(folder, *show, EINTHOVEN_CORPUS=""))


def test_what_one_process_compiled_the_next_one_finds(folder: Path) -> None:
    show = ("--throwaway", "--", sys.executable, "-c", SHOW)
    shown = environment_of(run(folder, *show, PYTHONDONTWRITEBYTECODE="1"))
    assert "PYTHONDONTWRITEBYTECODE" not in shown


def test_the_exit_code_is_the_commands(folder: Path) -> None:
    assert run(folder, "--throwaway", "--", "sh", "-c", "exit 7").returncode == 7


def test_a_throwaway_database_leaves_nothing(folder: Path) -> None:
    run(folder, "--throwaway", "--", "true")
    assert list((folder / "throwaway").iterdir()) == []
    assert servers(folder) == []


def test_what_a_killed_shell_left_is_removed_by_the_next(folder: Path) -> None:
    with start(folder, "--throwaway", "--", "sh", "-c", "echo up; exec sleep 60") as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "up\n"
        killed.kill()
    assert servers(folder)
    run(folder, "--throwaway", "--", "true")
    assert servers(folder) == []
    assert list((folder / "throwaway").iterdir()) == []


def test_two_throwaways_do_not_disturb_each_other(folder: Path) -> None:
    with start(folder, "--throwaway", "--", "sh", "-c", "echo up; exec sleep 60") as first:
        assert first.stdout
        assert first.stdout.readline() == "up\n"
        assert run(folder, "--throwaway", "--", "true").returncode == 0
        assert servers(folder)
        first.terminate()
    assert servers(folder) == []


def test_a_lasting_database_keeps_its_address_and_keys(folder: Path) -> None:
    show = ("--", sys.executable, "-c", SHOW)
    first = environment_of(run(folder, *show))
    second = environment_of(run(folder, *show))
    assert first["DJANGO_SETTINGS_MODULE"] == "config.settings.dev"
    assert first["DATABASE_URL"] == second["DATABASE_URL"]
    assert Path(first["EINTHOVEN_SECRET_KEY_FILE"]).stat().st_mode & 0o777 == 0o600
    assert servers(folder) == []


def test_sigterm_stops_the_command_and_the_database(folder: Path) -> None:
    with start(folder, "--", "sh", "-c", "echo up; exec sleep 60") as shell:
        assert shell.stdout
        assert shell.stdout.readline() == "up\n"
        shell.send_signal(signal.SIGTERM)
        assert shell.wait(30) == 128 + signal.SIGTERM
    assert eventually(lambda: not servers(folder))


def test_an_unusable_state_folder_is_said_without_a_traceback(folder: Path) -> None:
    blocked = folder / "file"
    blocked.write_text("")
    done = run(blocked, "--", "true")
    assert done.returncode == 1
    assert str(blocked) in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
