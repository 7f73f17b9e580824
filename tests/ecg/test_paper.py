"""Where leads stand on paper, in millimetres."""

import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.paper import (
    FORMS,
    MINUS,
    Cell,
    Paper,
    lay_out,
    lay_out_beats,
    leads_left_out,
)


def cell(paper: Paper, label: str) -> Cell:
    return next(cell for cell in paper.cells if cell.label == label)


def test_three_by_four_stands_where_the_viewer_puts_it():
    paper = lay_out("3x4+1", STANDARD_LEADS, 10)
    assert (paper.width_mm, paper.height_mm, paper.left_mm) == (260, 122, 8)
    assert paper.baselines_mm == (20, 50, 80, 110)
    assert [cell(paper, lead).x_mm for lead in ("I", "aVR", "V1", "V4")] == [8, 70.5, 133, 195.5]
    assert {one.width_mm for one in paper.cells[:12]} == {62.5}
    assert [cell(paper, lead).baseline_mm for lead in ("V4", "V5", "V6")] == [20, 50, 80]


def test_columns_show_consecutive_times_so_beats_line_up():
    paper = lay_out("3x4+1", STANDARD_LEADS, 10)
    windows = [(cell(paper, x).start_s, cell(paper, x).end_s) for x in ("III", "aVF", "V3", "V6")]
    assert windows == [(0, 2.5), (2.5, 5), (5, 7.5), (7.5, 10)]
    for one in paper.cells:
        assert one.x_mm == pytest.approx(8 + one.start_s * 25)


def test_the_strip_is_lead_ii_over_the_whole_recording():
    strip = lay_out("3x4+1", STANDARD_LEADS, 10).cells[-1]
    assert (strip.lead, strip.baseline_mm, strip.width_mm) == ("II", 110, 250)
    assert (strip.start_s, strip.end_s) == (0, 10)


def test_the_strip_falls_back_to_a_recorded_lead():
    leads = [lead for lead in STANDARD_LEADS if lead != "II"]
    assert lay_out("3x4+1", leads, 10).cells[-1].lead == "V1"


def test_three_strips_are_v1_ii_and_v5():
    paper = lay_out("3x4+3", STANDARD_LEADS, 10)
    assert [one.lead for one in paper.cells[12:]] == ["V1", "II", "V5"]


def test_six_by_two_shows_five_seconds_of_each_lead():
    paper = lay_out("6x2", STANDARD_LEADS, 10)
    assert len(paper.cells) == 12
    assert {one.width_mm for one in paper.cells} == {125}
    assert cell(paper, "V1").start_s == 5
    assert cell(paper, "aVF").baseline_mm == cell(paper, "V6").baseline_mm


def test_twelve_by_one_shows_all_of_every_lead():
    paper = lay_out("12x1", STANDARD_LEADS, 10)
    assert [one.lead for one in paper.cells] == list(STANDARD_LEADS)
    assert {(one.start_s, one.end_s) for one in paper.cells} == {(0, 10)}


@pytest.mark.parametrize("layout", FORMS)
def test_rows_and_marks_stay_on_the_paper(layout):
    paper = lay_out(layout, STANDARD_LEADS, 10, gain_mm_mv=10)
    points = [point for y_mm in paper.baselines_mm for point in paper.pulse(y_mm)]
    for x_mm, y_mm in (*points, *paper.scale_bar()):
        assert 0 <= x_mm <= paper.width_mm
        assert 0 <= y_mm <= paper.height_mm


@pytest.mark.parametrize(("speed", "width"), [(12.5, 2.5), (25, 5), (50, 10)])
@pytest.mark.parametrize("gain", [5, 10, 20])
def test_the_calibration_pulse_is_one_millivolt_for_200_ms(speed, width, gain):
    paper = lay_out("3x4+1", STANDARD_LEADS, 10, speed_mm_s=speed, gain_mm_mv=gain)
    foot, up, top, end, down, tail = paper.pulse(50)
    assert end[0] - top[0] == pytest.approx(width)
    assert up[1] - top[1] == gain
    assert foot[0] >= 0
    assert tail[0] <= paper.left_mm
    assert (up[1], down[1]) == (50, 50)


@pytest.mark.parametrize(("speed", "width"), [(12.5, 135), (25, 260), (50, 515)])
def test_paper_grows_with_speed_and_never_squeezes_time(speed, width):
    paper = lay_out("3x4+1", STANDARD_LEADS, 10, speed_mm_s=speed)
    assert paper.width_mm == width
    assert paper.cells[-1].width_mm == 10 * speed


def test_the_scale_bar_is_one_second_by_one_millivolt():
    left, corner, top = lay_out("3x4+1", STANDARD_LEADS, 10).scale_bar()
    assert corner[0] - left[0] == 25
    assert corner[1] - top[1] == 10


def test_a_short_recording_still_shows_every_lead():
    paper = lay_out("3x4+1", STANDARD_LEADS, 5)
    assert cell(paper, "V6").start_s == 3.75
    assert cell(paper, "V6").end_s == 5
    assert cell(paper, "V6").x_mm == pytest.approx(8 + 3.75 * 25)
    assert paper.scale_text().endswith("5 s recorded")


def test_a_recording_a_few_samples_short_keeps_the_usual_columns():
    paper = lay_out("3x4+1", STANDARD_LEADS, 9.998)
    assert cell(paper, "V6").start_s == 7.5
    assert cell(paper, "V6").end_s == pytest.approx(9.998)


def test_a_long_recording_says_which_part_is_shown():
    paper = lay_out("3x4+1", STANDARD_LEADS, 60, start_s=20)
    assert (cell(paper, "V6").start_s, cell(paper, "V6").end_s) == (27.5, 30)
    assert paper.scale_text() == "25 mm/s · 10 mm/mV · 20–30 s of 60 s shown"


def test_a_lead_not_recorded_keeps_its_place_and_says_so():
    paper = lay_out("3x4+1", ("I", "II", "III", "V1"), 10)
    assert not cell(paper, "V6").recorded
    assert cell(paper, "V1").recorded


def test_cabrera_order_turns_avr_over():
    paper = lay_out("3x4+1", STANDARD_LEADS, 10, cabrera=True)
    assert [one.label for one in paper.cells[:6]] == ["aVL", "I", f"{MINUS}aVR", "II", "aVF", "III"]
    turned = cell(paper, f"{MINUS}aVR")
    assert (turned.lead, turned.inverted, turned.recorded) == ("aVR", True, True)
    assert not cell(paper, "aVL").inverted


def test_rhythm_strips_are_the_leads_that_exist():
    assert [one.lead for one in lay_out("rhythm", STANDARD_LEADS, 10).cells] == ["II", "V1", "V5"]
    assert [one.lead for one in lay_out("rhythm", ("X", "Y"), 10).cells] == ["X", "Y"]


def test_leads_without_a_cell_are_named():
    leads = (*STANDARD_LEADS, "V7", "V4R")
    assert leads_left_out(lay_out("12x1", leads, 10), leads) == ("V7", "V4R")


def test_beats_stand_side_by_side_at_the_same_scale():
    paper = lay_out_beats(STANDARD_LEADS, 1.2)
    assert len({one.x_mm for one in paper.cells}) == 6
    assert {one.end_s for one in paper.cells} == {1.2}
    fast = lay_out_beats(STANDARD_LEADS, 1.2, speed_mm_s=50)
    assert len({one.x_mm for one in fast.cells}) == 4
    assert {one.end_s for one in fast.cells} == {1.2}


@pytest.mark.parametrize(
    ("layout", "speed", "gain"), [("4x3", 25, 10), ("3x4+1", 30, 10), ("3x4+1", 25, 7)]
)
def test_an_unknown_scale_or_layout_is_refused(layout, speed, gain):
    with pytest.raises(ValueError, match="unknown"):
        lay_out(layout, STANDARD_LEADS, 10, speed_mm_s=speed, gain_mm_mv=gain)
