"""Patients, recordings, what was measured on them, and the work still to do."""

from apps.ecg.model_patient import Device, Patient, PatientIdentifier
from apps.ecg.model_reader import ReaderMeasurement
from apps.ecg.model_recording import Analysis, Finding, Measurement, Priority, Recording, Waveform
from apps.ecg.model_stage import StageRun

__all__ = [
    "Analysis",
    "Device",
    "Finding",
    "Measurement",
    "Patient",
    "PatientIdentifier",
    "Priority",
    "ReaderMeasurement",
    "Recording",
    "StageRun",
    "Waveform",
]
