"""CPU and memory of process trees, told by /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str]:
    """The fields after the command's name; empty when the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def tree(root: int) -> list[int]:
    """The process and its living descendants, parents first."""
    parents = {int(p.name): _stat(int(p.name)) for p in PROC.iterdir() if p.name.isdigit()}
    found = [root]
    for pid in found:
        found += [child for child, fields in parents.items() if fields and int(fields[1]) == pid]
    return found


def tree_cpu_ms(roots: Iterable[int]) -> float:
    """User and system time of all of them and of the children they have waited for."""
    ticks = 0
    for root in roots:
        for pid in tree(root):
            ticks += sum(int(field) for field in _stat(pid)[11:15])
    return ticks * 1000 / TICKS_A_SECOND


def own_cpu_ms(pids: Iterable[int]) -> float:
    """Of single-threaded processes, without their children, to the nanosecond."""
    return sum(int((PROC / str(pid) / "schedstat").read_text().split()[0]) for pid in pids) / 1e6


def resident_mb(pid: int) -> float:
    return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE / 1e6


def maps_library(pid: int, name: str) -> bool:
    return name in (PROC / str(pid) / "maps").read_text()
