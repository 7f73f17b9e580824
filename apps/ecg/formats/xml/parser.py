"""A document as a tree: no entities, no internal DTD subset, nothing fetched, all of it capped."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from apps.ecg.formats.canonical import Refused

from .element import Element
from .encodings import to_text

MAX_BYTES = 10 << 20
MAX_DEPTH = 64
MAX_NODES = 200_000


def read_xml(data: bytes, *, doctype: str = "") -> Element:
    """The root element. Raises Refused.

    A document type declaration is refused but for a bare reference to an external one named
    `doctype` (MUSE writes one); that is never fetched.
    """
    if len(data) > MAX_BYTES:
        raise Refused("xml-too-large", f"The XML is larger than {MAX_BYTES >> 20} MB.")
    text = to_text(data)
    builder = _Builder()
    parser = _Parser(builder, doctype)
    try:
        parser.feed(text.encode())
        parser.close()
    except DTDForbidden:
        raise Refused("xml-doctype", "The XML defines a document type of its own.") from None
    except DefusedXmlException:
        raise Refused("xml-entity", "The XML defines or refers to entities.") from None
    except (ParseError, UnicodeEncodeError) as error:
        line = f"line {error.position[0]}" if isinstance(error, ParseError) else "encoding"
        message = "The XML is not well-formed or is cut short."
        raise Refused("xml-malformed", message, field=line) from None
    return builder.root


class _Parser(DefusedXMLParser):
    def __init__(self, target: Any, doctype: str) -> None:
        # The text is decoded already; what the declaration says no longer counts.
        super().__init__(target=target, encoding="utf-8", forbid_dtd=True)
        self._allowed = doctype

    def defused_start_doctype_decl(
        self, name: str, sysid: str | None, pubid: str | None, has_internal_subset: int
    ) -> None:
        if has_internal_subset or not self._allowed or name != self._allowed:
            raise DTDForbidden(name, sysid, pubid)


class _Builder:
    """Builds the tree and counts what it holds."""

    root: Element

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._text: list[list[str]] = []
        self._nodes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > MAX_NODES:
            raise Refused("xml-nodes", f"The XML has more than {MAX_NODES} nodes.")
        if len(self._open) == MAX_DEPTH:
            raise Refused("xml-depth", f"The XML is nested deeper than {MAX_DEPTH}.")
        namespace, _, name = tag.rpartition("}")
        parent = self._open[-1] if self._open else None
        element = Element(name, namespace[1:], parent, attributes)
        if parent is None:
            self.root = element
        else:
            parent.children.append(element)
        self._open.append(element)
        self._text.append([])

    def data(self, text: str) -> None:
        if self._text:
            self._text[-1].append(text)

    def end(self, tag: str) -> None:
        self._open.pop().content = "".join(self._text.pop())

    def close(self) -> None:
        """Called by the parser; the tree is in `root`."""
