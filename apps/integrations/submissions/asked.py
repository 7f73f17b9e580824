"""What one submission asks for, in whichever form it came."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import asdict, dataclass, field

from apps.integrations.api.problems import Problem

DIGESTS = {"sha1": 40, "sha256": 64}


@dataclass(frozen=True, slots=True)
class Asked:
    """An ECG as data or by its address; whom and which order it is of, as the sender says.

    `digest` is a hash in hexadecimal digits behind its kind: sha256:…
    """

    data: bytes = field(default=b"", repr=False)
    url: str = field(default="", repr=False)
    digest: str = ""
    size: int | None = None
    stated: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def sha256(self) -> str:
        """Of everything asked, so that a repetition is known."""
        parts = asdict(self) | {"data": hashlib.sha256(self.data).hexdigest()}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_base64(text: str, name: str) -> bytes:
    """In lines or not: FHIR R4 (base64Binary) allows white space, and many encoders break lines.

    Raises Problem naming the field.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Problem("invalid-request", field=name, detail="It is not base64.") from None


def check(asked: Asked, names: dict[str, str]) -> Asked:
    """One of data and address, and data as stated. `names` are the fields of the sender's form.

    Raises Problem.
    """
    if bool(asked.data) == bool(asked.url):
        words = "Give the ECG either as data or by its address."
        raise Problem("invalid-request", field=names["data"], detail=words)
    if asked.data:
        fault = difference(asked.data, asked.digest, asked.size)
        if fault:
            raise Problem(fault, field=names["digest" if fault == DIGEST else "size"])
    return asked


DIGEST, SIZE = "digest-differs", "size-differs"


def difference(data: bytes, digest: str, size: int | None) -> str:
    """The code of what is not as the sender stated; empty where all is."""
    if size is not None and len(data) != size:
        return SIZE
    kind, _, wanted = digest.partition(":")
    # SHA-1 is what FHIR R4 asks for (Attachment.hash): a check on the way, no proof.
    if kind and hashlib.new(kind, data, usedforsecurity=False).hexdigest() != wanted:
        return DIGEST
    return ""


def is_digest(kind: str, text: str) -> bool:
    return re.fullmatch(rf"[0-9a-f]{{{DIGESTS[kind]}}}", text) is not None
