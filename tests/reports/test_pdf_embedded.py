"""An embedded face is byte for byte what reportlab embeds, and made once for what uses it."""

import io

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace
from reportlab.pdfgen.canvas import Canvas

from apps.reports.pdf import embedded
from apps.reports.pdf.embedded import Font
from apps.reports.pdf.fonts import FILES, FOLDER, REGULAR

PATH = str(FOLDER / FILES[REGULAR])


@pytest.fixture(autouse=True)
def kept_nothing():
    embedded._subset.cache_clear()
    embedded._compressed.cache_clear()


def printed(face, text):
    out = io.BytesIO()
    pdfmetrics.registerFont(face)
    canvas = Canvas(out, invariant=1, pageCompression=1)
    canvas.setFont(face.fontName, 12)
    canvas.drawString(72, 72, text)
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("text", ["QTc 441 ms", "ΔQTc ≥ 60 ms, Ж", "é" * 3 + "Ωé"])
def test_a_document_is_the_one_reportlab_would_write(text):
    plain = printed(TTFont("Plain", PATH), text)
    for _ in range(2):
        assert printed(Font("Plain", PATH), text) == plain


def test_a_subset_is_made_once_for_the_letters_it_holds(monkeypatch):
    made, make = [], TTFontFace.makeSubset
    monkeypatch.setattr(TTFontFace, "makeSubset", lambda *a: made.append(a[1]) or make(*a))
    face = Font("Once", PATH)
    for text in ("Sinus rhythm", "Atrial flutter", "ΔQTc", "ΔQTc"):
        printed(face, text)
    assert [ord("Δ") in letters for letters in made] == [False, True]
