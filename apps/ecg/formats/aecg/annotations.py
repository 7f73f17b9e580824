"""Annotation sets of an aECG: global numbers and statements, by a machine or by an expert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from apps.ecg.formats.canonical import SourceMeasurement, SourceStatement
from apps.ecg.formats.reported import Reported
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .codes import LEAD, MDC, code_of, type_of

_NAMES = {
    "MDC_ECG_HEART_RATE": "heart_rate_bpm",
    "MDC_ECG_TIME_PD_RR": "rr_ms",
    "MDC_ECG_TIME_PD_PP": "pp_ms",
    "MDC_ECG_TIME_PD_P": "p_ms",
    "MDC_ECG_TIME_PD_PR": "pr_ms",
    "MDC_ECG_TIME_PD_PQ": "pr_ms",
    "MDC_ECG_TIME_PD_QRS": "qrs_ms",
    "MDC_ECG_TIME_PD_QT": "qt_ms",
    "MDC_ECG_TIME_PD_QTc": "qtc_ms",
    "MDC_ECG_TIME_PD_QTcB": "qtc_bazett_ms",
    "MDC_ECG_TIME_PD_QTcF": "qtc_fridericia_ms",
    "MDC_ECG_ANGLE_P_FRONT": "p_axis_deg",
    "MDC_ECG_ANGLE_QRS_FRONT": "qrs_axis_deg",
    "MDC_ECG_ANGLE_T_FRONT": "t_axis_deg",
}
_MINDRAY = {
    "MINDRAY_ECG_TIME_PD_QTcB": "qtc_bazett_ms",
    "MINDRAY_ECG_TIME_PD_QTcF": "qtc_fridericia_ms",
    "MINDRAY_ECG_TIME_PD_QTcH": "qtc_hodges_ms",
    "MINDRAY_ECG_P_AXIS": "p_axis_deg",
    "MINDRAY_ECG_QRS_AXIS": "qrs_axis_deg",
    "MINDRAY_ECG_T_AXIS": "t_axis_deg",
}
NAMES = {**_NAMES, **{f"{code}_GL": name for code, name in _NAMES.items()}, **_MINDRAY}
_MAKER = "MINDRAY"
_METHODS = {f"qtc_{method}_ms": method for method in ("bazett", "fridericia", "hodges")}
_BEAT = "MDC_ECG_BEAT"
_STATEMENTS = ("MDC_ECG_INTERPRETATION", "MDC_ECG_RHY")
_LONGEST = 1000


class AnnotationSet(NamedTuple):
    element: Element
    by_expert: bool
    single_beats: bool  # whether annotations of a beat speak of one beat among many


def find_sets(rhythm: Element, median: Element | None) -> list[AnnotationSet]:
    """Sets of the rhythm first: what they say is said of the whole recording."""
    found = []
    for series in (rhythm, median):
        for subject in series.all("subjectOf") if series is not None else []:
            for element in subject.all("annotationSet"):
                author = element.at("author", "assignedEntity", "assignedAuthorType")
                expert = author is not None and author.at("assignedPerson") is not None
                found.append(AnnotationSet(element, expert, series is rhythm))
    return found


def in_unproven_words(sets: list[AnnotationSet], vendor: str) -> bool:
    """Whether the file is of the maker whose codes are known from its paper, not from a file."""
    codes = (
        code_of(annotation)
        for annotation_set in sets
        for annotation in _annotations(annotation_set.element, skip_beats=False)
    )
    return vendor.upper().startswith(_MAKER) or any(code.startswith(_MAKER) for code in codes)


def read_measurements(
    sets: list[AnnotationSet], warnings: Warnings
) -> tuple[SourceMeasurement, ...]:
    """Global numbers; those of an expert are named "expert_…"."""
    reported = Reported(warnings)
    for annotation_set in sets:
        for annotation in _annotations(annotation_set.element, annotation_set.single_beats):
            code = annotation.at("code")
            value = annotation.at("value")
            if code is None or value is None or type_of(value) != "PQ":
                continue
            name = NAMES.get(code.attribute("code"))
            if name is None or code.attribute("codeSystem") not in (MDC, ""):
                continue
            reported.add(
                f"expert_{name}" if annotation_set.by_expert else name,
                value.attribute("value"),
                unit=value.attribute("unit"),
                method=_METHODS.get(name, ""),
                code=code.attribute("code"),
            )
    return reported.all()


def read_statements(sets: list[AnnotationSet], warnings: Warnings) -> tuple[SourceStatement, ...]:
    """The machine's lines in file order; an expert's carry the code "expert"."""
    found: dict[SourceStatement, None] = {}
    for annotation_set in sets:
        for annotation in _annotations(annotation_set.element, annotation_set.single_beats):
            value = annotation.at("value")
            if value is None or not code_of(annotation).startswith(_STATEMENTS):
                continue
            text = value.text() or value.attribute("displayName") or value.attribute("code")
            code = "expert" if annotation_set.by_expert else value.attribute("code")
            for line in text.splitlines():
                if line.strip():
                    found[SourceStatement(line.strip()[:_LONGEST], code)] = None
    if any(annotation_set.by_expert for annotation_set in sets):
        warnings.add("expert-annotations", "An expert annotated the recording too; kept apart.")
    return tuple(found)


def _annotations(parent: Element, skip_beats: bool) -> Iterator[Element]:
    """Annotations of all leads together, outside in, without those of single beats."""
    for component in parent.all("component"):
        annotation = component.at("annotation")
        if annotation is None or _of_one_lead(annotation):
            continue
        if skip_beats and code_of(annotation) == _BEAT:
            continue
        yield annotation
        yield from _annotations(annotation, skip_beats)


def _of_one_lead(annotation: Element) -> bool:
    region = annotation.at("support", "supportingROI")
    if region is None:
        return False
    boundaries = [component.at("boundary") for component in region.all("component")]
    return any(b is not None and code_of(b).startswith(LEAD) for b in boundaries)
