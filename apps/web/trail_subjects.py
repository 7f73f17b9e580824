"""Which patient a record is of, and which records are of a patient or a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db.models import Model

from apps.audit.models import AuditEvent
from apps.ecg.models import Patient
from apps.reports.models import Report
from apps.tenants.models import User

Subject = tuple[str, str]

# Kind of record → the way to its patient and to its report; “” is the record itself.
TO_PATIENT = {
    "ecg.patient": "",
    "ecg.recording": "patient",
    "ecg.readermeasurement": "recording__patient",
    "ecg.stagerun": "recording__patient",
    "ingestion.ingress": "recording__patient",
    "ingestion.ordercase": "recording__patient",
    "inference.inferencerun": "recording__patient",
    "reports.report": "recording__patient",
    "reports.reportversion": "report__recording__patient",
    "reports.criticalresult": "report__recording__patient",
    "integrations.delivery": "report_version__report__recording__patient",
    "billing.charge": "recording__patient",
}
TO_REPORT = {
    "reports.report": "",
    "reports.reportversion": "report",
    "reports.criticalresult": "report",
    "integrations.delivery": "report_version__report",
}


def subjects_of(row: Patient | Report | User) -> list[Subject]:
    """Everything whose events are about it."""
    if isinstance(row, User):
        return [("tenants.user", str(row.public_id))]
    ways = TO_PATIENT if isinstance(row, Patient) else TO_REPORT
    return list(_leading_to(row, ways))


def _leading_to(row: Model, ways: dict[str, str]) -> Iterator[Subject]:
    for kind, way in ways.items():
        model = apps.get_model(kind)
        rows = model._default_manager.filter(**{way or "pk": row.pk})
        for name in rows.values_list(_named_by(model), flat=True):
            yield kind, str(name)


def patients_of(events: Iterable[AuditEvent]) -> dict[Subject, Patient]:
    """The patient of each record that the events are about; a question a kind of record."""
    names: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.object_type in TO_PATIENT:
            names[event.object_type].add(event.object_id)
    pairs = [pair for kind, those in names.items() for pair in _patients(kind, those)]
    patients = Patient.objects.in_bulk({patient for _, patient in pairs})
    return {subject: patients[patient] for subject, patient in pairs}


def _patients(kind: str, names: set[str]) -> Iterator[tuple[Subject, int]]:
    model, way = apps.get_model(kind), TO_PATIENT[kind]
    key = _named_by(model)
    rows = model._default_manager.filter(**{f"{key}__in": names})
    for name, patient in rows.values_list(key, f"{way}__pk" if way else "pk"):
        if patient is not None:
            yield (kind, str(name)), patient


def _named_by(model: type[Model]) -> str:
    return "public_id" if hasattr(model, "public_id") else "pk"
