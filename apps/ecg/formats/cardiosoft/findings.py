"""Numbers and words of a CardioSoft file."""

from __future__ import annotations

import itertools

from apps.ecg.formats.canonical import SourceMeasurement, SourceStatement
from apps.ecg.formats.reported import Reported
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

TABLE = "RestingECGMeasurements"
# The file names no formula of its QTc.
NAMES = {
    "VentricularRate": "heart_rate_bpm",
    "PQInterval": "pr_ms",
    "PDuration": "p_ms",
    "QRSDuration": "qrs_ms",
    "QTInterval": "qt_ms",
    "QTCInterval": "qtc_ms",
    "RRInterval": "rr_ms",
    "PPInterval": "pp_ms",
    "PAxis": "p_axis_deg",
    "RAxis": "qrs_axis_deg",
    "TAxis": "t_axis_deg",
}
UNITS = {"BPM": "/min", "ms": "ms", "degrees": "deg"}
_LIMITS = ("POnset", "POffset", "QOnset", "QOffset", "TOffset")
MAX_STATEMENT = 1000


def read_measurements(root: Element, warnings: Warnings) -> tuple[SourceMeasurement, ...]:
    """The device's numbers in its order; one without a unit that fits is left out."""
    reported = Reported(warnings)
    for tag, name in NAMES.items():
        element = root.at(TABLE, tag)
        if element is not None:
            given = element.attribute("units")
            unit = UNITS.get(given, given) or "(none)"
            reported.add(name, element.text(), unit=unit, code=f"{TABLE}/{tag}")
    _check_limits(root, warnings)
    return reported.all()


def _check_limits(root: Element, warnings: Warnings) -> None:
    limits = [value for tag in _LIMITS if (value := root.number(TABLE, tag)) is not None]
    if any(a > b for a, b in itertools.pairwise(limits)):
        warnings.add("fiducial-order", "The device's wave limits are out of order.")


def read_statements(root: Element) -> tuple[SourceStatement, ...]:
    """The machine's diagnosis; behind it the conclusion, where somebody wrote another."""
    diagnosis = _lines(root, "Diagnosis")
    conclusion = _lines(root, "Conclusion")
    found = [SourceStatement(line) for line in diagnosis]
    if conclusion != diagnosis:
        found += [SourceStatement(line, "Conclusion") for line in conclusion]
    return tuple(found)


def _lines(root: Element, name: str) -> list[str]:
    block = root.at("Interpretation", name)
    texts = block.all(f"{name}Text") if block else []
    return [line[:MAX_STATEMENT] for text in texts if (line := text.text())]
