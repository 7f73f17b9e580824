"""What the leads of one waveform must be in every format."""

from __future__ import annotations

from collections.abc import Sequence

from . import profiles
from .canonical import Refused
from .lead_codes import lead_by_meaning

FEWEST_LEADS = 4


def named_lead(label: str, *, field: str) -> str:
    """The lead a label names. Raises Refused for one that is not known."""
    mapped = profiles.lead(field, label)
    if mapped is not None and not mapped.startswith("-"):
        return mapped
    plain = label.isalnum() and label.isascii()
    name = lead_by_meaning(label) if plain else None
    if name is None:
        shown = label if plain and len(label) <= 8 else "(unreadable)"
        raise Refused("unknown-lead", f"Lead {shown} is not known.", field=field)
    return name


def check_leads(names: Sequence[str], *, field: str, fewest: int = FEWEST_LEADS) -> None:
    """Raises Refused for a lead stored twice, and for too few leads."""
    if len(set(names)) != len(names):
        raise Refused("duplicate-lead", "The same lead is stored twice.", field=field)
    if len(names) < fewest:
        raise Refused(
            "too-few-leads", "A trace of one to three leads is not a diagnostic ECG.", field=field
        )
