"""Which services are offered, of which kinds of objects, in which encodings."""

from __future__ import annotations

from pynetdicom import build_context
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import StorageCommitmentPushModel, Verification  # type: ignore[attr-defined]

from apps.ecg.formats.dicom.sop_classes import KEPT

COMMITMENT = str(StorageCommitmentPushModel)

# Those that any peer speaks; deflated comes with waveforms and documents only. Big endian, long
# retired, is not offered: what a peer could also send otherwise would be read experimentally.
PLAIN = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
DEFLATED = "1.2.840.10008.1.2.1.99"


def offered() -> list[PresentationContext]:
    """What is not among these is refused for its context, as PS3.8 9.3.3.2 has it."""
    services = [build_context(uid, PLAIN) for uid in (Verification, COMMITMENT)]
    return [*services, *(build_context(uid, [*PLAIN, DEFLATED]) for uid in sorted(KEPT))]
