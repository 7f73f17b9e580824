"""Sections 1, 7, 8 and 10 of a record that is written."""

from __future__ import annotations

import struct

from apps.ecg.formats.canonical import DecodedEcg, SourceMeasurement
from apps.ecg.formats.lead_codes import number_of_lead

from . import tags as t
from .header import ELECTRODES

NONE = 29999
_SEXES = {"M": 1, "F": 2}
_METHODS = {"qtc_ms": 0, "qtc_bazett_ms": 1, "qtc_hodges_ms": 2}
_P_ON = 100  # ms from the beat's beginning, where the P wave is put


def header_section(ecg: DecodedEcg) -> bytes:
    patient, local = ecg.patient, ecg.acquired_local
    found = [
        _tag(t.LAST_NAME, _text(patient.family_name)),
        _tag(t.FIRST_NAME, _text(patient.given_name)),
        _tag(t.PATIENT_ID, _text(patient.identifier)),
        _tag(t.DEVICE, _device(ecg)),
        _tag(t.INSTITUTION, _text(ecg.institution)),
        _tag(t.SEX, bytes([_SEXES.get(patient.sex, 0)])),
    ]
    if patient.born_on:
        born = patient.born_on
        found.append(_tag(t.BORN, struct.pack("<HBB", born.year, born.month, born.day)))
    if patient.age_years is not None:
        found.append(_tag(t.AGE, struct.pack("<HB", int(patient.age_years), 1)))
    if local:
        found.append(_tag(t.DATE, struct.pack("<HBB", local.year, local.month, local.day)))
        found.append(_tag(t.TIME, bytes([local.hour, local.minute, local.second])))
    if ecg.utc_offset_minutes is not None:
        found.append(_tag(t.ZONE, struct.pack("<hH", ecg.utc_offset_minutes, 0)))
    return b"".join([*found, *_filters(ecg), _electrodes(ecg), _tag(t.END, b"")])


def _tag(number: int, value: bytes) -> bytes:
    return struct.pack("<BH", number, len(value)) + value


def _text(text: str) -> bytes:
    return text.encode("latin-1") + b"\0"


def _device(ecg: DecodedEcg) -> bytes:
    head = struct.pack("<HHHBB6s", 0, 0, 0, 0, 255, ecg.model.encode("latin-1")[:6])
    head += bytes([20, 0xA0, 0, 0, 0]) + bytes(16)
    analysis = _text("")
    texts = [ecg.device_serial, ecg.software, "", ecg.vendor]
    return head + bytes([len(analysis)]) + analysis + b"".join(map(_text, texts))


def _filters(ecg: DecodedEcg) -> list[bytes]:
    found, filters = [], ecg.filters
    if filters.high_pass_hz is not None:
        found.append(_tag(t.HIGH_PASS, struct.pack("<H", round(filters.high_pass_hz * 100))))
    if filters.low_pass_hz is not None:
        found.append(_tag(t.LOW_PASS, struct.pack("<H", round(filters.low_pass_hz))))
    if filters.notch_hz is not None:
        bits = {60: 1, 50: 2}.get(round(filters.notch_hz), 0)
        found.append(_tag(t.FILTERS, bytes([bits])))
    return found


def _electrodes(ecg: DecodedEcg) -> bytes:
    codes = {name: code for code, name in reversed(ELECTRODES.items())}
    return _tag(t.ELECTRODES, bytes([codes.get(ecg.electrode_system, 0), 0]))


def global_section(ecg: DecodedEcg) -> bytes:
    """The numbers as limits of one beat; what the ECG does not say is not measured."""
    values = {m.name: round(m.value) for m in ecg.measurements if not m.lead}
    qrs_on = _P_ON + values["pr_ms"] if "pr_ms" in values else 2 * _P_ON
    limits = [
        _P_ON if "pr_ms" in values else NONE,
        _P_ON + values["p_ms"] if {"p_ms", "pr_ms"} <= values.keys() else NONE,
        qrs_on if {"pr_ms", "qrs_ms", "qt_ms"} & values.keys() else NONE,
        qrs_on + values["qrs_ms"] if "qrs_ms" in values else NONE,
        qrs_on + values["qt_ms"] if "qt_ms" in values else NONE,
    ]
    axes = [values.get(name, NONE) for name in ("p_axis_deg", "qrs_axis_deg", "t_axis_deg")]
    qtc = next((name for name in _METHODS if name in values), "qtc_ms")
    rr, pp, rate, atrial, corrected = (
        values.get(name, NONE)
        for name in ("rr_ms", "pp_ms", "heart_rate_bpm", "atrial_rate_bpm", qtc)
    )
    return (
        struct.pack("<BBHH5H3h", 1, 0, rr, pp, *limits, *axes)
        + struct.pack("<H", 0)
        + struct.pack("<HHHBH", rate, atrial, corrected, _METHODS[qtc], 0)
    )


def statement_section(ecg: DecodedEcg) -> bytes:
    """Section 8: unconfirmed, without a time of its own."""
    blocks = []
    for number, statement in enumerate(ecg.statements, start=1):
        text = _text(statement.text)
        blocks.append(struct.pack("<BH", number, len(text)) + text)
    return struct.pack("<BHBBBBBB", 0, 0, 0, 0, 0, 0, 0, len(blocks)) + b"".join(blocks)


def lead_section(ecg: DecodedEcg) -> bytes:
    """Section 10: P, PR, QRS and QT of each lead that has one."""
    leads = [
        lead for lead in ecg.rhythm.leads if any(m.lead == lead.name for m in ecg.measurements)
    ]
    blocks = []
    for lead in leads:
        number = number_of_lead(lead.name, derived=lead.derived, negated=False)
        values = [_of(ecg.measurements, lead.name, n) for n in ("p_ms", "pr_ms", "qrs_ms", "qt_ms")]
        blocks.append(struct.pack("<HH4h", number, 8, *values))
    return struct.pack("<HH", len(leads), 0) + b"".join(blocks)


def _of(measurements: tuple[SourceMeasurement, ...], lead: str, name: str) -> int:
    return next((round(m.value) for m in measurements if (m.lead, m.name) == (lead, name)), NONE)
