"""Duration, sampling rate, lead set and gaps."""

from __future__ import annotations

from apps.ecg.formats.canonical import HASH_LEADS, Waveform
from apps.ecg.formats.gaps import runs

from .panel import Panel

USUAL_RATES = {240, 250, 256, 300, 400, 500, 1000, 2000}
SLOWEST_HZ, FASTEST_HZ = 200, 32_000
SHORTEST_S, USUAL_S, USUAL_TOLERANCE_S = 2.4, 10.0, 0.5
LONGEST_S = 600.0
MAX_GAPS = 65_535


def check_coverage(rhythm: Waveform, panel: Panel) -> None:
    rate = float(rhythm.sampling_rate_hz)
    _check_rate(rate, panel)
    _check_duration(rhythm.samples / rate, panel)
    absent = [name for name in HASH_LEADS if name not in rhythm.lead_names()]
    if absent:
        panel.warn("leads", "not-12-lead", f"Not a 12-lead ECG: no {', '.join(absent)}.")
    else:
        panel.passed("leads", "All twelve leads are there or follow from those that are.")
    _check_gaps(rhythm, panel)


def check_median_rate(rhythm: Waveform, median: Waveform, panel: Panel) -> None:
    """Some devices average at a rate of their own; nothing else would tell a wrong one."""
    panel.passed("median-rate", "The median beat has the rate of the rhythm.")
    if median.sampling_rate_hz != rhythm.sampling_rate_hz:
        figure = f"{float(median.sampling_rate_hz):g} Hz"
        words = f"The median beat has a rate of its own: {figure}."
        panel.warn("median-rate", "median-rate", words, figure)


def _check_rate(rate: float, panel: Panel) -> None:
    figure, usual = f"{rate:g} Hz", f"usually {', '.join(map(str, sorted(USUAL_RATES)))} Hz"
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        words = "The sampling rate is not that of an ECG."
        limit, field = f"{SLOWEST_HZ} to {FASTEST_HZ} Hz", "SamplingFrequency"
        panel.quarantine("rate", "implausible-rate", words, figure, limit, field)
    elif rate not in USUAL_RATES:
        panel.warn("rate", "unusual-rate", f"An unusual sampling rate: {figure}.", figure, usual)
    else:
        panel.passed("rate", "The sampling rate is a usual one.", figure, usual)


def _check_duration(seconds: float, panel: Panel) -> None:
    figure, limit = f"{seconds:.1f} s", f"{USUAL_S:g} ± {USUAL_TOLERANCE_S} s, at least"
    limit = f"{limit} {SHORTEST_S} s"
    if seconds < SHORTEST_S:
        words = f"The recording is shorter than {SHORTEST_S} s."
        panel.quarantine("duration", "too-short", words, figure, limit, "duration")
    elif seconds > LONGEST_S:
        words = (
            f"The recording lasts {seconds / 60:.0f} minutes; send the part to be read, "
            f"at most {LONGEST_S / 60:.0f} minutes."
        )
        panel.quarantine(
            "duration", "too-long", words, figure, f"up to {LONGEST_S:g} s", "duration"
        )
    elif abs(seconds - USUAL_S) > USUAL_TOLERANCE_S:
        words = f"The recording lasts {figure}, not 10 s."
        panel.warn("duration", "unusual-duration", words, figure, limit)
    else:
        panel.passed("duration", "The recording lasts ten seconds.", figure, limit)


def _check_gaps(rhythm: Waveform, panel: Panel) -> None:
    if rhythm.missing is None:
        panel.passed("gaps", "No sample is missing.")
        return
    gaps = sum(len(runs(rhythm.missing[:, i])) for i in range(len(rhythm.leads)))
    if gaps > MAX_GAPS:
        words = "The recording is broken by too many gaps."
        panel.quarantine("gaps", "too-many-gaps", words, str(gaps), str(MAX_GAPS), "samples")
    else:
        panel.passed("gaps", "Missing samples are marked as missing.", str(gaps), str(MAX_GAPS))
