"""Plain PDFs: kept where they are whole and do nothing by themselves, else refused by name."""

from __future__ import annotations

import zlib

import pytest

from tests.formats.ecgs import refusal

PAGE = b"1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"


def pdf(*objects, end=b"%%EOF\n"):
    return b"%PDF-1.7\n" + PAGE + b"\n".join(objects) + b"\ntrailer <</Root 1 0 R>>\n" + end


def stream(content, words=b"/Filter /FlateDecode", kind=b"/Type /ObjStm /N 1 /First 4"):
    body = zlib.compress(content) if b"Flate" in words else content
    return b"9 0 obj <<" + kind + words + b">> stream\n" + body + b"\nendstream endobj"


def test_a_whole_plain_pdf_is_one_to_keep():
    assert refusal(pdf()) == "plain-pdf"
    assert refusal(pdf(stream(b"10 0 <</Type /Page>>"))) == "plain-pdf"
    assert refusal(pdf(stream(b"\xff\xd8 a picture", b"/Filter /DCTDecode", b""))) == "plain-pdf"


@pytest.mark.parametrize("cut", [1, 40])
def test_a_pdf_cut_off_is_refused(cut):
    assert refusal(pdf(end=b"")[:-cut]) == "pdf-incomplete"


@pytest.mark.parametrize(
    "act",
    [
        b"<</S /JavaScript /JS (app.alert(1))>>",
        b"<</S /J#61vaScript /JS (app.alert(1))>>",
        b"<</S /Launch /F (cmd.exe)>>",
        b"<</Type /EmbeddedFile>>",
        b"<</Subtype /RichMedia>>",
    ],
)
def test_what_could_act_is_refused_wherever_it_lies(act):
    assert refusal(pdf(b"3 0 obj " + act + b" endobj")) == "pdf-active"
    assert refusal(pdf(stream(b"10 0 " + act))) == "pdf-active"
    assert refusal(pdf(stream(b"10 0 " + act, kind=b""))) == "pdf-active"


def test_what_cannot_be_looked_into_is_refused():
    assert refusal(pdf(b"3 0 obj <</Encrypt 4 0 R>> endobj")) == "pdf-encrypted"
    assert refusal(pdf(stream(b"FF>", b"/Filter /ASCIIHexDecode"))) == "pdf-unreadable"
    twice = b"/Filter [/FlateDecode /ASCII85Decode]"
    assert refusal(pdf(stream(b"x", twice))) == "pdf-unreadable"
    assert refusal(pdf(b"9 0 obj <<>> stream\nnever ends")) == "pdf-unreadable"


def test_a_pdf_that_expands_without_end_is_refused():
    assert refusal(pdf(stream(bytes(65 << 20), kind=b""))) == "pdf-unreadable"
