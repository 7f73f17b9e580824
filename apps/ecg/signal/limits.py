"""Every threshold of the measurement, named; none is repeated elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Adult defaults; a site may pass its own. Sources are in docs/measurements.md."""

    # Rhythm statements.
    bradycardia_below_bpm: float = 50.0
    tachycardia_above_bpm: float = 100.0
    irregular_rr_cv: float = 0.10
    fibrillation_rr_cv: float = 0.08
    fewest_rhythm_rr: int = 4
    flutter_share: float = 0.4
    sinus_p_axis_deg: tuple[float, float] = (-30.0, 90.0)
    sinus_beats_share: float = 0.5
    early_rr_fraction: float = 0.78
    wider_by_ms: float = 26.0
    most_early_share: float = 0.35
    pause_ms: float = 3000.0
    paced_beats_share: float = 0.5
    pr_long_ms: float = 200.0
    fewest_long_pr_leads: int = 2
    long_pr_leads_share: float = 0.5

    # Conduction.
    incomplete_qrs_ms: float = 110.0
    wide_qrs_ms: float = 120.0
    wide_qrs_leads_share: float = 0.5
    nonspecific_qrs_ms: float = 140.0
    terminal_ms: float = 40.0
    terminal_uv: float = 50.0
    late_r_share: float = 0.5
    late_r_peak_ms: float = 60.0
    broad_r_top_ms: float = 20.0
    anterior_axis_deg: tuple[float, float] = (-90.0, -45.0)

    # Axis and voltage.
    axis_left_deg: float = -30.0
    axis_right_deg: float = 90.0
    axis_extreme_deg: float = -90.0
    sokolow_lyon_uv: float = 3500.0
    cornell_men_uv: float = 2800.0
    cornell_women_uv: float = 2000.0
    avl_r_uv: float = 1100.0
    low_limb_uv: float = 500.0
    low_chest_uv: float = 1000.0

    # Repolarization.
    qtc_long_men_ms: float = 450.0
    qtc_long_women_ms: float = 460.0
    qtc_critical_ms: float = 500.0
    qtc_short_ms: float = 390.0
    st_uv: float = 100.0
    st_v2_v3_young_men_uv: float = 250.0
    st_v2_v3_men_uv: float = 200.0
    st_v2_v3_women_uv: float = 150.0
    st_depression_uv: float = 50.0
    young_below_years: int = 40
    adult_years: int = 18

    # Electrodes.
    reversal_qrs_uv: float = 100.0
    flat_ii_uv: float = 150.0
    tall_i_uv: float = 300.0
    swap_gain: float = 0.75

    # What is accepted as signal.
    shortest_record_s: float = 2.4
    longest_record_s: float = 600.0
    missing_fraction: float = 0.25
    flat_uv: float = 10.0
    noisy_uv: float = 60.0
    fewest_beats: int = 3
    fewest_interval_leads: int = 2
    slowest_bpm: float = 20.0
    fastest_bpm: float = 300.0
    fewest_alike: int = 2
    share_alike: float = 0.25
    paced_alike: float = 0.5
    median_noise_uv: float = 20.0

    # Durations outside these are not believed.
    pr_ms: tuple[float, float] = (60.0, 440.0)
    qrs_ms: tuple[float, float] = (40.0, 240.0)
    qt_ms: tuple[float, float] = (180.0, 720.0)


ADULT = Limits()
