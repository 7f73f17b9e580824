"""How a canary goes to each kind of door: `send(row, file)` as the path's own senders do it.

Each raises NotTaken where the door refuses it and RetryableError where it cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.ingestion.canary.doors import dicom, http, smb
from apps.ingestion.canary.file import CanaryFile
from apps.ingestion.model_canary import PathCanary

Path = PathCanary.Path

SEND: dict[str, Callable[[PathCanary, CanaryFile], None]] = {
    Path.UPLOAD: http.upload,
    Path.EHR: http.submit,
    Path.DICOM: dicom.store,
    Path.SMB: smb.write,
}

# The file as it arrives there, by which it is known.
AS_IT_ARRIVES: dict[str, Callable[[bytes], bytes]] = {Path.DICOM: dicom.as_it_arrives}
