"""European Data Format: EDF, EDF+ without gaps, and their 24-bit form BDF."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused, Waveform
from apps.ecg.formats.leads_needed import require_leads
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.negated import turned
from apps.ecg.formats.warnings import Warnings

from . import about
from .header import Header, read_header
from .leads import Column, read_leads, read_rate
from .samples import annotations_of, read_counts

NAME = "edf"
VERSION = "edf/1"
_MAGIC = (b"0       ", b"\xffBIOSEMI")

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return data.startswith(_MAGIC)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a file, before the checks every format shares. Raises Refused."""
    warnings = Warnings()
    header = read_header(data)
    if header.reserved.startswith(("EDF+D", "BDF+D")) and not about.runs_through(
        header, annotations_of(data, header)
    ):
        raise Refused(
            "edf-discontinuous", "The recording is interrupted; send it in one piece.", field="EDF+"
        )
    # No field of the format is the maker's: a profile names the format and the equipment.
    profiles.seen_device("EDF", about.equipment(header), "")
    columns = read_leads(header, warnings)
    require_leads(len(columns), field="label")
    acquired = about.acquired(header, annotations_of(data, header), warnings)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(_waveform(data, header, columns), warnings),
        model=about.equipment(header),
        acquired_local=acquired,
        time_source="start date and time" if acquired else "",
        patient=about.patient(header, acquired, warnings),
        filters=about.filters([header.signals[c.column] for c in columns], warnings),
        warnings=warnings.all(),
        experimental=header.width != 2 or about.is_plus(header),
    )


def _waveform(data: bytes, header: Header, columns: list[Column]) -> Waveform:
    rate = read_rate(header, columns)
    leads = tuple(column.lead for column in columns)
    counts = read_counts(data, header, [column.column for column in columns])
    return Waveform("rhythm", leads, turned(counts, leads), rate)
