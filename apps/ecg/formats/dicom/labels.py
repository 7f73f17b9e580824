"""Leads of channels that no known scheme codes: by what their labels name, where they agree."""

from __future__ import annotations

from typing import NoReturn

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.lead_codes import LeadCode, is_lead_scheme, lead_by_code, lead_by_meaning

from . import tags
from .elements import Dataset
from .values import Code, Reader

BY_LABEL = "lead-by-label"
_SCHEMES = ("SCPECG", "MDC")


def lead_by_labels(definition: Dataset, source: Code | None, reader: Reader) -> LeadCode:
    """The one lead that CodeMeaning and ChannelLabel name, with a warning.

    Raises Refused where they name none or two, where the code is one of a scheme of leads but
    of no lead known here, and where it would be another lead's in such a scheme.
    """
    texts = (
        reader.meaning(definition, tags.CHANNEL_SOURCE),
        reader.text(definition, tags.CHANNEL_LABEL),
    )
    names = {name for text in texts if (name := lead_by_meaning(text)) is not None}
    in_scheme = source is not None and is_lead_scheme(source.scheme)
    if len(names) != 1 or in_scheme or not _coded(source) <= names:
        _refuse(source)
    name = names.pop()
    reader.warnings.add(BY_LABEL, "Leads without a known code were read by their labels.")
    derived = any(text.lower().startswith("derived") for text in texts)
    return LeadCode(name.removeprefix("-"), derived, name.startswith("-"))


def _coded(source: Code | None) -> set[str]:
    """What the value would be in each scheme of leads."""
    codes = [lead_by_code(scheme, source.value) for scheme in _SCHEMES] if source else []
    return {code.signed() for code in codes if code}


def _refuse(source: Code | None) -> NoReturn:
    message = (
        f"Lead code {source.shown()} is not known."
        if source
        else "A channel does not say which lead it is."
    )
    raise Refused("unknown-lead", message, field="ChannelSourceSequence")
