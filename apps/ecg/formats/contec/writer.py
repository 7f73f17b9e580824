"""Writes limb leads as a native Contec ECG90A file."""

from __future__ import annotations

import numpy as np

from apps.ecg.formats.canonical import DecodedEcg

from . import NV_PER_LSB, SAMPLING_RATE_HZ
from .layout import BEHIND_TIME, LIMB_COLUMNS, NOT_CONNECTED, TAIL, WORDS, ZERO


def write_contec(ecg: DecodedEcg, number: int = 1) -> bytes:
    """II and III of the ECG. Raises ValueError where the format cannot hold them."""
    rhythm, local = ecg.rhythm, ecg.acquired_local
    columns = [rhythm.lead_names().index(name) for name in LIMB_COLUMNS]
    counts = rhythm.counts[:, columns] + ZERO
    if rhythm.sampling_rate_hz != SAMPLING_RATE_HZ or local is None:
        raise ValueError("the format has one rate, and always a time")
    if any(rhythm.leads[i].nv_per_lsb != NV_PER_LSB for i in columns):
        raise ValueError("the format has one scale")
    if counts.min() < 0 or counts.max() > 0x0FFF:
        raise ValueError("samples do not fit 12 bits")
    words = np.full((len(counts), WORDS), NOT_CONNECTED, "<u2")
    words[:, :2] = counts
    head = f"{number:07d}\0\0\0{local:%Y-%m-%d %H:%M:%S}\0".encode()
    return head + BEHIND_TIME + words.tobytes() + TAIL
