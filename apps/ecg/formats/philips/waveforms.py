"""The rhythm of a Philips file: expanded, limb leads restored, calibration taken off."""

from __future__ import annotations

import numpy as np

from apps.ecg.formats.canonical import Lead, Refused, Waveform
from apps.ecg.formats.encoded import from_base64
from apps.ecg.formats.leads import check_leads, named_lead
from apps.ecg.formats.xml import Element

from . import calibration
from .limb_residuals import restore
from .settings import Settings, read_settings
from .xli import Block, blocks, decode_block

MOST_SAMPLES = 1 << 20


def find_rhythm(root: Element) -> Element:
    """The one set of waveforms. Raises Refused for none or several."""
    found = [parsed for waves in root.all("waveforms") for parsed in waves.all("parsedwaveforms")]
    if len(found) != 1:
        code, message = (
            ("several-recordings", "The file holds several recordings; send them one by one.")
            if found
            else ("no-rhythm", "The file holds no waveform.")
        )
        raise Refused(code, message, field="restingecgdata/waveforms/parsedwaveforms")
    return found[0]


def read_rhythm(root: Element, parsed: Element) -> Waveform:
    """All leads in file order. Raises Refused."""
    settings = read_settings(root, parsed)
    names = [named_lead(label, field=parsed.path("@leadlabels")) for label in settings.labels]
    check_leads(names, field=parsed.path("@leadlabels"))
    samples = _samples(settings, parsed)
    coded = list(blocks(from_base64(parsed.content, field=parsed.path()), field=parsed.path()))
    if len(coded) < len(names):
        raise Refused("truncated", "The file holds fewer leads than it names.", field=parsed.path())
    rows = {
        name: decode_block(block, samples, field=parsed.path())
        for name, block in zip(names, coded, strict=False)
    }
    restore(rows, field=parsed.path("@leadlabels"))
    _check_unnamed(coded[len(names) :], samples, settings, parsed)
    counts = np.stack([rows[name] for name in names], axis=1)
    if settings.duration_ms == calibration.TAIL_MS:
        counts = calibration.without_tail(
            counts, settings.rate_hz, settings.nv_per_lsb, field=parsed.path("@durationperchannel")
        )
    leads = tuple(Lead(name, settings.nv_per_lsb) for name in names)
    return Waveform("rhythm", leads, counts.astype(np.int32), settings.rate_hz)


def _samples(settings: Settings, parsed: Element) -> int:
    count = settings.duration_ms * settings.rate_hz / 1000
    if not 2 <= count <= MOST_SAMPLES or count % 1:
        raise Refused(
            "sample-count",
            "Duration and rate give no possible number of samples.",
            field=parsed.path("@durationperchannel"),
        )
    return int(count)


def _check_unnamed(coded: list[Block], samples: int, settings: Settings, parsed: Element) -> None:
    """Channels beyond the named leads are unused: flat but for the calibration pulse."""
    flat = calibration.pulse(samples, settings.rate_hz, settings.nv_per_lsb)
    for block in coded:
        row = decode_block(block, samples, field=parsed.path())
        if row.any() and not np.array_equal(row, flat):
            raise Refused(
                "unknown-lead",
                "The file holds a lead it does not name.",
                field=parsed.path("@leadlabels"),
            )
