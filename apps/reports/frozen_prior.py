"""The recording before this one, and whether its numbers may stand beside this one's."""

from __future__ import annotations

from typing import Any

from apps.ecg.model_recording import Source
from apps.ecg.models import Measurement, Recording

OTHER_LEADS = "Different lead system: not compared."
OTHER_FILTERS = "Different filters: not compared."


def prior_of(recording: Recording) -> dict[str, Any] | None:
    """The newest earlier recording of the same patient, with the platform's numbers on it.

    `not_compared` says why its numbers are left out; they are compared where it is empty.
    """
    if recording.acquired_at is None:
        return None
    # A recording without a time is never earlier than another.
    earlier = (
        Recording.objects.filter(patient=recording.patient, acquired_at__lt=recording.acquired_at)
        .order_by("-acquired_at", "-id")
        .first()
    )
    if earlier is None:
        return None
    why = not_compared(recording, earlier)
    return {
        "recording": str(earlier.public_id),
        "acquired_at": earlier.acquired_at.isoformat() if earlier.acquired_at else "",
        "not_compared": why,
        "values": {} if why else _values(earlier),
    }


def not_compared(recording: Recording, earlier: Recording) -> str:
    """Why the two are not compared; empty where lead system and filter are the same."""
    if recording.electrode_system != earlier.electrode_system:
        return OTHER_LEADS
    if _band(recording) != _band(earlier):
        return OTHER_FILTERS
    return ""


def _band(recording: Recording) -> dict[str, float]:
    return {name: float(hz) for name, hz in recording.filters.items() if hz is not None}


def _values(earlier: Recording) -> dict[str, str]:
    numbers = Measurement.objects.filter(recording=earlier, source=Source.PLATFORM, lead="")
    return {row.name: format(row.value.normalize(), "f") for row in numbers}
