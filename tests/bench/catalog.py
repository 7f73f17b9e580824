"""Every benchmark by name, in the order of the document."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from tests.bench.rows import Benchmark


@dataclass(frozen=True, slots=True)
class Entry:
    """`pure` ones need no database; long ones run only when named, and fail by their exit code."""

    target: str
    title: str
    pure: bool = False
    is_long: bool = False

    def load(self) -> Benchmark:
        module, _, name = self.target.partition(":")
        found: Benchmark = getattr(import_module(f"tests.bench.{module}"), name)
        return found


CATALOG = {
    "decode": Entry("parts:decoding", "Decoding", pure=True),
    "formats": Entry("formats:decoding", "Decoding other formats", pure=True),
    "measure": Entry("parts:measuring", "Measuring", pure=True),
    "waveform": Entry("parts:packing", "The waveform at rest", pure=True),
    "pdf": Entry("parts:printing", "The printed report", pure=True),
    "message": Entry("parts:messaging", "The result message", pure=True),
    "accept": Entry("accepting:accepting", "Accepting a file"),
    "stages": Entry("stages:by_stage", "One ECG, stage by stage"),
    "signing": Entry("signing:signing", "Sign and next"),
    "flow": Entry("flow:flowing", "From the door to the worklist"),
    "burst": Entry("bursting:bursting", "A burst at the door"),
    "memory": Entry("memory:memory", "Memory and the web server"),
    "worklist": Entry("listing:listing", "The worklist"),
    "room": Entry("room:reading", "The reading room in Chromium"),
    "neighbour": Entry("neighbour:waiting_beside", "Beside a busy neighbour", is_long=True),
}
