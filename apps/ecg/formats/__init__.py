"""Decoders of ECG files: bytes in, one exact canonical form out. No Django, no network, no files.

A format is a package with NAME, VERSION, recognises(data) and decode(data), listed in FORMATS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from . import (
    aecg,
    cardiosoft,
    contec,
    dicom,
    edf,
    ishne,
    mortara,
    muse,
    pdf,
    philips,
    schiller,
    scp,
    wfdb,
)
from .canonical import DecodedEcg, Refused
from .profiles import consulting
from .quality import STRETCHED, evaluate
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


def decode(data: bytes, profiles: Sequence[dict[str, Any]] = ()) -> DecodedEcg:
    """The ECG in a file, known by its content, read with these vendor profiles and checked.

    Raises Refused and nothing else.
    """
    try:
        return _decode(data, profiles)
    except Refused:
        raise
    except MemoryError:
        raise Refused("decoder-memory", "The file needs more memory than allowed.") from None
    except Exception:
        # The cause may quote the file, so it is not chained.
        raise Refused("decoder-error", "The file could not be read.") from None


def _decode(data: bytes, profiles: Sequence[dict[str, Any]]) -> DecodedEcg:
    if len(data) > MAX_FILE_BYTES:
        raise Refused("too-large", f"The file is larger than {MAX_FILE_BYTES >> 20} MB.")
    for decoder in FORMATS:
        if decoder.recognises(data):
            return _checked(decoder, data, profiles)
    raise pdf.document(data) if data.startswith(pdf.SIGNATURE) else unsupported(data)


def _checked(decoder: Decoder, data: bytes, profiles: Sequence[dict[str, Any]]) -> DecodedEcg:
    with consulting(profiles) as session:
        try:
            ecg = session.finish(decoder.decode(data))
            check_texts(ecg)
            panel = evaluate(ecg)
            panel.refuse()
        except Refused as refused:
            raise session.explained(refused) from None
    found = panel.warnings()
    # Without true heights it is read for research only, where an organization wants that.
    stretched = any(warning.code == STRETCHED for warning in found)
    return replace(
        ecg,
        warnings=ecg.warnings + found,
        checks=panel.checks(),
        experimental=ecg.experimental or stretched,
    )
