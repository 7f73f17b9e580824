"""Lead names in free labels, as files of research formats carry them."""

from __future__ import annotations

import re

from .lead_codes import lead_by_meaning

# Placements of their own: never the lead they resemble, so they keep their names.
_OWN_NAMES = re.compile(
    r"M(L(I{1,3}|[1-6])|CL[1-6]|V[1-9])|C[CMS][1-6]|V[XYZ]", re.ASCII | re.IGNORECASE
)
# A dash right behind the first word parts them, a later one is the sign of -aVR.
_PREFIX = re.compile(r"^(?:(?:ECG|EKG)(?:-|[ _:]+))?(?:Lead[ _]+)?", re.IGNORECASE)


def lead_by_label(label: str) -> str | None:
    """The lead a label names, in its canonical spelling; "-aVR" keeps its sign.

    None for a label that names no lead: a chest lead is V1, a modified one stays MV1.
    """
    text = _PREFIX.sub("", label.strip())
    known = lead_by_meaning(text) if "(" not in text and "," not in text else None
    if known is not None:
        return known
    return text if _OWN_NAMES.fullmatch(text) else None
