"""Which series of an aECG is the rhythm, and which the representative beat."""

from __future__ import annotations

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .codes import MEDIAN, RHYTHM, code_of


def find_rhythm(root: Element, warnings: Warnings) -> Element:
    """The one rhythm series. Raises Refused for none or several."""
    found = _of_code(root, RHYTHM)
    if not found:
        raise Refused("no-rhythm", "The file holds no rhythm series.", field=_field(root))
    if len(found) > 1:
        raise Refused(
            "several-recordings",
            "The file holds several rhythm series; send them one by one.",
            field=_field(root),
        )
    if any(code_of(series) not in (RHYTHM, MEDIAN) for series in _series(root)):
        warnings.add("waveform-kind", "A series that is neither rhythm nor beat is left out.")
    return found[0]


def find_median(root: Element) -> Element | None:
    """The representative beat, derived from the rhythm or beside it."""
    found = _of_code(root, MEDIAN)
    for series in _series(root):
        derived = [d.at("derivedSeries") for d in series.all("derivation")]
        found += [one for one in derived if one is not None and code_of(one) == MEDIAN]
    if len(found) > 1:
        raise Refused(
            "several-medians", "The file holds several representative beats.", field=_field(root)
        )
    return found[0] if found else None


def _series(root: Element) -> list[Element]:
    found = [component.at("series") for component in root.all("component")]
    return [series for series in found if series is not None]


def _of_code(root: Element, code: str) -> list[Element]:
    return [series for series in _series(root) if code_of(series) == code]


def _field(root: Element) -> str:
    return root.path("component", "series")
