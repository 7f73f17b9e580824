"""One session each: tools beside the calipers, the prior, the screen's size, what is kept."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Handler
from tests.browser.test_viewer_tools import MM, drag, milliseconds, paper
from tests.browser.viewer_pixels import reading, scale, set_control, wait_for_scale
from tests.browser.viewer_wave import RATE_HZ, beats, pack

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
PRIOR = uuid.UUID("1d0e6a3c-55f1-4c3e-8a44-2f6d7f0b9c21")
PEAKS = [250 + 250 * i for i in range(19)]
PRIOR_INK = """(mm) => {
  const canvas = document.querySelectorAll('.ecg canvas')[1];
  const style = getComputedStyle(document.querySelector('.ecg'));
  const blue = style.getPropertyValue('--prior').trim().match(/../g ?? []);
  const box = [(mm.x - 1), (mm.y - mm.up), 2, mm.up].map((v) => Math.round(v * mm.k));
  const data = canvas.getContext('2d').getImageData(...box).data;
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 60 && data[i + 2] > data[i] + 60) found += 1;
  return found;
}"""


# Mains of 1 mV on a slow wave of 1 mV with a gap, through the filters; beats and their median.
PURE = """async () => {
  const at = '/static/js/ecg/';
  const { filtered } = await import(at + 'filter.js');
  const { alignedPieces, medianBeat } = await import(at + 'beats.js');
  const mv = Float32Array.from({ length: 5000 }, (_, i) =>
    Math.sin(i / 500 * 2 * Math.PI * 2) + Math.sin(i / 500 * 2 * Math.PI * 50));
  mv.fill(NaN, 2400, 2450);
  const wave = { rateHz: 500, samples: 5000, leads: [{ name: 'II', mv }] };
  const most = (name) => {
    const out = filtered(wave, name).leads[0].mv;
    return [Math.max(...out.slice(1000, 2000)), out.slice(2400, 2450).every(Number.isNaN)];
  };
  const spiked = new Float32Array(5000).fill(0.2);
  for (const r of [1000, 1500, 2000]) spiked[r] = 1.2;
  spiked[1600] = 5;
  const beat = medianBeat({ ...wave, leads: [{ name: 'II', mv: spiked }] }, [10, 1000, 1500, 2000]);
  const pieces = alignedPieces(2.5, 5, [1, 3, 4], [2.6, 3.4, 4.2]);
  return {
    untouched: wave.leads[0].mv[1005] === mv[1005],
    mains: most('mains50'), muscle: most('muscle'), off: most('off'),
    beats: beat.beats, r: beat.leads[0].mv[beat.rS * 500],
    after: beat.leads[0].mv[beat.rS * 500 + 100],
    shifts: pieces.map((piece) => Math.round(piece.shift * 100) / 100),
  };
}"""


def foot_says(page: Page, words: str) -> None:
    expect(page.locator("[data-ecg-foot]")).to_contain_text(words)


def prior_shows(page: Page, where: dict[str, float], *, shows: bool) -> None:
    """Waited for: the prior is fetched, and drawn after its words have changed."""
    page.wait_for_function(f"(mm) => (({PRIOR_INK})(mm) > 5) === {json.dumps(shows)}", arg=where)


def tap(page: Page, x_mm: float, y_mm: float) -> None:
    left, top = paper(page)
    page.mouse.click(left + x_mm * MM, top + y_mm * MM)


def pinch(page: Page, apart: list[int]) -> None:
    left, top = paper(page)
    session = page.context.new_cdp_session(page)

    def send(kind: str, half: int) -> None:
        points = [{"x": left + 400 + sign * half, "y": top + 200} for sign in (-1, 1)]
        given = {"type": kind, "touchPoints": [] if kind == "touchEnd" else points}
        session.send("Input.dispatchTouchEvent", given)

    send("touchStart", apart[0])
    for half in apart[1:]:
        send("touchMove", half)
    send("touchEnd", 0)


def test_angle_filter_magnifier_focus_and_pinch_on_one_paper(study: Open) -> None:
    page = study(has_touch=True)
    pure = page.evaluate(PURE)
    assert pure["untouched"]
    assert pure["mains"] == [pytest.approx(1, abs=0.05), True]
    assert pure["muscle"][0] < 1.4 < pure["off"][0]
    # The first beat is not whole; an artefact of one beat is not in the median.
    assert (pure["beats"], pure["after"]) == (3, pytest.approx(0))
    assert pure["r"] == pytest.approx(1, abs=1e-6)
    assert pure["shifts"] == [0.4, 0.6]
    page.locator("[data-ecg-tool=angle]").click()
    for x_mm, y_mm in ((30, 40), (30, 50), (40, 50)):
        tap(page, x_mm, y_mm)
    assert reading(page) == "90.0°"
    page.keyboard.press("ArrowUp")
    assert reading(page) != "90.0°"
    page.keyboard.press("Escape")
    set_control(page, "filter", "both")
    foot_says(page, "filter 0.5–40 Hz on screen only")
    set_control(page, "filter", "off")
    page.locator("[data-ecg-tool=magnifier]").click()
    left, top = paper(page)
    page.mouse.move(left + 300, top + 200)
    expect(page.locator(".ecg-magnifier")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.dblclick(left + 200 * MM, top + 50 * MM)
    expect(page.locator(".ecg-focus")).to_be_visible()
    foot_says(page, "Focus V5")
    page.keyboard.press("Escape")
    expect(page.locator(".ecg-focus")).to_be_hidden()
    pinch(page, [60, 80, 100, 125])
    wait_for_scale(page, 8, within=0.3)
    page.keyboard.press("0")
    wait_for_scale(page, 4)


def test_the_prior_lies_under_the_beats_stands_alone_while_held_and_is_refused(
    study: Open,
) -> None:
    tall = [[value * 2 for value in lead[-125:] + lead[:-125]] for lead in beats()]
    Handler.waves["/prior"] = pack(tall, recording=PRIOR)
    Handler.waves["/beats"] = json.dumps({"peaks": PEAKS}).encode()
    page = study()
    k = scale(page)
    # A prior beat of 2 mV under the beat of now at 0.75 s: blue above its millivolt.
    above = {"x": 8 + 0.75 * 25, "y": 20 - 11, "up": 8, "k": k}
    assert page.evaluate(PRIOR_INK, above) == 0
    page.keyboard.press("o")
    expect(page.locator("[data-ecg-prior]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-prior-words]")).to_have_text("05-Sep-2026 1 of 2")
    prior_shows(page, above, shows=True)
    page.keyboard.down("b")
    expect(page.locator("[data-ecg-foot]")).to_contain_text("prior 05-Sep-2026 alone")
    page.keyboard.up("b")
    expect(page.locator("[data-ecg-foot]")).not_to_contain_text("alone")
    page.keyboard.press("[")
    expect(page.locator("[data-prior-note]")).to_have_text("Different lead system: not compared.")
    prior_shows(page, above, shows=False)
    page.keyboard.press("]")
    page.keyboard.press("o")
    expect(page.locator("[data-ecg-prior]")).to_have_attribute("aria-pressed", "false")


def test_a_calibrated_screen_draws_in_true_size_until_it_changes(study: Open) -> None:
    page = study(width=1400, device_scale_factor=3)
    page.get_by_role("button", name="Calibrate screen").click()
    slider = page.get_by_role("slider", name="Size of the outline")
    for _ in range(9):
        slider.press("ArrowRight")
    card = page.locator(".card-outline").bounding_box()
    assert card
    # 85.6 mm + 0.9 mm, at the 96 pixels to the inch that a browser assumes.
    assert card["width"] == pytest.approx((85.6 + 0.9) * 96 / 25.4, abs=0.6)
    assert card["width"] / card["height"] == pytest.approx(85.6 / 53.98, abs=0.01)
    page.get_by_role("button", name="The outline matches").click()
    foot = page.locator("[data-ecg-foot]")
    expect(foot).to_contain_text("true size, 1 mm = 3.82 px")
    page.locator("[data-ecg-tool=time]").click()
    mm = card["width"] / 85.6
    drag(page, (20 * mm, 50 * mm), (45 * mm, 50 * mm))
    assert milliseconds(page) == pytest.approx(1000, abs=1000 / RATE_HZ * 2)
    page.emulate_media(media="print")
    # 259 mm, which are 978.9 px.
    stack = page.locator(".ecg .ecg-stack").first
    expect(stack).to_have_css("width", re.compile(r"^97[89](\.\d+)?px$"))
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Fit to the window").click()
    expect(foot).to_contain_text("fitted")
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('ecg-px'))"
    assert len(page.evaluate(kept)) == 1
    page.evaluate(f"for (const key of {kept}) localStorage[key + ' other'] = localStorage[key]")
    page.evaluate(f"for (const key of {kept}) if (!/other/.test(key)) localStorage.removeItem(key)")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="calibrate again")).to_be_visible()


def answered(sent: list[str]) -> Callable[[Route], None]:
    """Keeps what is sent, and shows one caliper of somebody from then on."""
    places = json.dumps({"ends": {"a": [500, 0], "b": [1000, 0]}, "strip": True, "repeats": 3})
    item = f"<li data-tool=time data-lead=II data-by=AO data-places='{places}'>1000 ms</li>"
    form = "<form method=post action=/kept data-keep hidden></form>"
    note = "<p data-kept-note></p>"
    html = f"<section data-part=kept data-kept><ul>{item}</ul>{note}{form}</section>"

    def respond(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=201, json={"html": html})

    return respond


def test_what_is_kept_is_sent_by_samples_and_drawn_for_everybody(study: Open) -> None:
    page = study()
    sent: list[str] = []
    page.route("**/kept", answered(sent))
    page.keyboard.press("t")
    set_control(page, "filter", "muscle")
    page.get_by_role("button", name="Keep this measurement").click()
    expect(page.locator("[data-kept-note]")).to_contain_text("Switch the filter off")
    set_control(page, "filter", "off")
    assert sent == []
    page.get_by_role("button", name="Keep this measurement").click()
    expect(page.locator(".caliper.kept output")).to_have_text("1000 ms · 60 /min AO")
    assert page.locator(".caliper:not(.kept):not(.border)").count() == 0
    (body,) = sent
    ends = json.loads(re.search(r'name="places"\r\n\r\n(.*)\r\n', body)[1])["ends"]  # type: ignore[index]
    assert ends["b"][0] - ends["a"][0] == RATE_HZ
    assert 'name="lead"\r\n\r\nII\r\n' in body
    page.locator("[data-borders] summary").click()
    border = page.get_by_role("slider", name="QRS end")
    expect(border).to_have_attribute("aria-valuetext", "QRS end, 44 ms from R")
    border.press("ArrowRight")
    expect(border).to_have_attribute("aria-valuetext", "QRS end, 46 ms from R")
    page.get_by_label("Why the border stands elsewhere").fill("Slurred end")
    page.get_by_role("button", name="Keep as the reader's").click()
    expect(page.get_by_role("button", name="Keep as the reader's")).to_be_hidden()
    assert '{"name":"qrs_off","ms":46}' in sent[-1]
    assert "Slurred end" in sent[-1]
