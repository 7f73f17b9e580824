"""The same synthetic ECG as a file of each format but DICOM, by our own writers."""

from __future__ import annotations

from decimal import Decimal

from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from apps.ecg.formats.contec.writer import write_contec
from apps.ecg.formats.mortara.writer import write_mortara
from apps.ecg.formats.schiller.writer import write_schiller
from apps.ecg.formats.scp.writer import write_scp
from tests.formats.ecgs import ecg, waveform


def source(rate: int = 500, seconds: float = 10) -> DecodedEcg:
    beat = waveform(kind="median", nv_per_lsb=Decimal(5000), rate=rate, seconds=0.8, beat_s=0.9)
    return ecg(waveform(nv_per_lsb=Decimal(5000), rate=rate, seconds=seconds), median=beat)


def by_name(seconds: float = 10) -> dict[str, bytes]:
    """Format name → file."""
    same = source(seconds=seconds)
    return {
        "scp-ecg": write_scp(same),
        "contec-ecg90a": write_contec(source(800, seconds)),
        "cardiosoft-xml": write_cardiosoft(same),
        "schiller-xml": write_schiller(same),
        "mortara-xml": write_mortara(same),
    }
