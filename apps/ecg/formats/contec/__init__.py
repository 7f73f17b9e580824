"""Contec ECG90A native files (.ECG)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Lead, PatientIdentity, Waveform
from apps.ecg.formats.identity import checked_identifier
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.moments import checked_clock
from apps.ecg.formats.warnings import Warnings

from .layout import Recording, read_layout, recognises

NAME = "contec-ecg90a"
VERSION = "contec-ecg90a/1"
VENDOR, MODEL = "Contec", "ECG90A"
# The file states neither; its SCP-ECG twin does.
SAMPLING_RATE_HZ = Decimal(800)
NV_PER_LSB = Decimal(5000)

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def decode(data: bytes) -> DecodedEcg:
    """The limb leads of a recording, before the checks every format shares. Raises Refused."""
    warnings = Warnings()
    recording = read_layout(data)
    # Leads, scale and order of dates are the layout's own: a profile tells zone, tail and demo.
    profiles.seen_device(VENDOR, MODEL, "")
    warnings.add("leads-off", "V1, V2, V3, V4, V5, V6 were not connected and are left out.")
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(_waveform(recording), warnings),
        vendor=VENDOR,
        model=MODEL,
        acquired_local=checked_clock(recording.local, warnings),
        time_source="head",
        patient=PatientIdentity(identifier=checked_identifier("", warnings)),
        warnings=warnings.all(),
    )


def _waveform(recording: Recording) -> Waveform:
    """II and III as stored, and I = II − III, which the device's own exports hold as well."""
    second, third = recording.counts[:, 0], recording.counts[:, 1]
    leads = (Lead("I", NV_PER_LSB, derived=True), Lead("II", NV_PER_LSB), Lead("III", NV_PER_LSB))
    counts = np.stack([second - third, second, third], axis=1)
    return Waveform("rhythm", leads, counts, SAMPLING_RATE_HZ)
