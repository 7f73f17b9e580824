"""Where the device's number and the platform's are too far apart for both to be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

CODE = "device_disagrees"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Farther apart than `apart`, and than `share` of the device's number, is a disagreement."""

    text: str
    apart: float
    share: float = 0.0
    turn: float = 0.0


# A device's QTc has its own formula and RR: QT and rate are compared instead.
TOLERANCES = {
    "heart_rate_bpm": Tolerance("heart rate", 5.0, share=0.10),
    "p_ms": Tolerance("P duration", 40.0),
    "pr_ms": Tolerance("PR", 30.0),
    "qrs_ms": Tolerance("QRS", 25.0),
    "qt_ms": Tolerance("QT", 40.0),
    "p_axis_deg": Tolerance("P axis", 45.0, turn=360.0),
    "qrs_axis_deg": Tolerance("QRS axis", 30.0, turn=360.0),
    "t_axis_deg": Tolerance("T axis", 45.0, turn=360.0),
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    name: str
    text: str
    evidence: dict[str, float | str]


def disagreements(
    device: Mapping[str, float], platform: Mapping[str, float]
) -> Iterator[Disagreement]:
    """Numbers by name, as both measured them; what only one has is not compared."""
    for name, limit in TOLERANCES.items():
        if name not in device or name not in platform:
            continue
        apart = abs(device[name] - platform[name])
        apart = min(apart, limit.turn - apart) if limit.turn else apart
        if apart > max(limit.apart, limit.share * abs(device[name])):
            yield Disagreement(
                name,
                f"Device and platform differ in {limit.text}",
                {
                    "criterion": "difference beyond tolerance",
                    "measurement": name,
                    "device": device[name],
                    "platform": round(platform[name], 1),
                    "limit": max(limit.apart, limit.share * abs(device[name])),
                },
            )
