"""Which interpretation of a Philips file counts, and its statements."""

from __future__ import annotations

from apps.ecg.formats.canonical import SourceStatement
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

_LONGEST = 1000


def newest_interpretation(root: Element, warnings: Warnings) -> Element | None:
    """The one with the latest date and time; None where there is none."""
    group = root.at("interpretations")
    found = group.all("interpretation") if group is not None else []
    if len(found) > 1:
        warnings.add("several-interpretations", "Of several interpretations the newest is read.")
    return max(found, key=lambda one: (one.attribute("date"), one.attribute("time")), default=None)


def read_statements(
    interpretation: Element | None, warnings: Warnings
) -> tuple[SourceStatement, ...]:
    """Each statement with its reason, then the severity, in the device's own words."""
    if interpretation is None:
        return ()
    found = []
    for statement in interpretation.all("statement"):
        if is_edited(statement):
            warnings.add("edited-statements", "Statements of the device were edited.")
        reason = statement.text("rightstatement")
        text = statement.text("leftstatement") + (f" ({reason})" if reason else "")
        found.append(SourceStatement(text[:_LONGEST], statement.text("statementcode")))
    severity = interpretation.at("severity")
    if severity is not None:
        found.append(SourceStatement(severity.text(), severity.attribute("code")))
    return tuple(statement for statement in found if statement.text)


def is_edited(element: Element) -> bool:
    return element.attribute("editedflag").lower() == "true"
