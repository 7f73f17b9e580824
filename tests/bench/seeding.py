"""A great many recordings without waveforms, copied from one by SQL inside each organization."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections, models
from psycopg import sql

from apps.ecg.models import (
    Finding,
    Measurement,
    Patient,
    PatientIdentifier,
    Recording,
    StageRun,
)
from apps.ingestion.models import Ingress, RecordingArrival
from apps.reports.models import Report, SearchTerm
from tests.database import raw_connection
from tests.factories import inside, make_ingress, make_organization, make_recording, make_user

ECG = (Patient, PatientIdentifier, Recording, Report, Measurement, Finding, SearchTerm)
WAYS = (Ingress, RecordingArrival, StageRun)
TABLES = ECG + WAYS
ORGANIZATIONS = 20
ECGS_A_PATIENT = 5
# One report in five waits to be read.
OPEN = 5
NUMBERS = ("heart_rate_bpm", "qtc_fridericia_ms")
# Organizations' rows lie between each other's, as they do where all of them work every day.
PORTION = 5000


@dataclass(frozen=True, slots=True)
class Seeded:
    """One organization and the row of each table that the others are copies of."""

    organization: Any
    reader: Any
    recording: Recording


def make_organizations() -> list[Seeded]:
    made = []
    for number in range(ORGANIZATIONS):
        organization = make_organization(f"bench{number}", sites=("Ward",))
        recording = make_recording(organization)
        made.append(Seeded(organization, make_user(organization), recording))
        with inside(organization):
            shared = {"organization": organization, "recording": recording}
            Measurement.objects.create(
                name="heart_rate_bpm", value=71, unit="/min", source="platform", **shared
            )
            Finding.objects.create(source="model", ordinal=1, text="Sinus rhythm", **shared)
            ingress = make_ingress(organization, recording=recording, state="done", outcome="new")
            RecordingArrival.objects.create(ingress=ingress, outcome="new", **shared)
            StageRun.objects.create(stage="measure", state="done", **shared)
    return made


def fill(made: list[Seeded], first: int, count: int) -> None:
    """Recordings number `first` and on in every organization, two organizations at a time."""
    with ThreadPoolExecutor(2) as pool:
        for start in range(first, first + count, PORTION):
            portion = min(PORTION, first + count - start)
            list(pool.map(lambda one, s=start, n=portion: _fill(one, s, n), made))
    with connections["owner"].cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def _fill(one: Seeded, start: int, count: int) -> None:
    organization_id = one.organization.pk
    with raw_connection("default", autocommit=False) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute(
            "SELECT set_config('app.organization_id', %s, true)", [str(organization_id)]
        )
        last = connection.execute("SELECT max(id) FROM ecg_recording").fetchone()
        _patients(connection, one, start, count)
        _recordings(connection, one, start, count)
        _reports(connection, one, last[0] if last else 0)
        _ways(connection, one, last[0] if last else 0)


def _patients(connection: psycopg.Connection[Any], one: Seeded, start: int, count: int) -> None:
    number = f"(g + {start // ECGS_A_PATIENT})"
    _copy(
        connection,
        Patient,
        f"t.id = {one.recording.patient_id}",
        f"generate_series(1, {max(1, count // ECGS_A_PATIENT)}) g",
        {"public_id": "gen_random_uuid()", "family_name": f"'Sample' || {number}"},
    )
    _copy(
        connection,
        PatientIdentifier,
        f"t.patient_id = {one.recording.patient_id}",
        "ecg_patient p WHERE NOT EXISTS (SELECT FROM ecg_patientidentifier i"
        " WHERE i.patient_id = p.id)",
        {"patient_id": "p.id", "value": "'B' || p.id"},
    )


def _recordings(connection: psycopg.Connection[Any], one: Seeded, start: int, count: int) -> None:
    patients = "(SELECT array_agg(id) FROM ecg_patient)"
    number = f"(g + {start})"
    at = f"t.received_at - {number} * interval '1 minute'"
    _copy(
        connection,
        Recording,
        f"t.id = {one.recording.pk}",
        f"generate_series(1, {count}) g, {patients} AS held(patients)",
        {
            "public_id": "gen_random_uuid()",
            "trace_id": "gen_random_uuid()",
            "patient_id": "held.patients[1 + g % cardinality(held.patients)]",
            "received_at": at,
            "acquired_at": at,
            "canonical_hash": f"'bench:' || {number}",
            "original_sha256": f"repeat(md5({number}::text), 2)",
            "sop_instance_uid": f"'1.2.3.' || {number}",
        },
    )


def _reports(connection: psycopg.Connection[Any], one: Seeded, last: int) -> None:
    template = f"t.recording_id = {one.recording.pk}"
    new = f"ecg_recording r WHERE r.id > {last}"
    _copy(
        connection,
        Report,
        template,
        new,
        {
            "public_id": "gen_random_uuid()",
            "recording_id": "r.id",
            "status": f"CASE WHEN r.id % {OPEN} = 0 THEN 'draft' ELSE 'signed' END",
            "priority_rank": "CASE WHEN r.id % 50 = 0 THEN 0 WHEN r.id % 20 = 0 THEN 1 ELSE 2 END",
            "waiting_since": "r.received_at",
        },
    )
    names = ", ".join(f"('{name}')" for name in NUMBERS)
    _copy(
        connection,
        Measurement,
        template,
        f"(VALUES {names}) AS n(name), {new}",
        {"recording_id": "r.id", "name": "n.name", "value": "50 + r.id % 60"},
    )
    _copy(connection, Finding, template, new, {"recording_id": "r.id"})
    _terms(connection, last)


def _ways(connection: psycopg.Connection[Any], one: Seeded, last: int) -> None:
    """The file of each recording, how it was linked, and that it was measured."""
    template = f"t.recording_id = {one.recording.pk}"
    new = f"ecg_recording r WHERE r.id > {last}"
    recording = {"recording_id": "r.id"}
    file = {
        "public_id": "gen_random_uuid()",
        "trace_id": "r.trace_id",
        "idem_key": "r.public_id::text",
        "sha256": "r.original_sha256",
        "received_at": "r.received_at",
    }
    _copy(connection, Ingress, template, new, recording | file)
    kept = f"{new} AND i.recording_id = r.id"
    _copy(
        connection,
        RecordingArrival,
        template,
        f"ingestion_ingress i, {kept}",
        recording | {"ingress_id": "i.id", "sop_instance_uid": "r.sop_instance_uid"},
    )
    _copy(connection, StageRun, template, new, recording | {"trace_id": "r.trace_id"})


# Search terms of a recording: one in twenty has AF, one in a hundred of these is paced, and one in
# twelve a QTc above 490 ms. What a report's row says is there already.
TERMS = """
    INSERT INTO reports_searchterm (organization_id, recording_id, term, source, value, at)
    SELECT r.organization_id, r.id, t.term, t.source, t.value, r.acquired_at
    FROM ecg_recording r, LATERAL (VALUES
        (true, 'all', '', NULL::float), (true, 'sex.F', '', NULL),
        (true, 'is.sinus', 'device', NULL),
        (r.id %% 20 = 0, 'is.af', 'device', NULL), (r.id %% 2000 = 0, 'is.paced', 'device', NULL),
        (r.id %% 5000 = 0, 'new.lbbb', 'device', NULL),
        (true, 'n.qtc', '', 380 + (r.id * 7919 %% 1201) / 10.0), (true, 'n.age', '', r.id %% 90)
    ) AS t (is_there, term, source, value)
    WHERE t.is_there AND r.id > %s"""


def _terms(connection: psycopg.Connection[Any], last: int) -> None:
    connection.execute(TERMS, [last])


def _copy(
    connection: psycopg.Connection[Any],
    model: type[models.Model],
    template: str,
    source: str,
    changed: dict[str, str],
) -> None:
    """Every column as in the template row `t`, except the ones that are changed."""
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.generated)
    ]
    values = sql.SQL(", ").join(
        sql.SQL(changed[name]) if name in changed else sql.Identifier("t", name)  # type: ignore[arg-type]
        for name in columns
    )
    table = sql.Identifier(model._meta.db_table)
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {values}"
            " FROM (SELECT * FROM {table} t WHERE {template}) t, {source}"
        ).format(
            table=table,
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=values,
            template=sql.SQL(template),  # type: ignore[arg-type]
            source=sql.SQL(source),  # type: ignore[arg-type]
        )
    )
