"""The one reader of XML for every XML format: limits first, then a tree of plain elements."""

from __future__ import annotations

from .element import XSI, Element
from .parser import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_xml
from .root import root_is

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "XSI", "Element", "read_xml", "root_is"]
