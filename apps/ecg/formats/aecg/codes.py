"""Code systems and types of the aECG standard (HL7 PORT_MT020001, ISO/IEEE 11073-10102)."""

from __future__ import annotations

from apps.ecg.formats.xml import XSI, Element

NAMESPACE = "urn:hl7-org:v3"
MDC = "2.16.840.1.113883.6.24"
LEAD = "MDC_ECG_LEAD_"
TIMES = ("TIME_ABSOLUTE", "TIME_RELATIVE")
RHYTHM, MEDIAN = "RHYTHM", "REPRESENTATIVE_BEAT"


def code_of(element: Element) -> str:
    """The code of what an element is; empty where it has none."""
    code = element.at("code")
    return "" if code is None else code.attribute("code")


def type_of(value: Element) -> str:
    """The data type, without the prefix of its namespace; a converter may drop that of `type`."""
    return (value.attribute(XSI + "type") or value.attribute("type")).rpartition(":")[2]
