"""ISHNE, the Holter format of the International Society for Holter and Noninvasive ECG."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Lead, Refused, Waveform
from apps.ecg.formats.identity import age_in_years, checked_birth_date
from apps.ecg.formats.leads_needed import require_leads
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.scale import check_rate, check_scale
from apps.ecg.formats.warnings import Warnings

from .header import MAGIC, Header, read_header

NAME = "ishne"
SPECIFICATION = "lead specification"
VERSION = "ishne/1"
# Lead code → name. VR, VL and VF are not the augmented leads: 8, 9 and 10 keep their names.
_LIMB_AND_FRANK = ("X", "Y", "Z", "I", "II", "III", "VR", "VL", "VF")
_CHEST_AND_EASI = ("V1", "V2", "V3", "V4", "V5", "V6", "ES", "AS", "AI")
LEADS = dict(enumerate(_LIMB_AND_FRANK + _CHEST_AND_EASI, start=2))

__all__ = ["LEADS", "NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return data.startswith(MAGIC)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a file, before the checks every format shares. Raises Refused."""
    warnings = Warnings()
    header = read_header(data)
    profiles.seen_device("ISHNE", header.recorder, "")
    leads = _leads(header)
    require_leads(len(leads), field=SPECIFICATION)
    waveform = complete_limb_leads(_waveform(data, header, leads), warnings)
    acquired, born = header.acquired, header.patient.born_on
    if acquired is None:
        warnings.add("time-source", "The file states no date and time.")
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=waveform,
        model=header.recorder,
        acquired_local=acquired,
        time_source="recording date and start time" if acquired else "",
        patient=replace(
            header.patient,
            born_on=(born_on := checked_birth_date(born, acquired, warnings)),
            age_years=age_in_years(born_on, acquired, None, warnings),
        ),
        warnings=warnings.all(),
        experimental=True,
    )


def _leads(header: Header) -> tuple[Lead, ...]:
    names = [profiles.lead(SPECIFICATION, str(code)) or LEADS.get(code) for code in header.leads]
    # Turning a lead over is not known of this format.
    if any(name is None or name.startswith("-") for name in names):
        raise Refused("unknown-lead", "A lead has no known code.", field=SPECIFICATION)
    if len(set(names)) != len(names):
        raise Refused("duplicate-lead", "The same lead is stored twice.", field=SPECIFICATION)
    leads = []
    for name, resolution in zip(names, header.resolutions_nv, strict=True):
        scale = Decimal(resolution)
        check_scale(scale, Decimal(0), field="resolution")
        leads.append(Lead(name or "", scale))
    return tuple(leads)


def _waveform(data: bytes, header: Header, leads: tuple[Lead, ...]) -> Waveform:
    """Interleaved 16-bit samples; writers count those of one lead or those of all."""
    values = (len(data) - header.samples_at) // 2
    samples = values // len(leads)
    if header.samples < 1:
        raise Refused("no-samples", "The waveform holds no samples.", field="ECG size")
    if values < header.samples or values % len(leads) or (len(data) - header.samples_at) % 2:
        raise Refused(
            "truncated", "The file is shorter than it says; send it again.", field="ECG size"
        )
    if header.samples not in (samples, values):
        raise Refused("data-length", "The file is longer than it says.", field="ECG size")
    raw = np.frombuffer(data, "<i2", offset=header.samples_at)
    counts = raw.reshape(samples, len(leads)).astype(np.int32)
    rate = check_rate(Decimal(header.rate), field="sampling rate")
    return Waveform("rhythm", leads, counts, rate)
