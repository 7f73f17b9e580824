"""SCP-ECG samples: every way of coding them gives back the same nanovolts."""

from __future__ import annotations

import struct
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode, scp
from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.scp.beats import Zone
from apps.ecg.formats.scp.encoded import decode_leads, read_encoded
from apps.ecg.formats.scp.huffman import DEFAULT, Code, read_tables
from apps.ecg.formats.scp.sections import read_record
from apps.ecg.formats.scp.writer import ScpOptions, assemble, write_scp
from tests.formats.ecgs import ecg, refusal, waveform

SCALE = Decimal(2500)
# Small values by a sign and four bits; larger ones behind a switch to a table of plain words.
TABLES = (
    (Code(1, 5, True, 0, 0), Code(2, 2, False, 2, 1)),
    (Code(1, 17, True, 0, 0), Code(2, 2, False, 1, 1)),
)
ONE_TABLE = ((*DEFAULT[:7], Code(5, 13, True, 0, 15), Code(5, 21, True, 0, 31)),)


def beat() -> Waveform:
    return waveform(kind="median", nv_per_lsb=SCALE, seconds=0.8, beat_s=0.9)


def written(**options: object) -> bytes:
    source = ecg(waveform(nv_per_lsb=SCALE), median=beat())
    return write_scp(source, ScpOptions(**options))  # type: ignore[arg-type]


def zones(samples: int = 5000, every: int = 450, half: int = 60) -> tuple[Zone, ...]:
    middles = range(every, samples - half - 1, every)
    return tuple(Zone(at - half, at, at + half) for at in middles)


@pytest.mark.parametrize("difference", [0, 1, 2])
@pytest.mark.parametrize("huffman", [False, True])
def test_every_difference_gives_back_every_count(huffman, difference):
    found = decode(written(huffman=huffman, difference=difference))
    assert found.canonical_hash == ecg(waveform(nv_per_lsb=SCALE)).canonical_hash
    assert np.array_equal(found.rhythm.counts, waveform().counts)
    assert np.array_equal(found.median.counts, beat().counts)
    assert found.rhythm.sampling_rate_hz == 500


@pytest.mark.parametrize("tables", [ONE_TABLE, TABLES], ids=["one", "switching"])
def test_custom_tables_give_back_every_count(tables):
    found = decode(written(tables=tables))
    assert np.array_equal(found.rhythm.counts, waveform().counts)
    assert np.array_equal(found.median.counts, beat().counts)
    assert found.experimental


def test_a_subtracted_beat_is_put_back_exactly():
    found = decode(written(subtract=True, beats=zones(), beat_fiducial=200))
    assert np.array_equal(found.rhythm.counts, waveform().counts)
    assert found.experimental


def test_the_residual_alone_would_be_another_ecg():
    data = written(subtract=True, beats=zones(), beat_fiducial=200)
    assert not np.array_equal(residual(data), waveform().counts)


def residual(data: bytes) -> np.ndarray:
    sections = read_record(data).sections
    return decode_leads(read_encoded(sections[6], 12, ""), read_tables(sections[2]), 5000)


def test_bimodal_keeps_what_is_protected_and_interpolates_the_rest():
    found = decode(written(bimodal=4, beats=zones())).rhythm.counts
    expected = by_hand(waveform().counts, zones())
    assert np.array_equal(found, expected)
    for zone in zones():
        inside = slice(zone.start, zone.end + 1)
        assert np.array_equal(found[inside], waveform().counts[inside])


def by_hand(counts: np.ndarray, protected: tuple[Zone, ...]) -> np.ndarray:
    """The same rule written plainly, sample by sample."""
    out, start = counts.copy(), 0
    for end, after in [(z.start, z.end + 1) for z in protected] + [(len(counts), 0)]:
        groups = [range(i, min(i + 4, end)) for i in range(start, end, 4)]
        means = [np.rint(counts[list(g)].mean(axis=0)) for g in groups]
        centres = [(g[0] + g[-1]) / 2 for g in groups]
        for at in range(start, end):
            out[at] = np.rint(on_the_line(at, centres, means))
        start = after
    return out


def on_the_line(at: float, centres: list[float], means: list[np.ndarray]) -> np.ndarray:
    after = next((i for i, centre in enumerate(centres) if centre >= at), len(centres))
    if after in (0, len(centres)):
        return means[min(after, len(centres) - 1)]
    share = (at - centres[after - 1]) / (centres[after] - centres[after - 1])
    return means[after - 1] + share * (means[after] - means[after - 1])


def test_bimodal_and_a_subtracted_beat_go_together():
    options = {"beats": zones(), "beat_fiducial": 200, "bimodal": 4}
    found = decode(written(subtract=True, **options))
    inside = np.concatenate([np.arange(z.start, z.end + 1) for z in zones()])
    assert np.array_equal(found.rhythm.counts[inside], waveform().counts[inside])
    assert {"bimodal"} <= {w.code for w in found.warnings}
    assert found.experimental


def test_differences_wrap_at_16_bits_as_encoders_do():
    counts = np.tile(np.array([[0], [1100]]), (2500, 12)) + waveform().counts
    counts[::2, 3] = -32000
    counts[1::2, 3] = 32000
    source = ecg(waveform(counts=counts))
    for huffman in (False, True):
        found = scp.decode(write_scp(source, ScpOptions(huffman=huffman)))
        assert np.array_equal(found.rhythm.counts, counts)


def test_the_scale_is_kept_to_the_nanovolt():
    source = ecg(waveform(nv_per_lsb=Decimal(4883)))
    found = decode(write_scp(source)).rhythm
    assert found.leads[0].nv_per_lsb == 4883
    assert np.array_equal(found.nanovolts(), source.rhythm.nanovolts())


@pytest.mark.parametrize("protocol", [13, 20, 22, 30])
def test_all_protocols_are_read_and_only_the_proven_one_is_not_experimental(protocol):
    found = decode(written(protocol=protocol))
    assert np.array_equal(found.rhythm.counts, waveform().counts)
    assert found.experimental is (protocol != 20)


def test_a_file_without_the_signature_is_known_by_its_directory():
    assert decode(written(protocol=13, signature=b"")).format == "scp-ecg"


def test_eight_leads_are_completed():
    names = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    found = decode(write_scp(ecg(waveform(names))))
    assert len(found.rhythm.leads) == 12
    assert found.rhythm.leads[2] == replace(found.rhythm.leads[2], name="III", derived=True)


def test_zeros_without_limb_leads_are_no_ecg():
    names = ("V1", "V2", "V3", "V4", "V5")
    empty = waveform(names, counts=np.zeros((5000, 5)))
    assert refusal(write_scp(ecg(empty))) == "no-signal"


def test_a_beat_coded_otherwise_than_the_rhythm_is_experimental():
    record = read_record(written(huffman=False, difference=0))
    assert not decode(assemble(record.sections, 20)).experimental
    beat_of_differences = read_record(written(huffman=False, difference=1)).sections[5]
    found = decode(assemble(record.sections | {5: beat_of_differences}, 20))
    assert found.experimental
    assert np.array_equal(found.median.counts, beat().counts)


def test_chest_leads_that_hold_nothing_at_all_are_left_out_together():
    counts = waveform().counts.copy()
    counts[:, 6:] = 0
    found = decode(write_scp(ecg(waveform(counts=counts))))
    assert found.rhythm.lead_names() == ("I", "II", "III", "aVR", "aVL", "aVF")
    assert "leads-off" in {w.code for w in found.warnings}
    counts[:, 6] = waveform().counts[:, 6]
    assert refusal(write_scp(ecg(waveform(counts=counts)))) == "flat-leads"


@pytest.mark.parametrize(
    "change",
    [
        {"nv_per_lsb": Decimal("2500.5")},
        {"counts": np.full((5000, 12), 40_000)},
        {"rate": 300},
    ],
)
def test_the_writer_refuses_what_the_format_cannot_hold(change):
    with pytest.raises(ValueError):
        write_scp(ecg(waveform(**change)))


@pytest.mark.parametrize(("interval_us", "rate"), [(3333, 300), (3906, 256), (1953, 512)])
def test_an_interval_rounded_to_microseconds_is_that_of_its_rate(interval_us, rate):
    sections = dict(read_record(write_scp(ecg(measurements=()))).sections)
    sections[6] = sections[6][:2] + struct.pack("<H", interval_us) + sections[6][4:]
    found = decode(assemble(sections, 20))
    assert found.rhythm.sampling_rate_hz == rate
    assert "rate-rounded" in {warning.code for warning in found.warnings}


def test_an_interval_of_no_rate_is_refused():
    sections = dict(read_record(write_scp(ecg(measurements=()))).sections)
    sections[6] = sections[6][:2] + struct.pack("<H", 3900) + sections[6][4:]
    assert refusal(assemble(sections, 20)) == "unknown-rate"
