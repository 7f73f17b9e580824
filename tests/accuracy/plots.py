"""Median beats of records that were judged wrongly, for the eye; never committed."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from apps.ecg.signal import Measured
from tests.accuracy.records import Labelled

LEADS = ("I", "II", "V1", "V2", "V5")
COLOURS = {"p": "tab:green", "qrs": "tab:red", "t": "tab:blue"}
LIMIT_UV = (-400, 500)


def plot(record: Labelled, found: Measured, folder: Path) -> None:
    """Each lead's median with our borders; manual marks are in the record's own files."""
    beat = found.median_beat
    if beat is None:
        return
    mpl.use("Agg")
    figure = Figure(figsize=(20, 3), layout="constrained")
    axes = figure.subplots(1, len(LEADS), sharey=True)
    for area, lead in zip(axes, LEADS, strict=True):
        line = beat.samples_uv[:, beat.leads.index(lead)]
        area.plot([1000 * i / beat.sampling_rate_hz for i in range(len(line))], line, "k", lw=0.8)
        for wave, colour in COLOURS.items():
            for end in ("on", "off"):
                at = getattr(beat.fiducials_ms, f"{wave}_{end}")
                if at is not None:
                    area.axvline(at, color=colour, ls=":")
        area.set_title(f"{record.source} {record.name} {lead}")
        area.set_ylim(LIMIT_UV)
    figure.savefig(folder / f"{record.source}-{record.name}.png", dpi=60)
