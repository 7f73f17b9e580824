"""XML from outside, looked through before any library builds it."""

from __future__ import annotations

from xml.parsers import expat

LONGEST = 512 * 1024
DEEPEST = 64


class UnsafeXml(ValueError):
    """No document: a document type, too long, too deep, or not XML at all."""


def check_xml(data: bytes) -> None:
    """Raises UnsafeXml. Without a document type there are no entities but the five of XML."""
    if len(data) > LONGEST:
        raise UnsafeXml
    depth = 0

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnsafeXml

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise UnsafeXml

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise UnsafeXml from None
