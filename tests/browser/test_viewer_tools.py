from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewer_pixels import reading, set_control

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
SAMPLE_MS = 2
MM = 4  # CSS pixels per mm at this width


def milliseconds(page: Page) -> float:
    return float(reading(page).split(" ")[0])


def paper(page: Page) -> tuple[float, float]:
    box = page.locator(".ecg .ecg-stack:visible").last.bounding_box()
    assert box
    return box["x"], box["y"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    left, top = paper(page)
    page.mouse.move(left + start[0], top + start[1])
    page.mouse.down()
    page.mouse.move(left + end[0], top + end[1], steps=4)
    page.mouse.up()


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_a_second_reads_a_thousand_milliseconds_by_mouse(study: Open, ratio: float) -> None:
    page = study(device_scale_factor=ratio)
    page.locator("[data-ecg-tool=time]").click()
    drag(page, (20 * MM, 50 * MM), (45 * MM, 50 * MM))
    assert milliseconds(page) == pytest.approx(1000, abs=SAMPLE_MS)
    assert "60 /min" in reading(page)


def test_a_second_reads_a_thousand_milliseconds_by_keyboard(study: Open) -> None:
    page = study()
    page.keyboard.press("t")
    for _ in range(3):
        page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    assert milliseconds(page) == 402
    for _ in range(15):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert milliseconds(page) == 1000


def test_a_second_reads_a_thousand_milliseconds_by_touch(study: Open) -> None:
    page = study(width=390, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.locator("[data-ecg-tool=time]").tap()
    left, top = paper(page)
    page.touchscreen.tap(left + 20 * MM, top + 30 * MM)
    page.touchscreen.tap(left + 45 * MM, top + 30 * MM)
    assert milliseconds(page) == pytest.approx(1000, abs=SAMPLE_MS)


def test_caliper_lines_stand_on_the_samples_they_name(study: Open) -> None:
    page = study()
    page.keyboard.press("t")
    handle = page.locator("[role=slider]").last
    said = int(re.sub(r"\D", "", handle.get_attribute("aria-valuetext") or ""))
    box = handle.bounding_box()
    assert box
    assert box["x"] + 12 - paper(page)[0] == pytest.approx((8 + said / 1000 * 25) * MM, abs=1)


@pytest.mark.parametrize(("gain", "mv"), [("5", "2.00"), ("10", "1.00"), ("20", "0.50")])
def test_ten_millimetres_read_in_millivolts_at_each_gain(study: Open, gain: str, mv: str) -> None:
    page = study()
    set_control(page, "gain", gain)
    page.locator("[data-ecg-tool=amplitude]").click()
    drag(page, (30 * MM, 50 * MM), (30 * MM, 40 * MM))
    assert reading(page) == f"{mv} mV"


def test_a_chest_lead_drawn_at_half_gain_is_measured_at_half_gain(study: Open) -> None:
    page = study()
    set_control(page, "gain", "10/5")
    page.locator("[data-ecg-tool=amplitude]").click()
    drag(page, (200 * MM, 50 * MM), (200 * MM, 45 * MM))
    assert reading(page) == "1.00 mV"


def test_marching_out_repeats_the_interval(study: Open) -> None:
    page = study()
    page.keyboard.press("m")
    page.keyboard.press("5")
    assert reading(page).endswith("× 5")
    lines = page.locator(".caliper .repeat:visible")
    places = [box["x"] for box in (line.bounding_box() for line in lines.all()) if box]
    steps = [b - a for a, b in itertools.pairwise(places)]
    assert steps == pytest.approx([100] * 3, abs=1)


def test_undo_brings_the_reading_back_and_escape_takes_the_tool_away(study: Open) -> None:
    page = study()
    page.keyboard.press("t")
    page.keyboard.press("PageUp")
    assert milliseconds(page) == 1200
    page.keyboard.press("Control+z")
    assert milliseconds(page) == 1000
    page.keyboard.press("Escape")
    assert page.locator(".caliper").count() == 0


def test_letters_in_a_text_field_move_nothing(study: Open) -> None:
    page = study()
    page.keyboard.press("i")
    page.keyboard.type("l.tvmj?")
    assert page.locator("#text").input_value() == "l.tvmj?"
    assert page.locator("[data-ecg=layout]").input_value() == "3x4+1"
    assert page.locator(".caliper, dialog").count() == 0


def test_letters_switched_off_do_nothing_anywhere(study: Open) -> None:
    page = study()
    page.keyboard.press("?")
    page.get_by_label("Single-letter keys").uncheck()
    page.get_by_role("button", name="Close").click()
    for key in ("l", "t", ".", "Shift+G", "?"):
        page.keyboard.press(key)
    assert page.locator("[data-ecg=layout]").input_value() == "3x4+1"
    assert page.locator(".caliper, dialog").count() == 0


def test_the_reading_is_spoken(study: Open) -> None:
    page = study()
    page.keyboard.press("t")
    expect(page.locator(".ecg [aria-live=polite]")).to_have_text("1000 ms · 60 /min")


def test_fifty_millimetres_a_second_shows_half_and_pans_to_the_rest(study: Open) -> None:
    page = study()
    page.keyboard.press(".")
    page.get_by_role("button", name="Later").click()
    page.get_by_role("button", name="Later").click()
    page.get_by_role("button", name="Later").click()
    expect(page.locator(".ecg-pan b")).to_have_text(re.compile(r"–10\.0 s$"))
