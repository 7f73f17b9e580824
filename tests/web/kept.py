"""Calipers as the viewer sends them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from apps.ecg.models import Analysis, Recording
from tests.factories import inside

PAPER = {"repeats": 3, "strip": True, "speed": 25, "gain": 10}
ALGORITHM = "einthoven-measure@2.0.0"
BORDERS = {"p_on": -160, "p_off": -60, "qrs_on": -40, "qrs_off": 52, "t_on": 160, "t_off": 340}


def places(**ends: list[float]) -> dict[str, Any]:
    return {"ends": ends, **PAPER}


SECOND = places(a=[1000, 0], b=[1500, 0])


def keep(
    client: Client, recording: Recording, tool: str = "time", given: Any = SECOND, **fields: str
) -> Any:
    data = {"tool": tool, "lead": "II", "places": json.dumps(given)} | fields
    return client.post(f"/recordings/{recording.public_id}/kept", data)


def move(client: Client, recording: Recording, name: str, ms: float, reason: str = "U wave") -> Any:
    given = {"name": name, "ms": ms}
    return keep(client, recording, "border", given, lead="", reason=reason)


def find_beats(recording: Recording, peaks: tuple[int, ...] = (1000, 1500, 2000)) -> None:
    """Beats with the same borders around each R, as the platform stores them."""
    rate_hz = float(recording.sampling_rate_hz)
    beats = [
        {name: peak * 1000 / rate_hz + ms for name, ms in BORDERS.items()} | {"class": "dominant"}
        for peak in peaks
    ]
    with inside(recording.organization):
        Analysis.objects.create(
            organization=recording.organization,
            recording=recording,
            algorithm=ALGORITHM,
            r_peaks=list(peaks),
            beats=beats,
        )
