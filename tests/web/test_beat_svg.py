"""The still picture of the median beat: to scale, its borders on every lead, inert."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from apps.ecg.median_beat import AFTER_MS, BEFORE_MS
from apps.web.beat_svg import Beat, beat_svg
from tests.database import committed
from tests.ecg.waveforms import flat, with_pulse
from tests.web.kept import find_beats, move
from tests.web.pages import events
from tests.web.test_trace_svg import SVG, lead_paths, parse, positions

BORDERS = {"p_on": -180.0, "qrs_on": -44.0, "qrs_off": 52.0}
PEAKS = [100, *range(500, 4600, 500), 4990]


def beat(moved: dict[str, float] | None = None) -> Beat:
    rhythm = flat()
    for peak in PEAKS[1:-1]:
        with_pulse(rhythm, "V1", peak, peak + 10)
    found = Beat.of(rhythm, None, {"peaks": PEAKS, "borders": BORDERS, "moved": moved or {}})
    assert found is not None
    return found


def uprights(svg: str, kind: str) -> list[float]:
    """Where the lines of one kind stand, in mm."""
    (path,) = [e.attrib["d"] for e in parse(svg).iter(f"{SVG}path") if e.get("class") == kind]
    return [float(x) for x in re.findall(r"M([\d.]+) ", path)]


def words(svg: str) -> str:
    return " ".join("".join(e.itertext()) for e in parse(svg).iter(f"{SVG}text"))


def test_every_lead_has_its_beat_with_r_at_its_place_and_height():
    svg = beat_svg(beat())
    assert len(lead_paths(svg)) == 12
    v1 = positions(lead_paths(svg)[6])
    assert v1[0] == (8, 52)  # the second row
    assert v1[225] == (pytest.approx(8 + BEFORE_MS / 1000 * 25, abs=0.01), 42)
    assert v1[-1][0] == pytest.approx(8 + (BEFORE_MS + AFTER_MS - 2) / 1000 * 25, abs=0.01)


@pytest.mark.parametrize("speed", [12.5, 25, 50])
def test_a_border_stands_at_its_time_on_every_lead(speed):
    found = uprights(beat_svg(beat(), speed=speed), "borders")
    assert len(found) == 12 * len(BORDERS)
    left = max(8.0, 0.2 * speed + 3)
    for place, ms in zip(found, BORDERS.values(), strict=False):
        assert place == pytest.approx(left + (BEFORE_MS + ms) / 1000 * speed, abs=0.01)


def test_numbers_and_beats_are_said_below():
    said = words(beat_svg(beat()))
    assert "25 mm/s · 10 mm/mV · median of 9 beats" in said
    assert "P start −180 · QRS start −44 · QRS end 52." in said
    assert "moved by a reader" not in said


def test_a_border_that_a_reader_moved_is_drawn_beside_the_platforms():
    svg = beat_svg(beat({"qrs_off": 60.0}))
    assert len(uprights(svg, "borders")) == 36
    assert len(uprights(svg, "moved")) == 12
    assert "QRS end 60. Solid red: moved by a reader." in words(svg)


def test_a_beat_of_the_device_has_no_borders():
    own = Beat.of(flat(), flat(1.2), {"peaks": [], "borders": {}, "moved": {}})
    assert own is not None
    svg = beat_svg(own)
    assert "median beat as the device sent it" in words(svg)
    assert not [e for e in parse(svg).iter() if e.get("class") == "borders"]
    assert Beat.of(flat(), None, {"peaks": [], "borders": {}, "moved": {}}) is None


def test_it_carries_neither_style_nor_script():
    for element in ET.fromstring(beat_svg(beat({"qrs_off": 60.0}))).iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


@committed
def test_where_nothing_was_measured_there_is_no_beat(client_of, reader, recording):
    client = client_of(reader)
    address = f"/recordings/{recording.public_id}/trace.svg?layout=beats"
    assert client.get(address).status_code == 404


def test_a_deep_wave_is_given_room_and_never_cut():
    rhythm = flat()
    for peak in PEAKS[1:-1]:
        with_pulse(rhythm, "V2", peak, peak + 10, -3000)
        with_pulse(rhythm, "II", peak, peak + 10, 2600)
    found = Beat.of(rhythm, None, {"peaks": PEAKS, "borders": {}, "moved": {}})
    assert found is not None
    svg = beat_svg(found)
    height = float(parse(svg).attrib["viewBox"].split()[3]) - 6
    drawn = [y for path in lead_paths(svg) for _, y in positions(path)]
    assert min(drawn) > 0
    assert max(drawn) < height
    assert height == 66 + 10 + 20


@committed
def test_the_page_shows_it_where_no_script_runs_and_records_who_saw_it(
    client_of, reader, mercy, recording
):
    find_beats(recording)
    client = client_of(reader)
    move(client, recording, "qrs_off", 60)
    address = f"/recordings/{recording.public_id}/trace.svg?layout=beats"
    page = client.get(f"/recordings/{recording.public_id}").content.decode()
    (without_script,) = re.findall(
        r"<noscript>((?:(?!</noscript>).)*layout=beats.*?)</noscript>", page
    )
    assert f'src="{address}"' in without_script
    assert 'loading="lazy"' in without_script
    assert "Drawn by a script" not in page
    response = client.get(address)
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "median of 3 beats" in response.content.decode()
    assert "QRS end 60. Solid red: moved by a reader." in response.content.decode()
    assert len(events(mercy, "ecg.waveform.viewed")) == 1
