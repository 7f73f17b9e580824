"""Strokes of a printed page as an independent reader finds them, in mm from the top left."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

MM = 25.4 / 72
Points = list[tuple[float, float]]


def strokes(pdf: bytes, page: int = 0) -> list[Points]:
    """Corners of every path of a page, those inside its forms too, one list a subpath."""
    with pypdfium2.PdfDocument(pdf) as document:
        sheet = document[page]
        height = sheet.get_height()
        found = []
        for item in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_FORM]):
            matrix = item.get_matrix()
            for number in range(pdfium.FPDFFormObj_CountObjects(item.raw)):
                raw = pdfium.FPDFFormObj_GetObject(item.raw, ctypes.c_ulong(number))
                if pdfium.FPDFPageObj_GetType(raw) == pdfium.FPDF_PAGEOBJ_PATH:
                    inner = pdfium.FS_MATRIX()
                    pdfium.FPDFPageObj_GetMatrix(raw, inner)
                    placed = pypdfium2.PdfMatrix.from_raw(inner).multiply(matrix)
                    found += _placed(_subpaths(raw), placed, height)
    return found


def _placed(paths: Iterator[Points], matrix: pypdfium2.PdfMatrix, height: float) -> list[Points]:
    return [
        [(x * MM, (height - y) * MM) for x, y in (matrix.on_point(*point) for point in path)]
        for path in paths
    ]


def _subpaths(raw: object) -> Iterator[Points]:
    path: Points = []
    for number in range(pdfium.FPDFPath_CountSegments(raw)):
        segment = pdfium.FPDFPath_GetPathSegment(raw, number)
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if path and pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            yield path
            path = []
        path.append((x.value, y.value))
    yield path
