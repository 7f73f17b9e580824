"""pydicom: one multiplex group, the longest, in the file's own unit."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pydicom

from apps.ecg.formats.lead_codes import lead_by_code
from tests.oracles import Leads

NV_PER_UNIT = {"nV": 1.0, "uV": 1e3, "mV": 1e6, "V": 1e9}


def read(path: Path) -> Leads:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path)
        groups = list(dataset.WaveformSequence)
        index = max(range(len(groups)), key=lambda n: groups[n].NumberOfWaveformSamples)
        values = dataset.waveform_array(index)
    columns = zip(groups[index].ChannelDefinitionSequence, values.T, strict=True)
    return {_lead(channel): column * _unit(channel) for channel, column in columns}


def _lead(channel: Any) -> str:
    source = channel.ChannelSourceSequence[0]
    code = lead_by_code(source.CodingSchemeDesignator, source.CodeValue)
    assert code is not None
    assert not code.negated
    return code.name


def _unit(channel: Any) -> float:
    return NV_PER_UNIT[channel.ChannelSensitivityUnitsSequence[0].CodeValue]
