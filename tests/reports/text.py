"""The words of a PDF as an independent reader extracts them."""

from __future__ import annotations

import pypdfium2


def text_of(pdf: bytes, page: int | None = None) -> str:
    """Of every page or of one, line ends as spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        sheets = list(document) if page is None else [document[page]]
        texts = [sheet.get_textpage().get_text_bounded() for sheet in sheets]
    return " ".join(" ".join(texts).replace("\xa0", " ").split())
