"""Numbers of a MUSE file: the current ones, and the machine's own where an editor changed them."""

from __future__ import annotations

from apps.ecg.formats.canonical import SourceMeasurement
from apps.ecg.formats.reported import Reported
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

CURRENT, ORIGINAL = "RestingECGMeasurements", "OriginalRestingECGMeasurements"
# QTCorrected is Bazett's by default but a site may set another, so its formula is unknown.
NAMES = {
    "VentricularRate": "heart_rate_bpm",
    "AtrialRate": "atrial_rate_bpm",
    "PRInterval": "pr_ms",
    "QRSDuration": "qrs_ms",
    "QTInterval": "qt_ms",
    "QTCorrected": "qtc_ms",
    "QTcFrederica": "qtc_fridericia_ms",
    "PAxis": "p_axis_deg",
    "RAxis": "qrs_axis_deg",
    "TAxis": "t_axis_deg",
}
PHARMA = {"PharmaRRinterval": "rr_ms", "PharmaPPinterval": "pp_ms"}


def read_measurements(root: Element, warnings: Warnings) -> tuple[SourceMeasurement, ...]:
    """The current numbers, then "original_…" for each that differs from the machine's own."""
    reported = Reported(warnings)
    for tag, name in NAMES.items():
        reported.add(
            name,
            root.text(CURRENT, tag),
            method="fridericia" if name == "qtc_fridericia_ms" else "",
            code=f"{CURRENT}/{tag}",
        )
    for tag, name in PHARMA.items():
        reported.add(name, root.text("PharmaData", tag), code=f"PharmaData/{tag}")
    _add_edited(root, reported)
    return reported.all()


def _add_edited(root: Element, reported: Reported) -> None:
    for tag, name in NAMES.items():
        current, original = root.text(CURRENT, tag), root.text(ORIGINAL, tag)
        if original.strip("0.") and original != current:
            method = "fridericia" if name == "qtc_fridericia_ms" else ""
            reported.add(f"original_{name}", original, method=method, code=f"{ORIGINAL}/{tag}")
            reported.warnings.add("edited", "Numbers of the device were edited; both are kept.")
