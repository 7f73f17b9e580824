"""What became of a damaged file, beside the whole one."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg, Refused, Waveform

REFUSED = "refused"
SAME = "same"
TOLD = "told"  # another signal, scale, rate or lead, and a warning that was not there before
SAMPLES = "samples"  # counts changed where the format carries no checksum over them
SILENT = "silent"  # scale, rate, leads or length changed without a word: a defect
CRASHED = "crashed"
SLOW = "slow"
VERDICTS = (REFUSED, SAME, TOLD, SAMPLES, SILENT, CRASHED, SLOW)
DEFECTS = (SILENT, CRASHED, SLOW)
LIMIT_S = 2.0
# Two blocks of written numbers that change places move those between them by one; what a header
# does wrong, it does to a whole lead of thousands.
MOST_DAMAGED = 1_000
# Formats that neither count nor sum their samples: one that is gone leaves no trace.
UNCOUNTED = {"contec-ecg90a"}


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: str
    code: str
    seconds: float  # of this process's own computing, whatever else runs beside it


def judge(data: bytes, original: DecodedEcg) -> Verdict:
    """Decodes in this process; an exception that is no refusal is a crash."""
    begun = time.process_time()
    try:
        kind, code = compared(decode(data), original), ""
    except Refused as refused:
        crashed = refused.code == "decoder-error"
        kind, code = CRASHED if crashed else REFUSED, refused.code
    seconds = time.process_time() - begun
    return Verdict(SLOW if seconds > LIMIT_S else kind, code, seconds)


def compared(found: DecodedEcg, original: DecodedEcg) -> str:
    """SAME, TOLD, SAMPLES or SILENT: how what was read differs from the undamaged file."""
    if _same(found.rhythm, original.rhythm) and _same(found.median, original.median):
        return SAME
    if set(found.warnings) - set(original.warnings):
        return TOLD
    if found.format in UNCOUNTED and _scale(found.rhythm) == _scale(original.rhythm):
        return SAMPLES
    pairs = ((found.rhythm, original.rhythm), (found.median, original.median))
    damaged = [_damaged_samples(a, b) for a, b in pairs]
    return SAMPLES if max(damaged) <= MOST_DAMAGED else SILENT


def _damaged_samples(a: Waveform | None, b: Waveform | None) -> int:
    """How many stored counts differ; all there can be where more than counts differ."""
    if a is None or b is None or _shape(a) != _shape(b):
        return 0 if a is b else MOST_DAMAGED + 1
    stored = [column for column, lead in enumerate(a.leads) if not lead.derived]
    return int(np.count_nonzero(a.counts[:, stored] != b.counts[:, stored]))


def _same(a: Waveform | None, b: Waveform | None) -> bool:
    if a is None or b is None:
        return a is b
    return _shape(a) == _shape(b) and bool(np.array_equal(a.nanovolts(), b.nanovolts()))


def _scale(waveform: Waveform) -> object:
    return waveform.leads, waveform.sampling_rate_hz


def _shape(waveform: Waveform | None) -> object:
    """Everything but the counts."""
    if waveform is None:
        return None
    return waveform.leads, waveform.sampling_rate_hz, waveform.samples, waveform.kind
