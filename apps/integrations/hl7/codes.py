"""Codes of what a result message carries: LOINC where one says exactly that, else local."""

from __future__ import annotations

from dataclasses import dataclass

Coded = tuple[str, str, str]  # identifier, text, coding system

STUDY: Coded = ("11524-6", "EKG study", "LN")
IMPRESSION: Coded = ("18844-1", "EKG impression narrative", "LN")
STATEMENT: Coded = ("8601-7", "EKG impression", "LN")
ADDENDUM: Coded = ("ADDENDUM", "Addendum to the ECG report", "L")

PER_MINUTE: Coded = ("/min", "per minute", "UCUM")
MILLISECOND: Coded = ("ms", "millisecond", "UCUM")
DEGREE: Coded = ("deg", "degree", "UCUM")


@dataclass(frozen=True, slots=True)
class MeasurementCode:
    """OBX-3, OBX-6 and, where the formula is part of the meaning, OBX-17."""

    code: Coded
    unit: Coded
    method: Coded | None = None


def _loinc(code: str, text: str, unit: Coded) -> MeasurementCode:
    return MeasurementCode((code, text, "LN"), unit)


def _local(code: str, text: str, unit: Coded) -> MeasurementCode:
    return MeasurementCode((code, text, "L"), unit)


def _qtc(formula: str, dicom_code: str) -> MeasurementCode:
    # Never 8636-3, which names no formula: several of them would be one result to the receiver.
    code = (f"QTC_{formula.upper()}", f"QTc interval ({formula})", "L")
    return MeasurementCode(code, MILLISECOND, (dicom_code, formula, "DCM"))


# DICOM CID 3678 for the formulas.
MEASUREMENTS = {
    "heart_rate_bpm": _loinc("8867-4", "Heart rate", PER_MINUTE),
    "atrial_rate_bpm": _local("ATRIAL_RATE", "Atrial rate", PER_MINUTE),
    "rr_ms": _local("RR", "R-R interval", MILLISECOND),
    "pp_ms": _local("PP", "P-P interval", MILLISECOND),
    "p_ms": _local("P_DURATION", "P wave duration", MILLISECOND),
    "pr_ms": _loinc("8625-6", "P-R interval", MILLISECOND),
    "qrs_ms": _loinc("8633-0", "QRS duration", MILLISECOND),
    "qt_ms": _loinc("8634-8", "Q-T interval", MILLISECOND),
    "qtc_ms": _loinc("8636-3", "Q-T interval corrected", MILLISECOND),
    "qtc_bazett_ms": _qtc("Bazett", "122730"),
    "qtc_hodges_ms": _qtc("Hodges", "122731"),
    "qtc_fridericia_ms": _qtc("Fridericia", "122732"),
    "qtc_framingham_ms": _qtc("Framingham", "122733"),
    "p_axis_deg": _loinc("8626-4", "P wave axis", DEGREE),
    "qrs_axis_deg": _loinc("8632-2", "QRS axis", DEGREE),
    "t_axis_deg": _loinc("8638-9", "T wave axis", DEGREE),
}
