"""The still picture of the trace: to scale, exact and inert."""

import re
import xml.etree.ElementTree as ET

import pytest

from apps.web.trace_svg import trace_svg
from tests.ecg.waveforms import flat, with_gap, with_pulse

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def lead_paths(svg: str) -> list[str]:
    return [e.attrib["d"] for e in parse(svg).iter(f"{SVG}path") if e.get("class") == "lead"]


def positions(path: str) -> list[tuple[float, float]]:
    """Absolute points in mm of one unbroken path of whole relative steps."""
    x, y, *steps = (int(number) for number in re.findall(r"-?\d+", path))
    points = [(x, y)]
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return [(x / 100, y / 100) for x, y in points]


def test_the_picture_has_real_millimetres():
    root = parse(trace_svg(flat()))
    assert (root.get("width"), root.get("height")) == ("260mm", "128mm")
    assert root.get("viewBox") == "0 0 260 128"


def test_a_millivolt_pulse_is_drawn_ten_millimetres_tall_at_its_time():
    path = lead_paths(trace_svg(with_pulse(flat(), "I", 100, 200)))[0]
    points = positions(path)
    assert len(points) == 1250
    assert points[99] == (12.95, 20)
    assert points[100] == (13, 10)
    assert points[199] == (17.95, 10)
    assert points[200] == (18, 20)


def test_rounding_never_adds_up_along_the_strip():
    points = positions(lead_paths(trace_svg(flat(rate_hz=997)))[-1])
    for index in (0, 500, 9000, 9969):
        assert points[index][0] == pytest.approx(8 + index / 997 * 25, abs=0.0051)


def test_gaps_are_breaks_and_a_lone_sample_is_a_dot():
    svg = trace_svg(with_gap(with_gap(flat(), "III", 200, 300), "I", 1, 5000))
    paths = lead_paths(svg)
    assert paths[0] == "M800 2000h0"
    assert len(lead_paths(trace_svg(with_gap(flat(), "III", 200, 300)))[2].split("M")) == 3


def test_every_cell_has_its_path_and_label():
    svg = trace_svg(flat())
    words = ["".join(e.itertext()) for e in parse(svg).iter(f"{SVG}text")]
    assert len(lead_paths(svg)) == 13
    assert words[:4] == ["I", "II", "III", "aVR"]
    assert "25 mm/s · 10 mm/mV · 10 s recorded" in words


def test_a_lead_not_recorded_says_so():
    svg = trace_svg(flat(leads=("I", "II", "III")))
    assert svg.count("not recorded") == 9
    assert len(lead_paths(svg)) == 4


@pytest.mark.parametrize("layout", ["3x4+1", "3x4+3", "6x2", "12x1", "rhythm"])
@pytest.mark.parametrize(("speed", "gain"), [(12.5, 5), (25, 10), (50, 20)])
def test_no_layout_carries_style_or_script(layout, speed, gain):
    svg = trace_svg(flat(), layout=layout, speed=speed, gain=gain)
    for element in parse(svg).iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    assert f"{speed:g} mm/s · {gain:g} mm/mV" in svg


def test_hostile_text_is_escaped():
    svg = trace_svg(flat(leads=('<a b="&">',)), layout="rhythm", title="</title><script>")
    assert "<script" not in svg
    assert next(parse(svg).iter(f"{SVG}title")).text == "</title><script>"


def test_the_calibration_pulse_is_in_every_row():
    path = next(
        e.attrib["d"]
        for e in parse(trace_svg(flat())).iter(f"{SVG}path")
        if e.get("class") == "calibration"
    )
    for baseline in (20, 50, 80, 110):
        assert f"L1.5 {baseline - 10}L6.5 {baseline - 10}L6.5 {baseline}" in path
