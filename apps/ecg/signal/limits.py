"""Every threshold of the measurement, named; none is repeated elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Adult defaults; a site may pass its own."""

    # Rhythm statements.
    bradycardia_below_bpm: float = 50.0
    tachycardia_above_bpm: float = 100.0
    irregular_rr_cv: float = 0.10

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
    paced_alike: float = 0.8
    median_noise_uv: float = 20.0

    # Durations outside these are not believed.
    pr_ms: tuple[float, float] = (60.0, 440.0)
    qrs_ms: tuple[float, float] = (40.0, 240.0)
    qt_ms: tuple[float, float] = (180.0, 720.0)


ADULT = Limits()
