"""Section 3: which leads there are, and which samples of them."""

from __future__ import annotations

from typing import NamedTuple

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.lead_codes import LeadCode, lead_by_code
from apps.ecg.formats.leads import check_leads
from apps.ecg.formats.warnings import Warnings

from .fields import Fields

FIELD = "Section 3"
_REFERENCE_BEAT, _SIMULTANEOUS = 0x01, 0x04
MAX_SAMPLES = 1 << 22


class Leads(NamedTuple):
    """The leads in stored order, the samples each has, and whether a beat was subtracted."""

    codes: tuple[LeadCode, ...]
    samples: int
    reference_beat: bool


def read_leads(body: bytes, warnings: Warnings) -> Leads:
    """Raises Refused for leads that are unknown, double, or not recorded together."""
    fields = Fields(body, FIELD)
    count, flags = fields.read("BB")
    spans, codes = [], []
    for _ in range(count):
        start, end, number = fields.read("IIB")
        spans.append((start, end))
        codes.append(_code(number, warnings))
    check_leads([code.name for code in codes], field=FIELD)
    _check_simultaneous(count, flags, spans, warnings)
    start, end = spans[0]
    if not 1 <= start <= end or end - start >= MAX_SAMPLES:
        raise Refused("lead-samples", "The samples of the leads are impossible.", field=FIELD)
    return Leads(tuple(codes), end - start + 1, bool(flags & _REFERENCE_BEAT))


def _code(number: int, warnings: Warnings) -> LeadCode:
    code = _mapped(number) or lead_by_code("SCPECG", f"5.6.3-9-{number}")
    if code is None:
        raise Refused("unknown-lead", f"Lead code {number} is not known.", field=FIELD)
    if code.negated:
        warnings.add("lead-negated", "Lead -aVR was turned into aVR by changing its sign.")
    return code


def _mapped(number: int) -> LeadCode | None:
    """What a vendor profile says of the number."""
    name = profiles.lead(FIELD, str(number))
    return None if name is None else LeadCode(name.removeprefix("-"), False, name[0] == "-")


def _check_simultaneous(
    count: int, flags: int, spans: list[tuple[int, int]], warnings: Warnings
) -> None:
    together = flags >> 3
    if len(set(spans)) > 1 or (not flags & _SIMULTANEOUS and 0 < together < count):
        raise Refused(
            "leads-not-simultaneous",
            "The leads were not recorded at the same time; such files are not read.",
            field=FIELD,
        )
    if not flags & _SIMULTANEOUS:
        warnings.add("simultaneous", "The file does not say that its leads are simultaneous.")
