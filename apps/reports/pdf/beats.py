"""The median beats with the borders that the measurements follow from."""

from __future__ import annotations

from apps.ecg.paper import Paper, lay_out_beats
from apps.reports.pdf.content import Beat, ReportContent
from apps.reports.pdf.flow import Row
from apps.reports.pdf.palette import FLAG, PRIOR
from apps.reports.pdf.sheet import FOOT_MM, Lines, Sheet, with_room_in_print

# How far a border's line reaches above and below the level of its row.
ABOVE_MM, BELOW_MM = 12.0, 10.0
BORDERS = "Dashed blue: borders as measured by the platform."
MOVED = "Red: moved by a reader."


def beats_row(content: ReportContent) -> Row | None:
    """One row of a page: the beat of each lead beside the others; None where there is none."""
    beat = content.beat
    if beat is None:
        return None
    paper = lay_out_beats(
        beat.waveform.lead_names(),
        beat.waveform.samples / float(beat.waveform.sampling_rate_hz),
        speed_mm_s=content.speed_mm_s,
        gain_mm_mv=content.gain_mm_mv,
    )
    paper = with_room_in_print(beat.waveform, paper)
    sheet = Sheet(content, paper, beat.waveform, _note(beat), _lines(beat, paper))
    return Row(paper.height_mm + FOOT_MM, art=sheet)


def _note(beat: Beat) -> str:
    is_moved = any(border.moved_ms is not None for border in beat.borders)
    said = (beat.note, BORDERS if beat.borders else "", MOVED if is_moved else "")
    return " ".join(part for part in said if part)


def _lines(beat: Beat, paper: Paper) -> tuple[Lines, ...]:
    machine = [border.ms for border in beat.borders]
    moved = [border.moved_ms for border in beat.borders if border.moved_ms is not None]
    drawn = (_across(beat, paper, machine, PRIOR, True), _across(beat, paper, moved, FLAG, False))
    return tuple(lines for lines in drawn if lines.corners)


def _across(beat: Beat, paper: Paper, places_ms: list[float], ink: str, dashed: bool) -> Lines:
    """The same borders on every lead: they are global, from the earliest to the latest."""
    corners = []
    for cell in paper.cells:
        for ms in places_ms:
            x = cell.x_mm + (beat.r_ms + ms) / 1000 * paper.speed_mm_s
            top, bottom = cell.baseline_mm - ABOVE_MM, cell.baseline_mm + BELOW_MM
            corners.append(((x, top), (x, bottom)))
    return Lines(ink, tuple(corners), dashed)
