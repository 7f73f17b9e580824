"""A data set from the network as a file: the bytes as they came, behind the head that names them.

DICOM PS3.10 7.1. The head depends on nothing but what was sent, so that an object sent again is
the same file.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID

PREAMBLE = bytes(128) + b"DICM"
# Made from a random UUID (PS3.5 B.2), once and for all.
IMPLEMENTATION = UID("2.25.36399450156582482504098035993410448257")


@dataclass(frozen=True, slots=True)
class Received:
    """One object as it came; the names are those of the command, not of the data set."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    dataset: bytes


def as_file(received: Received) -> bytes:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = UID(received.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(received.sop_instance_uid)
    meta.TransferSyntaxUID = UID(received.transfer_syntax_uid)
    meta.ImplementationClassUID = IMPLEMENTATION
    head = DicomBytesIO()
    head.is_little_endian, head.is_implicit_VR = True, False
    write_file_meta_info(head, meta)
    return PREAMBLE + head.getvalue() + received.dataset
