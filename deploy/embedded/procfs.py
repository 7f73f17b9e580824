"""Which process is which, told from /proc; elsewhere than on Linux every answer is "unknown"."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    pid: int
    name: str
    state: str
    parent: int
    group: int
    started: str


def describe(pid: int) -> Process | None:
    """None when there is no such process. A zombie is described, with state "Z"."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    return Process(pid, name, fields[0], int(fields[1]), int(fields[2]), fields[19])


def is_alive(pid: int) -> bool:
    process = describe(pid)
    return process is not None and process.state not in "ZX"


def processes() -> list[Process]:
    if not PROC.is_dir():
        return []
    found = (describe(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit())
    return [process for process in found if process is not None]


def members(group: int) -> list[Process]:
    """The living processes of a process group."""
    return [p for p in processes() if p.group == group and p.state not in "ZX"]


def works_in(folder: Path) -> bool:
    """Whether a living process has this folder as its working directory."""
    for process in processes():
        try:
            if (PROC / str(process.pid) / "cwd").readlink() == folder:
                return True
        except OSError:
            continue
    return False


def boot_id() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
