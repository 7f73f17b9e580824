"""Duration, sampling rate, lead set and gaps."""

from __future__ import annotations

from apps.ecg.formats.canonical import HASH_LEADS, Refused, Waveform
from apps.ecg.formats.gaps import runs
from apps.ecg.formats.warnings import Warnings

USUAL_RATES = {240, 250, 256, 300, 400, 500, 1000, 2000}
SLOWEST_HZ, FASTEST_HZ = 200, 32_000
SHORTEST_S, USUAL_S, USUAL_TOLERANCE_S = 2.4, 10.0, 0.5
LONGEST_S = 600.0
MAX_GAPS = 65_535


def check_coverage(rhythm: Waveform, warnings: Warnings) -> None:
    rate = float(rhythm.sampling_rate_hz)
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        raise Refused(
            "implausible-rate",
            "The sampling rate is not that of an ECG.",
            field="SamplingFrequency",
        )
    if rate not in USUAL_RATES:
        warnings.add("unusual-rate", f"An unusual sampling rate: {rate:g} Hz.")
    seconds = rhythm.samples / rate
    if seconds < SHORTEST_S:
        raise Refused("too-short", f"The recording is shorter than {SHORTEST_S} s.")
    if seconds > LONGEST_S:
        raise Refused(
            "too-long",
            f"The recording lasts {seconds / 60:.0f} minutes; send the part to be read, "
            f"at most {LONGEST_S / 60:.0f} minutes.",
        )
    if abs(seconds - USUAL_S) > USUAL_TOLERANCE_S:
        warnings.add("unusual-duration", f"The recording lasts {seconds:.1f} s, not 10 s.")
    absent = [name for name in HASH_LEADS if name not in rhythm.lead_names()]
    if absent:
        warnings.add("not-12-lead", f"Not a 12-lead ECG: no {', '.join(absent)}.")
    _check_gaps(rhythm)


def check_median_rate(rhythm: Waveform, median: Waveform, warnings: Warnings) -> None:
    """Some devices average at a rate of their own; nothing else would tell a wrong one."""
    if median.sampling_rate_hz != rhythm.sampling_rate_hz:
        rate = float(median.sampling_rate_hz)
        warnings.add("median-rate", f"The median beat has a rate of its own: {rate:g} Hz.")


def _check_gaps(rhythm: Waveform) -> None:
    if rhythm.missing is None:
        return
    if sum(len(runs(rhythm.missing[:, i])) for i in range(len(rhythm.leads))) > MAX_GAPS:
        raise Refused("too-many-gaps", "The recording is broken by too many gaps.")
