"""Whether the device's numbers agree with each other."""

from __future__ import annotations

from collections.abc import Sequence

from apps.ecg.formats.canonical import DecodeWarning, SourceMeasurement

from .panel import Panel

QTC_TOLERANCE_MS = 5.0
QT_OVER_RR_MS = 100.0
QTC_NAMES = ("qtc_ms", "qtc_bazett_ms", "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms")


def check_borders(warnings: Sequence[DecodeWarning], panel: Panel) -> None:
    """What the decoder saw of the order of the wave limits that the device marked."""
    panel.passed("wave-limits", "No wave limit of the device is out of order.")
    for warning in warnings:
        if warning.code == "fiducial-order":
            panel.note("wave-limits", warning.message)


def check_agreement(measurements: Sequence[SourceMeasurement], panel: Panel) -> None:
    panel.passed("intervals", "The device's intervals fit into each other.")
    panel.passed("qtc", "The device's QTc follows from a formula, or none is stated.")
    values = {m.name: m.value for m in reversed(measurements) if not m.lead}
    rr = _rr_ms(values)
    qrs, pr, qt = values.get("qrs_ms"), values.get("pr_ms"), values.get("qt_ms")
    if qrs is not None and qt is not None and qrs >= qt:
        panel.warn("intervals", "interval-order", "The device's QRS is not shorter than its QT.")
    if rr is not None and pr is not None and pr >= rr:
        panel.warn("intervals", "interval-order", "The device's PR is not shorter than its RR.")
    if rr is not None and qt is not None:
        if qt >= rr + QT_OVER_RR_MS:
            words = "The device's QT is longer than its RR allows."
            figure, limit = f"QT {qt:.0f} ms, RR {rr:.0f} ms", "QT under RR + 100 ms"
            panel.warn("intervals", "interval-order", words, figure, limit)
        _check_qtc(values, qt, rr, panel)


def _rr_ms(values: dict[str, float]) -> float | None:
    rate = values.get("heart_rate_bpm")
    return values.get("rr_ms") or (60_000 / rate if rate else None)


def _check_qtc(values: dict[str, float], qt: float, rr: float, panel: Panel) -> None:
    known = corrected_qt(qt, rr)
    for name in QTC_NAMES:
        value = values.get(name)
        if value is None:
            continue
        wanted = known.values() if name == "qtc_ms" else [known[name]]
        if all(abs(value - one) > QTC_TOLERANCE_MS for one in wanted):
            words = f"The device's {name} follows from no formula that fits."
            panel.warn("qtc", "qtc-formula", words, f"{value:.0f} ms", "within 5 ms")


def corrected_qt(qt_ms: float, rr_ms: float) -> dict[str, float]:
    """QTc by each formula, under the name of its measurement."""
    rr_s = rr_ms / 1000
    return {
        "qtc_bazett_ms": qt_ms / rr_s**0.5,
        "qtc_fridericia_ms": qt_ms / rr_s ** (1 / 3),
        "qtc_framingham_ms": qt_ms + 154 * (1 - rr_s),
        "qtc_hodges_ms": qt_ms + 1.75 * (60 / rr_s - 60),
    }
