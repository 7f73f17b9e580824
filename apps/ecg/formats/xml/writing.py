"""Building a document for the writers."""

from __future__ import annotations

from xml.etree import ElementTree as ET


def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """A child with text and attributes, as a child of `parent`."""
    child = ET.SubElement(parent, name, attributes)
    child.text = text
    return child


def to_bytes(root: ET.Element, encoding: str, *, doctype: str = "") -> bytes:
    """The document in its declared encoding. Raises ValueError for text it cannot hold."""
    body = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    return (head + (f"{doctype}\n" if doctype else "") + body).encode(encoding)
