"""What makes the file fit to be kept: XMP metadata, a stated colour space, nothing that acts."""

from __future__ import annotations

from functools import cache
from struct import pack

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

PRODUCER = "Einthoven"
SUBJECT = "Electrocardiogram report"
COLOURS = "RGB with sRGB primaries"
# Primaries and white of sRGB, adapted to D50 (ICC.1:2010 Annex E), and its gamma.
WHITE = (0.9642, 1.0, 0.8249)
PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
GAMMA = 2.2
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{producer}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""


def describe(canvas: Canvas, report_id: str, version: int) -> None:
    """Metadata is read by indexers and mail gateways, so it names no patient."""
    title = f"ECG report {report_id} version {version}"
    canvas.setTitle(title)
    canvas.setAuthor(PRODUCER)
    canvas.setCreator(PRODUCER)
    canvas.setProducer(PRODUCER)
    canvas.setSubject(SUBJECT)
    catalog = canvas._doc.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.Metadata = _metadata(title)
    catalog.OutputIntents = PDFArray([_output_intent()])


def _metadata(title: str) -> PDFStream:
    words = XMP.format(title=title, producer=PRODUCER, subject=SUBJECT)
    # Never compressed: it is for programs that do not read PDF.
    stream = PDFStream(content=words.encode(), filters=[])
    stream.dictionary["Type"] = PDFName("Metadata")
    stream.dictionary["Subtype"] = PDFName("XML")
    return stream


def _output_intent() -> PDFDictionary:
    profile = PDFStream(content=colour_profile())
    profile.dictionary["N"] = 3
    return PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString(COLOURS),
            "Info": PDFString(COLOURS),
            "DestOutputProfile": profile,
        }
    )


@cache
def colour_profile() -> bytes:
    """An ICC profile of version 2.1 (ICC.1:1998-09), the same bytes every time."""
    curve = pack(">4s4xIH2x", b"curv", 1, round(GAMMA * 256))
    tags = [
        (b"desc", _description(COLOURS)),
        (b"cprt", b"text\0\0\0\0Public domain\0\0\0"),
        (b"wtpt", _xyz(*WHITE)),
        *((name, _xyz(*place)) for name, place in PRIMARIES.items()),
        *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    start = 128 + 4 + 12 * len(tags)
    table, body = pack(">I", len(tags)), b""
    for name, data in tags:
        table += pack(">4sII", name, start + len(body), len(data))
        body += data
    return _header(start + len(body)) + table + body


def _header(size: int) -> bytes:
    created = pack(">6H", 2026, 1, 1, 0, 0, 0)
    kind = b"mntrRGB XYZ "
    head = pack(">I4xI", size, 0x02100000) + kind + created + b"acsp" + bytes(28)
    return (head + b"".join(map(_fixed, WHITE))).ljust(128, b"\0")


def _fixed(value: float) -> bytes:
    return pack(">i", round(value * 65536))


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(x) + _fixed(y) + _fixed(z)


def _description(words: str) -> bytes:
    text = words.encode("ascii") + b"\0"
    data = b"desc\0\0\0\0" + pack(">I", len(text)) + text + bytes(8 + 3 + 67)
    return data + bytes(-len(data) % 4)
