"""Pages of a PDF as pictures, so that what is signed is seen on any device without a viewer."""

from __future__ import annotations

import io
import threading

import pypdfium2
from PIL.Image import Quantize

DPI = 110
# PDFium is not made for two threads at once.
_one_at_a_time = threading.Lock()


class NoSuchPageError(LookupError):
    """The document has fewer pages."""


def page_png(pdf: bytes, number: int) -> bytes:
    """Page `number`, counted from 1, as a PNG. Raises NoSuchPageError."""
    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= number <= len(document):
            raise NoSuchPageError
        picture = document[number - 1].render(scale=DPI / 72).to_pil()
    out = io.BytesIO()
    # Paper and lines have few colours: a third of the bytes, and quicker to pack.
    picture.quantize(64, method=Quantize.FASTOCTREE).save(out, "PNG", compress_level=4)
    return out.getvalue()
