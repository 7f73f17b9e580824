"""WFDB records (PhysioNet): a text header and its signal files, together in one ZIP."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats import bundle, profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused, Waveform
from apps.ecg.formats.gaps import fill_gaps
from apps.ecg.formats.leads_needed import require_leads
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.negated import turned
from apps.ecg.formats.scale import check_rate
from apps.ecg.formats.warnings import Warnings

from . import about
from .header import SUFFIX, Header, looks_like_header, read_header
from .leads import Column, read_leads
from .samples import MATLAB_HEADER, read_counts, storage_of

NAME = "wfdb"
VERSION = "wfdb/1"
# Storage formats that real records have proven.
_PROVEN = {16}
_TOGETHER = "Select header and signal files together, or send them as one ZIP."

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    """True for an archive with a header in it, and for a header or a signal file alone."""
    if data.startswith(bundle.SIGNATURE):
        return any(name.endswith(SUFFIX) for name in bundle.names(data))
    return _is_matlab(data) or looks_like_header(data)


def _is_matlab(data: bytes) -> bool:
    head = data[: MATLAB_HEADER.size]
    return len(head) == MATLAB_HEADER.size and head.endswith(b"\4\0\0\0val\0")


def decode(data: bytes) -> DecodedEcg:
    """The ECG of one record, before the checks every format shares. Raises Refused."""
    if not data.startswith(bundle.SIGNATURE):
        raise _alone(data)
    header, files = _record(data)
    warnings = Warnings()
    rate = check_rate(_decimal(header.rate), field="sampling frequency")
    # A record names no device: a profile names the format.
    profiles.seen_device("WFDB", "", "")
    columns = read_leads(header, warnings)
    require_leads(len(columns), field="signals")
    waveform = _waveform(columns, header, read_counts(header, files), warnings, rate)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(waveform, warnings),
        acquired_local=(acquired := about.acquired(header, warnings)),
        time_source="base date and time" if acquired else "",
        patient=about.patient(header, warnings),
        warnings=warnings.all(),
        experimental=not {signal.format for signal in header.signals} <= _PROVEN,
    )


def _alone(data: bytes) -> Refused:
    if _is_matlab(data):
        message = f"This is the signal file of a WFDB record without its header. {_TOGETHER}"
        return Refused("wfdb-no-header", message, field="header")
    message = f"This is the header of a WFDB record without its signal files. {_TOGETHER}"
    return Refused("wfdb-no-signal", message, field="signal files")


def _record(data: bytes) -> tuple[Header, dict[str, bytes]]:
    files = bundle.read(data)
    headers = [name for name in files if name.endswith(SUFFIX)]
    if len(headers) != 1:
        raise Refused(
            "several-records", "The archive holds several records; send one each.", field="header"
        )
    header = read_header(files[headers[0]])
    if not header.signals:
        raise Refused(
            "wfdb-segments",
            "A record of several segments, of none or of too many signals is not read; "
            "send one segment.",
            field="record line",
        )
    if not set(header.files()) <= files.keys():
        raise Refused(
            "wfdb-no-signal", f"A signal file of the record is missing. {_TOGETHER}", field="files"
        )
    return header, files


def _waveform(
    columns: list[Column],
    header: Header,
    raw: NDArray[np.int32],
    warnings: Warnings,
    rate: Decimal,
) -> Waveform:
    chosen = [column.column for column in columns]
    leads = tuple(column.lead for column in columns)
    counts = np.ascontiguousarray(raw[:, chosen])
    marks = [storage_of(header.signals[n]).missing for n in chosen]
    missing: NDArray[np.bool_] = np.equal(counts, marks)
    if not missing.any():
        return Waveform("rhythm", leads, turned(counts, leads), rate)
    warnings.add("gaps", "Some samples are missing.")
    return Waveform("rhythm", leads, turned(fill_gaps(counts, missing), leads), rate, missing)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text and len(text) <= 24 else None
