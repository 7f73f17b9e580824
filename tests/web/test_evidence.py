"""Beside each statement of the platform stand its criterion and the numbers that fired."""

from __future__ import annotations

import pytest

from apps.web.evidence import reason_in_words
from tests.signal.records import measured

# What a statement says without a number: who it is about, or that nothing could be measured.
BARE = {"insufficient_signal"}
CASES: tuple[dict[str, object], ...] = (
    {"heart_rate_bpm": 44},
    {"heart_rate_bpm": 120, "pr_ms": 150.0},
    {"pr_ms": 240.0},
    {"conduction": "lbbb"},
    {"conduction": "rbbb"},
    {"rhythm": "atrial_fibrillation"},
    {"rhythm": "paced"},
    {"ectopics": ((4, "ventricular"),), "seed": 5},
    {"qrs_axis_deg": -60.0},
    {"st_uv": (("II", 250.0), ("III", 250.0), ("aVF", 250.0))},
)


@pytest.mark.parametrize("spec", CASES, ids=[next(iter(case)) for case in CASES])
def test_every_statement_gives_its_criterion_and_a_number(spec: dict[str, object]) -> None:
    found = [one for one in measured(**spec)[0].statements if one.present]
    assert found
    for one in found:
        words = reason_in_words(one.evidence)
        assert words.startswith(f"{one.evidence['criterion']}"), one.code
        assert one.code in BARE or any(sign.isdigit() for sign in words), one.code
        assert "_" not in words, one.code


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ({}, ""),
        (
            {"criterion": "mean rate", "heart_rate_bpm": 44.6, "below_bpm": 50.0},
            "mean rate: HR 45 /min, below 50 /min",
        ),
        (
            {
                "criterion": "J points",
                "leads": ["II", "aVF"],
                "limit_uv": -50.0,
                "st_j_II_uv": -120.4,
            },
            "J points: leads II, aVF, J point II −0.12 mV, limit −0.05 mV",
        ),
        (
            {
                "criterion": "beyond tolerance",
                "measurement": "qrs_ms",
                "device": 98,
                "platform": 131.5,
            },
            "beyond tolerance: device 98, platform 131.5",
        ),
        (
            {"criterion": "RR", "rr_cv": 0.234, "limit": 0.1, "leads": []},
            "RR: RR variation 0.23, limit 0.1",
        ),
        (
            {"criterion": "axis", "qrs_axis_deg": -61.0, "flag": True, "nothing": None},
            "axis: QRS axis −61°",
        ),
    ],
)
def test_numbers_have_their_unit_and_a_word(evidence: dict[str, object], words: str) -> None:
    assert reason_in_words(evidence) == words


def test_limits_stand_behind_the_numbers_in_whatever_order_they_are_kept() -> None:
    kept = {"to_deg": 90.0, "from_deg": -30.0, "share_of_beats": 1.0, "p_axis_deg": 60.0}
    words = "P axis 60°, share of beats 1, from −30°, to 90°"
    assert reason_in_words(kept) == words
    assert reason_in_words(dict(reversed(kept.items()))) == words
