"""Plausibility: what is odd is a warning, what no heart or recorder makes is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused, SourceMeasurement
from apps.ecg.formats.quality import clock_warnings, evaluate
from apps.ecg.formats.quality.contact import FLAT_UV, _always_moves
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.formats.ecgs import ecg, file, median, rows, waveform

NAMES = waveform().lead_names()
COUNTS_OF_400_UV = 400


def check(ecg):
    """The warnings of an ECG's checks. Raises Refused for what must not be read."""
    panel = evaluate(ecg)
    panel.refuse()
    return panel.warnings()


def codes(rhythm=None, **fields) -> set[str]:
    return {warning.code for warning in check(ecg(rhythm, **fields))}


def refused(rhythm=None, **fields) -> str:
    with pytest.raises(Refused) as error:
        check(ecg(rhythm, **fields))
    return error.value.code


def changed(change, **shape):
    """A rhythm whose counts by lead were changed; limb leads are kept consistent by hand."""
    signal = rows(**shape)
    change(signal)
    counts = np.stack([signal[name] for name in NAMES], axis=1)
    return waveform(counts=counts)


def scaled(factor):
    return waveform(nv_per_lsb=Decimal(factor))


def test_a_sound_ecg_has_no_warnings():
    assert codes(median=median()) == set()


@pytest.mark.parametrize("factor", [20, 20_000])
def test_a_scale_wrong_by_far_is_refused(factor):
    assert refused(scaled(factor)) in {"no-signal", "implausible-amplitude"}


def test_a_small_or_large_ecg_is_noted():
    assert "unusual-amplitude" in codes(scaled(100))
    assert "unusual-amplitude" in codes(scaled(5_000))


def test_a_median_of_another_scale_is_refused():
    beat = median()
    assert refused(median=replace(beat, counts=beat.counts * 4)) == "median-scale"


def test_a_median_somewhat_smaller_is_noted():
    beat = median()
    shrunk = replace(beat, counts=(beat.counts * 0.7).astype(np.int32))
    assert codes(median=shrunk) == {"median-scale"}


def flat(*names, seconds=1.5):
    def change(signal):
        for name in names:
            signal[name][500 : 500 + round(seconds * 500)] = 3

    return change


def test_one_flat_chest_lead_is_noted():
    assert codes(changed(flat("V3"))) == {"flat-lead"}
    assert codes(changed(flat("V3", seconds=0.5))) == set()


@pytest.mark.parametrize("names", [("I", "aVL"), ("II", "V1"), ("V1", "V2", "V3")])
def test_flat_limb_leads_or_three_flat_leads_are_refused(names):
    assert refused(changed(flat(*names))) == "flat-leads"


def cut(*names, at):
    """Counts beyond the end of the recorder's range."""

    def change(signal):
        for name in names:
            signal[name][:] = np.clip(signal[name], -at, at)

    return change


def test_leads_whose_peaks_are_cut_off_are_noted_by_name():
    found = check(ecg(changed(cut("V3", "V5", at=COUNTS_OF_400_UV))))
    assert [(one.code, one.message) for one in found] == [
        (
            "clipped-lead",
            "Peaks are cut off flat in V3, V5: their true heights are not in the file.",
        )
    ]
    assert codes(changed(cut("V3", "V5", at=9_000))) == set()


def test_a_gap_at_the_highest_value_is_no_peak_that_is_cut_off():
    rhythm = waveform()
    missing = np.zeros(rhythm.counts.shape, dtype=np.bool_)
    lead = NAMES.index("V4")
    for start in np.argsort(rhythm.counts[:, lead])[-2:]:
        missing[start + 1 : start + 8, lead] = True
    assert "clipped-lead" not in codes(replace(rhythm, missing=missing))


def test_a_dropout_of_all_leads_is_refused_but_a_pause_is_noted():
    assert refused(changed(flat(*NAMES))) == "flat-leads"

    def pause(signal):
        noise = np.random.default_rng(1).integers(-1, 2, 900)
        for name in NAMES:
            signal[name][500:1400] = noise

    assert "all-leads-quiet" in codes(changed(pause))


@pytest.mark.parametrize(("seconds", "code"), [(8, {"unusual-duration"}), (10.4, set())])
def test_duration_beyond_half_a_second_of_ten_is_noted(seconds, code):
    assert codes(waveform(seconds=seconds)) == code


def test_less_than_2_4_seconds_is_refused():
    assert refused(waveform(seconds=2.3)) == "too-short"
    assert "unusual-duration" in codes(waveform(seconds=2.5))


def test_rates_are_usual_noted_or_refused():
    assert codes(waveform(rate=1000)) == set()
    assert codes(waveform(rate=360)) == {"unusual-rate"}
    assert refused(waveform(rate=125, seconds=40)) == "implausible-rate"


def pulse(*names, height=1000):
    def change(signal):
        for name in names:
            signal[name][2600:2700] = height

    return change


def test_a_calibration_pulse_in_eight_leads_is_refused():
    assert refused(changed(pulse(*NAMES))) == "calibration-pulse"
    assert refused(changed(pulse(*NAMES[4:]))) in {"calibration-pulse", "lead-identity"}


def test_a_pulse_in_few_leads_is_none():
    assert codes(changed(pulse("V1", "V2", "V3"))) == set()


def test_a_channel_stored_twice_is_refused():
    def change(signal):
        signal["V4"] = signal["V3"].copy()

    assert refused(changed(change)) == "duplicate-channel"


def test_leads_alike_in_shape_only_are_accepted():
    def change(signal):
        signal["V4"] = signal["V3"] * 2

    assert codes(changed(change)) == set()


def test_limb_leads_off_a_little_are_noted_and_far_off_refused():
    def off(by):
        def change(signal):
            signal["aVF"] = signal["aVF"] + by

        return change

    assert codes(changed(off(10))) == set()
    assert codes(changed(off(30))) == {"lead-identity"}
    assert refused(changed(off(80))) == "lead-identity"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.update({"III": s["aVF"], "aVF": s["III"]}), "exchanged"),
        (lambda s: s.update({"III": s["III"] * 2}), "factor of 2.0"),
        (lambda s: s.update({"aVR": np.roll(s["aVR"], 2)}), "shifted by 2 samples"),
    ],
    ids=["label", "scale", "skew"],
)
def test_a_broken_identity_is_refused_with_its_likely_cause(change, said):
    with pytest.raises(Refused) as error:
        check(ecg(changed(change)))
    assert error.value.code == "lead-identity"
    assert said in error.value.message


def reversed_arms(signal):
    signal["I"] = -signal["I"]
    signal["II"], signal["III"] = signal["III"].copy(), signal["II"].copy()
    signal["aVR"], signal["aVL"] = signal["aVL"].copy(), signal["aVR"].copy()


def test_exchanged_arms_satisfy_the_identities_and_are_suspected():
    assert codes(changed(reversed_arms)) == {"limb-reversal"}


def test_a_mirrored_heart_is_not_called_a_reversal():
    def change(signal):
        reversed_arms(signal)
        signal["V5"], signal["V6"] = -signal["V5"], -signal["V6"]

    assert codes(changed(change)) == set()


@pytest.mark.parametrize("window", [1, 2, 3, 20, 101, 500])
def test_a_lead_that_always_moves_is_flat_in_no_window(window):
    chance, moved = np.random.default_rng(window), 0
    for size in chance.integers(window, 1500, 40):
        row = chance.normal(0, chance.uniform(1, 40), size)
        start = chance.integers(size)
        row[start : start + chance.integers(2 * window)] = 0
        spread = np.lib.stride_tricks.sliding_window_view(row, window).var(axis=1).min()
        if _always_moves(row, window):
            moved += 1
            assert spread >= FLAT_UV**2
    assert moved > 0 or window < 20


def test_an_almost_flat_lead_ii_is_suspected():
    def change(signal):
        signal["II"] = signal["II"] // 16
        one, two = signal["I"], signal["II"]
        signal["III"], signal["aVR"] = two - one, -(one + two) // 2
        signal["aVL"], signal["aVF"] = (2 * one - two) // 2, (2 * two - one) // 2

    assert "limb-reversal" in codes(changed(change))


def numbers(**values):
    return tuple(SourceMeasurement(name, value, "ms") for name, value in values.items())


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"qrs_ms": 400, "qt_ms": 380}, {"interval-order"}),
        ({"pr_ms": 900, "rr_ms": 800}, {"interval-order"}),
        ({"qt_ms": 910, "rr_ms": 800}, {"interval-order"}),
        ({"qt_ms": 368, "rr_ms": 982, "qtc_ms": 370}, set()),
        ({"qt_ms": 452, "rr_ms": 1250, "qtc_ms": 403}, set()),
        ({"qt_ms": 368, "rr_ms": 982, "qtc_ms": 420}, {"qtc-formula"}),
        ({"qt_ms": 300, "rr_ms": 500, "qtc_fridericia_ms": 424}, {"qtc-formula"}),
        ({"qt_ms": 399, "heart_rate_bpm": 64, "qtc_bazett_ms": 412}, set()),
    ],
)
def test_device_numbers_must_agree(values, code):
    assert codes(measurements=numbers(**values)) - {"heart-rate"} == code


def test_gaps_are_no_flat_lead_and_break_no_identity():
    missing = np.zeros((5000, 12), dtype=bool)
    missing[1000:2000] = True
    wave = replace(waveform(), missing=missing)
    wave.counts[1000:2000] = 9
    assert codes(wave) == set()


@pytest.mark.parametrize(
    ("offset", "late", "warns"), [(0, 4, 0), (0, 6, 1), (60, 64, 0), (60, 66, 1), (None, 800, 0)]
)
def test_a_clock_ahead_of_ours_is_noted(offset, late, warns):
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    local = now.replace(tzinfo=None) + dt.timedelta(minutes=late)
    found = clock_warnings(ecg(acquired_local=local, utc_offset_minutes=offset), now)
    assert len(found) == warns


def test_what_is_refused_names_what_of_the_file_cannot_be_so():
    flat = waveform()
    flat.counts[:, :3] = 0
    for signal, field in (
        (waveform(nv_per_lsb=Decimal(10)), "scale"),
        (flat, "leads I, II, III"),
        (waveform(seconds=2), "duration"),
    ):
        with pytest.raises(Refused) as refused:
            decode(file(signal))
        assert refused.value.field == field


@pytest.mark.parametrize("bpm", [60.0, 75.0, 90.0])
def test_double_the_sampling_rate_is_noticed_where_the_beats_then_crowd(bpm):
    spec = SynthesisSpec(heart_rate_bpm=bpm, conduction="rbbb" if bpm == 90 else "normal")
    spec = replace(spec, t_scale=1.0 if bpm == 90 else 2.0)
    made = synthesize(spec)
    said = (SourceMeasurement("heart_rate_bpm", made.truth.heart_rate_bpm, "/min"),)
    right, doubled = (
        evaluate(ecg(replace(made.waveform(), sampling_rate_hz=Decimal(rate)), measurements=said))
        for rate in (500, 1000)
    )
    assert not right.refuses
    with pytest.raises(Refused) as refused:
        doubled.refuse()
    assert (refused.value.code, refused.value.field) == ("rate-contradicts", "sampling rate")
