"""Tag 14: the device that took the ECG, in numbers and five texts."""

from __future__ import annotations

from typing import NamedTuple

from .tags import DEVICE, Tags

_MODEL_AT, _MODEL_END, _TEXTS_AT = 8, 14, 36
_MAKER_AT = 7
_MAKERS = {
    1: "Burdick",
    2: "Cambridge",
    3: "Compumed",
    4: "Datamed",
    5: "Fukuda",
    6: "Hewlett-Packard",
    7: "Marquette Electronics",
    8: "Mortara Instruments",
    9: "Nihon Kohden",
    10: "Okin",
    11: "Quinton",
    12: "Siemens",
    13: "SpaceLabs",
    14: "Telemed",
    15: "Hellige",
    16: "Esaote",
    17: "Schiller",
    18: "Picker-Schwarzer",
}
_UNKNOWN = {"", "unknown"}


class Device(NamedTuple):
    vendor: str = ""
    model: str = ""
    software: str = ""
    serial: str = ""


def read_device(tags: Tags) -> Device:
    """What tag 14 says; the manufacturer's name counts before its number."""
    raw = tags.values.get(DEVICE, b"")
    if len(raw) < _MODEL_END:
        return Device()
    texts = [tags.decoded(text) for text in _texts(raw)]
    analysis, serial, software, scp_software, maker = (texts + [""] * 5)[:5]
    return Device(
        vendor=maker if maker.lower() not in _UNKNOWN else _MAKERS.get(raw[_MAKER_AT], ""),
        model=tags.decoded(raw[_MODEL_AT:_MODEL_END]),
        software=_first_known(software, analysis, scp_software),
        serial=_first_known(serial),
    )


def _texts(raw: bytes) -> list[bytes]:
    """The analysing program has a length of its own, the other texts end with NUL."""
    if len(raw) <= _TEXTS_AT:
        return []
    length = raw[_TEXTS_AT - 1]
    rest = raw[_TEXTS_AT + length :]
    return [raw[_TEXTS_AT : _TEXTS_AT + length], *rest.split(b"\0")]


def _first_known(*texts: str) -> str:
    return next((text for text in texts if text.lower() not in _UNKNOWN), "")
