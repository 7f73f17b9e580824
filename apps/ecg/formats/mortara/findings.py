"""Numbers and words of an ELI XML; intervals are in ms."""

from __future__ import annotations

from apps.ecg.formats.canonical import Filters, SourceMeasurement, SourceStatement
from apps.ecg.formats.reported import Reported
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

OF_ROOT = {"VENT_RATE": "heart_rate_bpm", "AVERAGE_RR": "rr_ms"}
OF_CYCLE = {
    "P_DURATION": "p_ms",
    "PR_DURATION": "pr_ms",
    "QRS_DURATION": "qrs_ms",
    "QT": "qt_ms",
    "QTC": "qtc_ms",
    "QTB": "qtc_bazett_ms",
    "QTF": "qtc_fridericia_ms",
    "P_AXIS": "p_axis_deg",
    "QRS_AXIS": "qrs_axis_deg",
    "T_AXIS": "t_axis_deg",
}
_METHODS = {"QTB": "bazett", "QTF": "fridericia"}
MAX_STATEMENT = 1000


def read_measurements(root: Element, warnings: Warnings) -> tuple[SourceMeasurement, ...]:
    reported = Reported(warnings)
    for place, names in ((root, OF_ROOT), (root.at("TYPICAL_CYCLE"), OF_CYCLE)):
        if place is not None:
            for attribute, name in names.items():
                reported.add(
                    name,
                    place.attribute(attribute),
                    method=_METHODS.get(attribute, ""),
                    code=f"{place.name}/@{attribute}",
                )
    return reported.all()


def read_statements(root: Element) -> tuple[SourceStatement, ...]:
    """Each statement with its reason in brackets, as the device prints them."""
    block = root.at("AUTOMATIC_INTERPRETATION")
    found = []
    for one in block.all("STATEMENT") if block else []:
        text, reason = one.attribute("TEXT"), one.attribute("REASON")
        if text:
            whole = f"{text} [{reason}]" if reason else text
            found.append(SourceStatement(whole[:MAX_STATEMENT]))
    return tuple(found)


def read_filters(root: Element, warnings: Warnings) -> Filters:
    """The upper edge in Hz; the baseline filter has no unit and the bit map no meaning stated."""
    source = root.at("SOURCE")
    if source is None:
        return Filters()
    if source.attribute("BASELINE_ROLL_FILTER") or source.attribute("FILTER_BITMAP"):
        warnings.add("filter-unit", "Filters without a stated unit were left out.")
    low_pass = source.attribute_number("LOW_PASS_FILTER")
    return Filters(low_pass_hz=float(low_pass) if low_pass else None)
