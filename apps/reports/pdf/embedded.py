"""Faces whose embedded subset is made once for a set of characters: reports share most of them."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

from apps.reports.pdf.strokes import Squeezed

# A subset is about 30 kB; few reports write letters that others do not.
KEPT = 32


class Face(TTFontFace):
    def makeSubset(self, subset: list[int]) -> bytes:  # noqa: N802 — reportlab's name
        return _subset(self, tuple(subset))

    def addSubsetObjects(self, doc: Any, fontname: str, subset: list[int]) -> Any:  # noqa: N802
        """As reportlab's, which would compress the same bytes again for every document."""
        descriptor = super().addSubsetObjects(doc, fontname, subset)
        stream = doc.idToObject[f"fontFile:{self.filename}({fontname})"]
        stream.content, stream.filters = _compressed(stream.content), [Squeezed()]
        return descriptor


class Font(TTFont):
    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, path)
        self.face.__class__ = Face


@lru_cache(KEPT)
def _subset(face: Face, characters: tuple[int, ...]) -> bytes:
    made: bytes = TTFontFace.makeSubset(face, list(characters))
    return made


@lru_cache(KEPT)
def _compressed(subset: bytes) -> bytes:
    return zlib.compress(subset)
