"""A measurement's results as rows: each number with unit, source and method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from apps.core.compiled import Compiled
from apps.ecg.disagreement import CODE, disagreements
from apps.ecg.formats.flat import fields_of
from apps.ecg.model_recording import Source
from apps.ecg.models import Analysis, Finding, Measurement, Recording

if TYPE_CHECKING:
    from apps.ecg.signal.results import LeadMeasures, Measured

QTC_FORMULAS = ("bazett", "fridericia", "framingham", "hodges")


def store_measured(recording: Recording, measured: Measured, algorithm: str) -> Analysis:
    """Call inside the transaction that ends the stage."""
    _numbers(recording, measured, algorithm)
    _statements(recording, measured, algorithm)
    return Analysis.objects.create(
        organization_id=recording.organization_id,
        recording=recording,
        algorithm=algorithm,
        r_peaks=list(measured.r_peaks),
        beats=_beats(measured),
        leads={name: _lead(lead) for name, lead in measured.leads.items()},
        rhythm=fields_of(measured.rhythm),
        quality={lead: fields_of(quality) for lead, quality in measured.quality.items()},
        reasons=measured.reasons,
    )


def values(measured: Measured) -> Iterator[tuple[str, float | None, str]]:
    """(name, value, unit) of every global number."""
    yield "heart_rate_bpm", measured.heart_rate_bpm, "/min"
    for name in ("rr_ms", "p_ms", "pr_ms", "qrs_ms", "qt_ms"):
        yield name, getattr(measured, name), "ms"
    for formula in QTC_FORMULAS:
        value = getattr(measured.qtc, formula) if measured.qtc else None
        yield f"qtc_{formula}_ms", value, "ms"
    for wave in ("p", "qrs", "t"):
        yield f"{wave}_axis_deg", getattr(measured.axes, wave), "deg"


def _numbers(recording: Recording, measured: Measured, algorithm: str) -> None:
    Measurement.objects.bulk_create(
        Measurement(
            organization_id=recording.organization_id,
            recording=recording,
            name=name,
            value=Decimal(str(round(value, 1))),
            unit=unit,
            source=Source.PLATFORM,
            method=algorithm,
        )
        for name, value, unit in values(measured)
        if value is not None
    )


def _statements(recording: Recording, measured: Measured, algorithm: str) -> None:
    said: list[tuple[str, str, Mapping[str, object]]] = [
        (one.code, one.text, one.evidence) for one in measured.statements if one.present
    ]
    ours = {name: value for name, value, _ in values(measured) if value is not None}
    said += [(CODE, one.text, one.evidence) for one in disagreements(_device(recording), ours)]
    Finding.objects.bulk_create(
        Finding(
            organization_id=recording.organization_id,
            recording=recording,
            source=Source.PLATFORM,
            method=algorithm,
            ordinal=ordinal,
            code=code,
            text=text,
            evidence=evidence,
        )
        for ordinal, (code, text, evidence) in enumerate(said, start=1)
    )


@Compiled
def _of_device(*, recording: int) -> QuerySet[Any, Any]:
    rows = Measurement.objects.filter(recording=recording, source=Source.DEVICE, lead="")
    return rows.values_list("name", "value")


def _device(recording: Recording) -> dict[str, float]:
    return {name: float(value) for name, value in _of_device(recording=recording.pk)}


def _lead(lead: LeadMeasures) -> dict[str, Any]:
    return fields_of(lead) | {"fiducials_ms": fields_of(lead.fiducials_ms)}


def _beats(measured: Measured) -> list[dict[str, float | str | None]]:
    """Borders of each beat in ms, and its class."""
    classes = measured.beat_classes or ("",) * len(measured.beats)
    return [
        {**fields_of(beat), "class": kind}
        for beat, kind in zip(measured.beats, classes, strict=True)
    ]
