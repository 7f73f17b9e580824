"""Decoders of ECG files: bytes in, one exact canonical form out. No Django, no network, no files.

A format is a package with NAME, VERSION, recognises(data) and decode(data), listed in FORMATS.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from . import (
    aecg,
    cardiosoft,
    contec,
    dicom,
    edf,
    ishne,
    mortara,
    muse,
    philips,
    schiller,
    scp,
    wfdb,
)
from .canonical import DecodedEcg, Refused
from .quality import check
from .texts import check_texts
from .unsupported import unsupported

MAX_FILE_BYTES = 32 << 20

__all__ = ["FORMATS", "MAX_FILE_BYTES", "Decoder", "decode"]


class Decoder(Protocol):
    """What every format package offers."""

    NAME: str
    VERSION: str

    def recognises(self, data: bytes, /) -> bool: ...

    def decode(self, data: bytes, /) -> DecodedEcg: ...


FORMATS: tuple[Decoder, ...] = (
    dicom,
    muse,
    philips,
    aecg,
    scp,
    contec,
    cardiosoft,
    schiller,
    mortara,
    edf,
    wfdb,
    ishne,
)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a file, known by its content and checked. Raises Refused and nothing else."""
    try:
        return _decode(data)
    except Refused:
        raise
    except MemoryError:
        raise Refused("decoder-memory", "The file needs more memory than allowed.") from None
    except Exception:
        # The cause may quote the file, so it is not chained.
        raise Refused("decoder-error", "The file could not be read.") from None


def _decode(data: bytes) -> DecodedEcg:
    if len(data) > MAX_FILE_BYTES:
        raise Refused("too-large", f"The file is larger than {MAX_FILE_BYTES >> 20} MB.")
    for decoder in FORMATS:
        if decoder.recognises(data):
            ecg = decoder.decode(data)
            check_texts(ecg)
            return replace(ecg, warnings=ecg.warnings + check(ecg))
    raise unsupported(data)
