"""The search for the canary's words does find one in each place it looks."""

from __future__ import annotations

import tempfile
import uuid
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import models
from django.utils import timezone
from django_q.models import Schedule, Task
from django_q.tasks import async_task

from apps.audit import actions as audit
from apps.ingestion.models import Ingress
from tests.database import committed, raw_connection
from tests.factories import inside, make_ingress, make_user
from tests.flows import canary
from tests.flows.canary import INVITED, PATIENT, leaks, server_log
from tests.isolation.rows import make_row, tenant_models

pytestmark = [committed, pytest.mark.usefixtures("own_temp")]

WORD = PATIENT.family_name


def found_in(place):
    """Only there."""
    found = leaks()
    assert list(found) == [place], found
    return True


def test_nothing_is_found_where_nothing_was_planted(mercy):
    assert leaks(log="nothing") == {}


def test_a_word_in_a_given_text_is_found_whatever_its_case(mercy):
    assert leaks(log=f"x{WORD.upper()}x") == {"log": ["zyxquill"]}
    assert leaks(page=WORD.encode()) == {"page": ["zyxquill"]}


@pytest.mark.parametrize("field", ["args", "kwargs", "result"])
def test_a_word_packed_into_a_finished_task_is_found(mercy, field):
    when = timezone.now()
    held = {field: (WORD,)}
    Task.objects.create(id="1", name="n", func="f", started=when, stopped=when, **held)
    assert found_in("tasks")


def test_a_word_packed_into_a_waiting_task_is_found(mercy):
    async_task("apps.core.drain.drain", WORD)
    assert found_in("tasks")


def test_a_word_in_a_schedules_name_is_found(mercy):
    Schedule.objects.create(name=WORD, func="f")
    assert found_in("django_q_schedule")


def test_a_word_in_a_session_is_found_decoded(mercy):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["last"] = WORD
    store.create()
    assert found_in("sessions")


def test_a_word_in_djangos_list_of_changes_is_found(mercy, reader):
    with raw_connection("owner") as raw:
        raw.execute(
            "INSERT INTO django_admin_log"
            " (action_time, object_repr, action_flag, change_message, user_id)"
            " VALUES (now(), %s, 1, '', %s)",
            [WORD, reader.pk],
        )
    assert found_in("django_admin_log")


def test_a_word_in_the_trails_details_is_found(mercy):
    with inside(mercy):
        audit.record("web.request.refused", route=WORD)
    assert found_in("audit_auditevent")


def test_a_word_in_an_operational_column_is_found_and_in_a_clinical_one_is_not(mercy):
    make_ingress(mercy, filename=WORD)
    assert leaks() == {}
    make_ingress(mercy, refusal_message=WORD)
    assert found_in("ingestion_ingress")


def test_every_tables_operational_texts_are_looked_at(mercy):
    looked_at = dict(canary._tables())
    for model in tenant_models():
        assert model._meta.db_table in looked_at
        texts = [
            field.column
            for field in model._meta.local_fields
            if isinstance(field, models.CharField | models.TextField)
            and (field.db_comment or "").startswith("operational")
        ]
        assert set(texts) <= set(canary._operational(model))


def test_a_word_in_a_letter_is_found_but_not_whom_it_goes_to(mercy):
    mail.send_mail("Alarm", "Something waits.", "a@example.test", [INVITED])
    assert leaks() == {}
    mail.send_mail("Alarm", f"{WORD} waits.", "a@example.test", ["b@example.test"])
    assert found_in("mail")


def test_an_address_is_found_elsewhere_than_with_its_person(mercy):
    make_user(mercy, full_name="Ida").__class__.objects.filter(full_name="Ida").update(
        email=INVITED
    )
    assert leaks() == {}
    assert leaks(log=INVITED) == {"log": ["splonkwit"]}


@pytest.mark.parametrize("where", ["key", "value"])
def test_a_word_in_a_cache_is_found(mercy, where):
    cache.set(*{"key": (f"page:{WORD}", 1), "value": ("page", [WORD])}[where])
    assert found_in("caches")
    cache.clear()
    assert leaks() == {}


@pytest.mark.parametrize("where", ["name", "content"])
def test_a_word_in_a_temporary_file_is_found(mercy, where):
    name, content = ("x", WORD) if where == "content" else (WORD, "x")
    path = Path(tempfile.gettempdir()) / name
    path.write_text(content)
    assert found_in(f"temporary {path}")


@pytest.mark.parametrize("where", ["name", "content"])
def test_a_word_in_the_blob_folder_is_found(mercy, where):
    name, content = (uuid.uuid4().hex, WORD) if where == "content" else (WORD, "x")
    path = Path(settings.BLOB_ROOT) / name
    path.write_text(content)
    try:
        assert found_in(f"blob {name}")
    finally:
        path.unlink()


def test_a_word_in_the_database_servers_log_would_be_found(mercy, monkeypatch):
    """Another word than the canary's: the log stays for the tests that follow."""
    if server_log() is None:
        pytest.skip("THE DATABASE SERVER'S LOG IS NOT ON THIS MACHINE: its search goes unproven")
    word = f"planted-{uuid.uuid4().hex}"
    monkeypatch.setattr(canary, "TOKENS", (word,))
    assert leaks() == {}
    with raw_connection("owner") as raw:
        raw.execute(f"DO $$ BEGIN RAISE LOG '{word}'; END $$")
    assert found_in("server log")


def test_rows_are_made_for_every_kind(mercy):
    """The models looked at are those that exist."""
    assert Ingress in tenant_models()
    assert make_row(Ingress, mercy).organization_id == mercy.pk
