"""What an upload is said to be: how large it may be, and whether it looks like it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Content(models.TextChoices):
    ECG = "ecg", "ECG"
    PDF = "pdf", "PDF"
    LOG = "log", "Device log"
    ARCHIVE = "archive", "Archive (zip)"
    VIDEO = "video", "Video"


# Kept for a person to open; nothing is read from them.
DOCUMENTS = frozenset({Content.PDF, Content.LOG, Content.VIDEO})
# What a document is given out as.
SUFFIXES = {Content.PDF: "pdf", Content.LOG: "log", Content.VIDEO: "video"}

# Enough of the beginning to tell what it is.
HEAD_BYTES = 4096


def cap_of(content: str) -> int:
    """Bytes that one upload of that content may have."""
    return int(settings.UPLOAD_CAPS[content])


def looks_like(content: str, head: bytes) -> bool:
    """Whether a document begins as its kind does; an ECG is judged by its decoder."""
    if content == Content.PDF:
        return head.startswith(b"%PDF-")
    if content == Content.VIDEO:
        return _is_video(head)
    if content == Content.LOG:
        return head.startswith(b"\x1f\x8b") or (b"\0" not in head and bool(head))
    return True


def _is_video(head: bytes) -> bool:
    """MP4 and QuickTime, Matroska and WebM, AVI, MPEG."""
    return (
        head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide")
        or head.startswith((b"\x1a\x45\xdf\xa3", b"\0\0\x01\xba", b"\0\0\x01\xb3"))
        or (head.startswith(b"RIFF") and head[8:12] == b"AVI ")
    )
