"""Order of the wave limits a device marked, as sample positions of one annotation group."""

from __future__ import annotations

import itertools

from . import tags
from .elements import Dataset
from .values import Reader, unsigned_list

# P on, P off, QRS on, QRS off, T off: positions, never measurements.
_LIMITS = {("SCPECG", f"5.10.3-{n}"): n for n in range(1, 6)}


def check_fiducials(dataset: Dataset, reader: Reader) -> None:
    """Warns where P on < P off ≤ QRS on < QRS off < T off does not hold."""
    groups: dict[tuple[int, ...], dict[int, int]] = {}
    for item in dataset.items(tags.WAVEFORM_ANNOTATIONS):
        positions = unsigned_list(item, tags.REFERENCED_SAMPLE_POSITIONS, width=4)
        code = reader.code(item, tags.CONCEPT_NAME)
        limit = _LIMITS.get(code.key()) if code else None
        if limit and len(positions) == 1:
            number = unsigned_list(item, tags.ANNOTATION_GROUP_NUMBER, width=2)
            groups.setdefault(number, {})[limit] = positions[0]
    if any(not _in_order(limits) for limits in groups.values()):
        reader.warnings.add("fiducial-order", "The device's wave limits are out of order.")


def _in_order(limits: dict[int, int]) -> bool:
    known = sorted(limits.items())
    pairs = itertools.pairwise(known)
    return all(a < b or (a == b and {m, n} == {2, 3}) for (m, a), (n, b) in pairs)
