"""The door of the DICOM network: verification, storage, storage commitment (PS3.4 A, B, J)."""
