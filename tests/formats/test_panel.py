"""Every check leaves a row a person can read: what was found, against which limit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused, SourceMeasurement
from apps.ecg.formats.quality import evaluate
from apps.ecg.formats.wire import decode_wire, encode
from tests.formats.ecgs import ecg, file, median, rows, waveform

EVERY = {
    *("rate", "duration", "leads", "gaps", "amplitude", "flat", "pulse", "limb-leads", "copies"),
    *("scales", "heights", "median", "median-rate", "heart-rate", "electrodes"),
    *("wave-limits", "intervals", "qtc", "clipped"),
}


def device_rate(bpm: float) -> tuple[SourceMeasurement, ...]:
    return (SourceMeasurement("heart_rate_bpm", bpm, "/min"),)


def row(found, name):
    [check] = [check for check in found.checks() if check.name == name]
    return check


def test_a_sound_ecg_passes_every_check_and_says_so():
    checks = evaluate(ecg(median=median())).checks()
    assert {check.name for check in checks} == EVERY
    assert {check.level for check in checks} == {"pass"}
    assert all(check.message.endswith(".") for check in checks)


def test_what_is_odd_has_its_figure_and_its_limit():
    check = row(evaluate(ecg(waveform(seconds=8))), "duration")
    assert (check.level, check.figure) == ("warn", "8.0 s")
    assert check.limit == "10 ± 0.5 s, at least 2.4 s"


def test_a_refused_file_carries_every_check_that_was_made():
    doubled = waveform(nv_per_lsb=Decimal(20_000))
    with pytest.raises(Refused) as error:
        decode(file(doubled))
    levels = {check.name: check.level for check in error.value.checks}
    assert levels["amplitude"] == "quarantine"
    assert levels["rate"] == levels["limb-leads"] == "pass"


def test_without_a_sound_length_no_other_check_is_made():
    found = evaluate(ecg(waveform(seconds=2)))
    assert {check.name for check in found.checks()} == {"rate", "duration", "leads", "gaps"}


@pytest.mark.parametrize("bpm", [62, 63, 67, 71, 73])
def test_rates_that_are_alike_pass(bpm):
    assert row(evaluate(ecg(measurements=device_rate(bpm))), "heart-rate").level == "pass"


@pytest.mark.parametrize(
    ("bpm", "level"), [(80, "warn"), (33.3, "quarantine"), (133, "quarantine")]
)
def test_another_rate_is_noted_and_half_or_double_refused(bpm, level):
    check = row(evaluate(ecg(measurements=device_rate(bpm))), "heart-rate")
    assert check.level == level
    assert check.figure == f"67 /min in the signal, {bpm:.0f} /min by the device"


def test_a_sampling_rate_read_wrong_is_refused_by_the_rate():
    slow = replace(waveform(), sampling_rate_hz=Decimal(250))
    with pytest.raises(Refused) as error:
        decode(file(slow, measurements=device_rate(67)))
    assert error.value.code == "rate-contradicts"


def test_irregular_beats_refuse_nothing():
    signal = rows(seconds=3)
    parts = [np.concatenate([signal[n], signal[n][:700], signal[n][:300]]) for n in signal]
    odd = waveform(counts=np.stack(parts, axis=1))
    assert row(evaluate(ecg(odd, measurements=device_rate(33))), "heart-rate").level != "quarantine"


def test_the_order_of_wave_limits_is_a_row():
    warned = evaluate(ecg(warnings=()))
    assert row(warned, "wave-limits").level == "pass"


def test_checks_cross_the_border_between_processes():
    found = decode(file())
    assert decode_wire(encode(found)).checks == found.checks
    refusal = Refused("no-signal", "None.", checks=found.checks)
    with pytest.raises(Refused) as error:
        decode_wire(encode(refusal))
    assert error.value.checks == found.checks
