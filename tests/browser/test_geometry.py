"""The viewer and the server draw one paper, and read one waveform."""

from __future__ import annotations

import base64
import itertools
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from apps.ecg.formats.canonical import Lead, Waveform
from apps.ecg.formats.gaps import fill_gaps
from apps.ecg.formats.packing import pack
from apps.ecg.paper import FORMS, Paper, lay_out
from tests.browser.viewer_wave import LEADS, RECORDING
from tests.browser.viewer_wave import pack as pack_version_1

pytestmark = pytest.mark.browser
PLANS = """async (asked) => {
  const { planSheet } = await import("/static/js/ecg/geometry.js");
  return asked.map((options) => planSheet(options));
}"""
READ = """async ([packed, id]) => {
  const { decodeWave } = await import("/static/js/ecg/wave.js");
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const plain = (v) => (isNaN(v) ? null : v);
  return decodeWave(bytes.buffer, id).leads.map(({ mv }) => Array.from(mv, plain));
}"""
# At 50 mm/s the screen keeps its paper and shows less time; the print grows.
SPEEDS, GAINS, ORDERS = (12.5, 25.0), (5, 10, 20), ("standard", "cabrera")


@pytest.fixture(scope="module")
def page(chromium: Any, site: str) -> Iterator[Page]:
    context = chromium.new_context()
    opened = context.new_page()
    opened.goto(f"{site}/lists.html")
    yield opened
    context.close()


def cells_of(paper: Paper) -> list[tuple[Any, ...]]:
    ordered = sorted(paper.cells, key=lambda cell: (cell.baseline_mm, cell.x_mm))
    return [
        (c.label.replace("−", "-"), c.baseline_mm, c.x_mm, c.width_mm, c.start_s, c.end_s)
        for c in ordered
    ]


def test_every_layout_is_the_same_paper_on_screen_and_in_print(page: Page) -> None:
    every = list(itertools.product(FORMS, SPEEDS, GAINS, ORDERS, (10.0, 4.0)))
    asked = [
        {"layout": layout, "speed": speed, "gain": gain, "order": order, "durationS": seconds}
        for layout, speed, gain, order, seconds in every
    ]
    for options, plan in zip(every, page.evaluate(PLANS, asked), strict=True):
        layout, speed, gain, order, seconds = options
        paper = lay_out(
            layout,
            LEADS,
            seconds,
            speed_mm_s=speed,
            gain_mm_mv=gain,
            cabrera=order == "cabrera",
        )
        drawn = [
            (s["lead"], row["y"], s["x"], s["w"], s["t0"], s["t1"])
            for row in plan["rows"]
            for s in row["segments"]
        ]
        assert [cell[0] for cell in drawn] == [cell[0] for cell in cells_of(paper)], options
        ours, theirs = ([cell[1:] for cell in cells] for cells in (drawn, cells_of(paper)))
        assert np.allclose(ours, theirs), options
        assert plan["heightMm"] == paper.height_mm, options


def waves() -> Iterator[tuple[str, bytes, Any]]:
    """Packed, and the mV that every reader must find."""
    draw = np.random.default_rng(4)
    for width, bits in ((2, 15), (4, 31)):
        counts = draw.integers(-(1 << bits), (1 << bits) - 1, (12, 40), endpoint=True)
        missing = np.zeros((40, 12), dtype=bool)
        missing[3:6, 2] = True
        leads = tuple(Lead(name, Decimal(1250)) for name in LEADS)
        filled = fill_gaps(counts.T.astype(np.int32), missing)
        wave = Waveform("rhythm", leads, filled, Decimal(500), missing)
        values = np.where(missing, np.nan, filled.astype(np.int64) * 1250 / 1e6).T.astype(
            np.float32
        )
        yield f"version 2, {width} bytes", pack(wave, uuid.UUID(str(RECORDING))), values
    old = draw.integers(-32768, 32767, (12, 30))
    data = pack_version_1(old.tolist(), scale=(1250, 0))
    yield "version 1", data, (old * 1250 / 1e6).astype(np.float32)


def test_the_viewer_reads_exactly_what_was_packed(page: Page) -> None:
    for name, packed, values in waves():
        given = [base64.b64encode(packed).decode(), str(RECORDING)]
        found = np.array(page.evaluate(READ, given), dtype=np.float32)
        assert np.array_equal(found, values, equal_nan=True), name
