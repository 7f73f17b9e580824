"""Order messages made by hl7apy, and orders as programs and engines send them."""

from __future__ import annotations

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message

from tests.api.keys import Program, make_client

ER7 = "application/hl7-v2"


def order_message(control="NW", *, kind="ORM_O01", sent="20260302090000", **changes):
    """One order of the invented patient of `tests.ingestion.files`; fields as ORC_7 or PID_3."""
    trigger = kind.replace("_", "^")
    built = Message(kind, version="2.5.1", validation_level=VALIDATION_LEVEL.TOLERANT)
    fields = {
        "MSH_3": "CIS", "MSH_4": "WARD", "MSH_5": "EINTHOVEN", "MSH_6": "MERCY",
        "MSH_7": sent, "MSH_9": f"{trigger}^{kind}", "MSH_10": f"C{control}{sent}", "MSH_11": "P",
        "PID_3": "MRN-4711^^^TRUST^MR", "PID_5": "Ashdown^Wilma", "PID_7": "19610409", "PID_8": "F",
        "ORC_1": control, "ORC_2": "P-1^CIS", "ORC_12": "77^Okafor^Ada", "ORC_14": "555 0101",
        "TQ1_7": "202603020915", "TQ1_9": "S",
        "OBR_2": "P-1^CIS", "OBR_4": "93000^12-lead ECG^C4", "OBR_18": "A-3",
    } | changes  # fmt: skip
    segments = {name: built.msh if name == "MSH" else built.add_segment(name)
                for name in ("MSH", "PID", "ORC", "TQ1", "OBR")}  # fmt: skip
    for name, value in fields.items():
        setattr(segments[name[:3]], name.lower(), value)
    return (built.to_er7() + "\r").encode()


def plain_order(**changes):
    return {
        "placer_number": "P-1",
        "placer_authority": "CIS",
        "patient": {"identifier": "MRN-4711", "assigning_authority": "TRUST"},
        "priority": "stat",
        "requester": "Dr Ada Okafor",
        "starts_at": "2026-03-02T09:15:00+00:00",
    } | changes


class Orderer(Program):
    """A program that orders ECGs."""

    def __init__(self, organization, *scopes):
        self.client_row, key = make_client(organization, *scopes)
        super().__init__(key)

    def place(self, **changes):
        return self.client.post("/api/v1/orders", plain_order(**changes), "application/json")

    def tell(self, message):
        return self.client.post("/api/v1/orders", message, ER7)


def acknowledged(answer):
    """MSA-1, and the field that ERR-2 names."""
    segments = [line.split("|") for line in answer.content.decode().split("\r") if line]
    said = {one[0]: one for one in segments}
    place = said["ERR"][2].split("^") if "ERR" in said else []
    return said["MSA"][1], "-".join(place[::2])
