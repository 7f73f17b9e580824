"""Numbers of a Philips file: those of the interpretation, edited or not; empty is not measured."""

from __future__ import annotations

from apps.ecg.formats.canonical import SourceMeasurement
from apps.ecg.formats.reported import Reported
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .interpretation import is_edited

# tag: name, formula. 1.03 has its own tags, among them a QTc that names no formula.
NAMES = {
    "heartrate": ("heart_rate_bpm", ""),
    "atrialrate": ("atrial_rate_bpm", ""),
    "rrint": ("rr_ms", ""),
    "pdur": ("p_ms", ""),
    "print": ("pr_ms", ""),
    "qrsdur": ("qrs_ms", ""),
    "qtint": ("qt_ms", ""),
    "qtcb": ("qtc_bazett_ms", "bazett"),
    "qtcf": ("qtc_fridericia_ms", "fridericia"),
    "meanprint": ("pr_ms", ""),
    "meanqrsdur": ("qrs_ms", ""),
    "meanqtint": ("qt_ms", ""),
    "meanqtc": ("qtc_ms", ""),
    "pfrontaxis": ("p_axis_deg", ""),
    "qrsfrontaxis": ("qrs_axis_deg", ""),
    "tfrontaxis": ("t_axis_deg", ""),
}
_GROUPS = ("globalmeasurements", "interpretationmeasurements")
# The machine's own numbers, for those an editor changed.
_ORIGINALS = (
    ("internalmeasurements", "crossleadmeasurements"),
    ("measurements", "globalmeasurements"),
)
_ORIGINAL_TAGS = {
    "heart_rate_bpm": "meanventrate",
    "atrial_rate_bpm": "atrialrate",
    "pr_ms": "meanprint",
    "qrs_ms": "meanqrsdur",
    "qt_ms": "meanqtint",
    "p_axis_deg": "pfrontaxis",
    "qrs_axis_deg": "qrsfrontaxis",
    "t_axis_deg": "tfrontaxis",
}
_NO_VALUE = {"failed", "indeterminate", "invalid", "n/a"}


def read_measurements(
    root: Element, interpretation: Element | None, warnings: Warnings
) -> tuple[SourceMeasurement, ...]:
    """Numbers in file order, then "original_…" for each an editor changed."""
    reported = Reported(warnings)
    edited: list[str] = []
    for group in _groups(interpretation):
        for element in group.children:
            if element.name in NAMES:
                name, method = NAMES[element.name]
                changed = is_edited(element)
                code = f"{group.name}/{element.name}{'@edited' if changed else ''}"
                reported.add(name, _text(element, warnings), method=method, code=code)
                edited += [name] * changed
    _add_originals(root, edited, reported)
    return reported.all()


def _groups(interpretation: Element | None) -> list[Element]:
    found = [interpretation.at(name) for name in _GROUPS] if interpretation is not None else []
    return [group for group in found if group is not None]


def _text(element: Element, warnings: Warnings) -> str:
    text = element.text()
    if text.lower() in _NO_VALUE:
        warnings.add("not-measured", f"{element.name} says not measured.")
        return ""
    return text


def _add_originals(root: Element, edited: list[str], reported: Reported) -> None:
    if edited:
        reported.warnings.add("edited", "Numbers of the device were edited; both are kept.")
    for name in edited:
        for place in _ORIGINALS if name in _ORIGINAL_TAGS else ():
            tag = _ORIGINAL_TAGS[name]
            element = root.at(*place, tag)
            if element is not None:
                text = _text(element, reported.warnings)
                reported.add(f"original_{name}", text, code=f"{place[1]}/{tag}")
