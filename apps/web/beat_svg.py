"""The median beat as a still picture on calibrated paper, with the borders of its waves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.ecg import ink
from apps.ecg.formats.canonical import Waveform
from apps.ecg.median_beat import BEFORE_MS, median_beat, whole_beats
from apps.ecg.paper import Paper, lay_out_beats
from apps.ecg.trace import with_room
from apps.web.trace_svg import drawn, lines
from apps.web.viewing import BORDER_WORDS, from_r

# How far a border's line reaches above and below the level of its row.
ABOVE_MM, BELOW_MM = 12.0, 10.0
MEASURED = "Dashed: borders as the platform measured them, in ms from R."
MOVED = "Solid red: moved by a reader."


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat of every lead, what it is of, and its borders in ms from R."""

    waveform: Waveform
    said: str
    borders: Mapping[str, float] = field(default_factory=dict)
    moved: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, rhythm: Waveform, own: Waveform | None, beats: Mapping[str, Any]) -> Beat | None:
        """The median of the beats that were measured; the device's own where none was."""
        found = median_beat(rhythm, beats["peaks"])
        if found is None:
            return cls(own, "median beat as the device sent it") if own else None
        said = f"median of {len(whole_beats(rhythm, beats['peaks']))} beats"
        return cls(found, said, beats["borders"], beats["moved"])


def beat_svg(beat: Beat, *, speed: float = 25, gain: float = 10) -> str:
    """Draw it to scale in real millimetres, as the trace's own picture is."""
    waveform = beat.waveform
    duration_s = waveform.samples / float(waveform.sampling_rate_hz)
    paper = lay_out_beats(waveform.lead_names(), duration_s, speed_mm_s=speed, gain_mm_mv=gain)
    paper = with_room(waveform, paper)
    scale = f"{speed:g} mm/s · {gain:g} mm/mV · {beat.said}"
    dashes = ' stroke-dasharray="1.2 0.8"'
    return drawn(
        paper,
        waveform,
        title="Median beat",
        foot=(scale, *_words(beat)),
        under=_across("borders", paper, beat.borders.values(), ink.CALIPER, dashes)
        + _across("moved", paper, beat.moved.values(), ink.MOVED),
    )


def _words(beat: Beat) -> Iterable[str]:
    if beat.borders:
        yield f"{_places(beat.borders)}. {MEASURED}"
    if beat.moved:
        yield f"{_places(beat.moved)}. {MOVED}"


def _places(borders: Mapping[str, float]) -> str:
    return " · ".join(
        f"{words} {from_r(borders[name])}"
        for name, words in BORDER_WORDS.items()
        if name in borders
    )


def _across(
    kind: str, paper: Paper, places_ms: Iterable[float], colour: str, dashes: str = ""
) -> str:
    """The same borders on every lead: they are global, from the earliest to the latest."""
    places_mm = [(BEFORE_MS + ms) / 1000 * paper.speed_mm_s for ms in places_ms]
    upright = [
        ((cell.x_mm + x, cell.baseline_mm - ABOVE_MM), (cell.x_mm + x, cell.baseline_mm + BELOW_MM))
        for cell in paper.cells
        for x in places_mm
    ]
    if not upright:
        return ""
    return (
        f'<path class="{kind}" fill="none" stroke="{colour}" stroke-width="0.25"{dashes}'
        f' d="{lines(upright)}"/>'
    )
