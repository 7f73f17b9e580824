from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Handler
from tests.browser.viewer_pixels import PLAN, ink_rows, major_lines, scale, set_control
from tests.browser.viewer_wave import SPIKE_EVERY_S, SPIKE_FIRST_S, beats, pack

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TRACES = {"light": (0x0E, 0x15, 0x1B), "dark": (0xF1, 0xF5, 0xF8)}
LAYOUTS = ("3x4+1", "3x4+3", "6x2", "12x1", "rhythm")


def first_spike_x(segment: dict[str, Any]) -> float:
    """Where, in mm, the first whole spike of a segment stands."""
    at = SPIKE_FIRST_S
    while at < segment["t0"] + 0.01:
        at += SPIKE_EVERY_S
    return segment["x"] + (at - segment["t0"]) * segment["w"] / (segment["t1"] - segment["t0"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_lead_cell_holds_trace_coloured_pixels(study: Open, theme: str) -> None:
    page = study(color_scheme=theme)
    shot = page.locator(".ecg-stack").first.screenshot()
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for row, baseline_mm in enumerate((20, 50, 80)):
        for column in range(4):
            left, base = (8 + 62.5 * column) * 4, baseline_mm * 4
            cell = picture.crop((int(left) + 4, base - 20, int(left) + 240, base + 4))
            colours = {colour for _, colour in cell.getcolors(99999)}
            assert TRACES[theme] in colours, (row, column)


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_a_spike_of_one_sample_shows_in_every_cell(study: Open, ratio: float) -> None:
    page = study(device_scale_factor=ratio)
    k = scale(page)
    for layout in LAYOUTS:
        for speed in ("12.5", "25", "50"):
            set_control(page, "layout", layout)
            set_control(page, "speed", speed)
            for row in page.evaluate(PLAN, [layout, float(speed), "10"])["rows"]:
                for segment in row["segments"]:
                    top, base = (row["y"] - 10) * k, (row["y"] - 1) * k
                    rows = ink_rows(page, first_spike_x(segment) * k, top - 3, base)
                    where = (layout, speed, segment["lead"])
                    assert min(rows, default=base) <= top + 2, where
                    assert len(rows) >= base - top - 2, where


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_the_pulse_is_ten_millimetres_high_and_five_wide(study: Open, ratio: float) -> None:
    page = study(device_scale_factor=ratio)
    k = scale(page)
    middle = 4.2 * k
    top = ink_rows(page, middle, 8 * k, 12 * k)
    foot = ink_rows(page, 1.2 * k, 18 * k, 22 * k)
    centre = lambda rows: (rows[0] + rows[-1] + 1) / 2  # noqa: E731
    assert centre(foot) - centre(top) == pytest.approx(10 * k, abs=1)
    sides = [x for x in range(int(7 * k)) if len(ink_rows(page, x, 12 * k, 18 * k)) > 5 * k]
    width = (sides[-1] - sides[0] - 2) - (sides[1] - sides[0])
    assert width == pytest.approx(5 * k, abs=1.35 * ratio + 1)


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_grid_lines_stand_five_millimetres_apart_without_summed_error(
    study: Open, ratio: float
) -> None:
    page = study(device_scale_factor=ratio)
    k = scale(page)
    assert (5 * k) == pytest.approx(round(5 * k))
    lines = major_lines(page, row=round(2.5 * k))
    starts = [x for x in lines if x - 1 not in lines]
    assert len(starts) >= 52
    for i, x in enumerate(starts):
        assert x == pytest.approx(5 * k * i, abs=1)


def test_fifty_two_squares_fit_and_the_scale_is_said(study: Open) -> None:
    page = study()
    assert scale(page) == 4
    expect(page.locator("[data-ecg-foot]")).to_contain_text("fitted, 1 mm = 4 px")
    expect(page.locator(".ecg")).to_have_attribute("aria-label", "12-lead ECG, 25 mm/s, 10 mm/mV")


def test_a_trace_of_another_recording_draws_nothing_and_says_so(visit: Open, site: str) -> None:
    Handler.waves["/other"] = pack(beats(), recording=uuid.uuid4())
    page = visit("study.html")
    page.route("**/wave", lambda route: route.continue_(url=f"{site}/other"))
    page.reload()
    message = page.locator(".ecg [role=alert]")
    expect(message).to_have_text("This trace belongs to another recording. Reload.")
    assert ink_rows(page, 40, 0, 400) == []
    assert page.locator(".ecg canvas:visible").count() == 0


def test_a_damaged_trace_is_refused(visit: Open) -> None:
    page = visit("study.html")
    page.route("**/wave", lambda route: route.fulfill(body=pack(beats())[:-1]))
    page.reload()
    expect(page.locator(".ecg [role=alert]")).to_contain_text("damaged")


def test_missing_samples_are_a_gap_not_a_line(visit: Open) -> None:
    page = visit("study.html")
    gap = (1, 2550, 400)  # lead II, 5.1 s to 5.9 s
    page.route("**/wave", lambda route: route.fulfill(body=pack(beats(), gaps=[gap])))
    page.reload()
    page.wait_for_selector(".ecg[data-drawn]")
    baseline = (108 * 4, 112 * 4)
    assert ink_rows(page, (8 + 5.5 * 25) * 4, *baseline) == []
    assert ink_rows(page, (8 + 6.1 * 25) * 4, *baseline)


def test_values_are_decoded_exactly_with_scale_offset_and_four_bytes(study: Open) -> None:
    counts = [[0, 100000, -70000, 5, -2147483648, 2147483647]]
    packed = pack(counts, names=["II"], width=4, scale=(25, -1), offset=(-3, 2))
    script = """async ([bytes, id]) => {
      const wave = await import('/static/js/ecg/wave.js');
      return [...wave.decodeWave(new Uint8Array(bytes).buffer, id).leads[0].mv];
    }"""
    page = study()
    recording = page.locator(".ecg").get_attribute("data-recording")
    found = page.evaluate(script, [list(packed), recording])
    assert found == pytest.approx([(count * 2.5 - 300) / 1e6 for count in counts[0]], rel=1e-7)


def test_a_tall_trace_makes_the_paper_taller_instead_of_being_cut(visit: Open) -> None:
    page = visit("study.html")
    tall = [[value * 5 for value in lead] for lead in beats()]
    page.route("**/wave", lambda route: route.fulfill(body=pack(tall)))
    page.reload()
    page.wait_for_selector(".ecg[data-drawn]")
    rows = ink_rows(page, (8 + 0.25 * 25) * 4, 0, 100 * 4)
    assert rows[0] > 2
    assert rows[-1] - rows[0] >= 50 * 4 - 4
    expect(page.locator(".ecg-chip")).to_be_visible()


def test_cabrera_shows_minus_avr_upside_down(study: Open) -> None:
    page = study()
    set_control(page, "order", "cabrera")
    below = ink_rows(page, (8 + 0.25 * 25) * 4, 81 * 4, 89 * 4)
    assert len(below) >= 30


@pytest.mark.parametrize("width", [390, 1024])
def test_no_width_scrolls_the_page_sideways(study: Open, width: int) -> None:
    page = study(width=width)
    root = "document.documentElement"
    page.wait_for_function(f"() => {root}.scrollWidth <= {root}.clientWidth")
