"""A patient whose every word occurs nowhere else, and all the places where none may turn up."""

from __future__ import annotations

import base64
import datetime as dt
import io
import os
import pickle
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pydicom
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.dummy import DummyCache
from django.db import models
from django_q.models import OrmQ, Task

from apps.ecg.formats.canonical import PatientIdentity
from config.isolation import SHARED_TABLES
from tests.database import raw_connection
from tests.factories import make_waveform
from tests.ingestion.files import ecg_file

FILENAME = "Kryptowax-export.dcm"
NOTE = "Wobblefarthian rhythm"
ORDER = "ORD-88213-WX"
COMMENT = "Frimblewick, see letter"
WRONG_PASSWORD = "Grumbletonk and three more words"
INVITED = "splonkwit@example.test"
PATIENT = PatientIdentity(
    family_name="Zyxquill",
    given_name="Vorblat",
    identifier="QX-77519-J",
    assigning_authority="TRUST",
    born_on=dt.date(1937, 4, 13),
    sex="F",
)
TOKENS = (
    "zyxquill",
    "vorblat",
    "qx-77519-j",
    "19370413",
    "1937-04-13",
    "13-apr-1937",
    "kryptowax",
    "wobblefarthian",
    "ord-88213-wx",
    "frimblewick",
    "grumbletonk",
    "splonkwit",
)
# A person's address is kept with the person.
MEANT_FOR = {"tenants_user": {"splonkwit"}}


def canary_file(seed: int = 1) -> bytes:
    """Also with an order number and comments, where carts write what nobody expects."""
    dataset = pydicom.dcmread(
        io.BytesIO(ecg_file(make_waveform(seed=seed), patient=PATIENT)), force=True
    )
    dataset.AccessionNumber = ORDER
    dataset.PatientComments = dataset.ImageComments = COMMENT
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def tokens_in(text: str | bytes) -> list[str]:
    """The words found, whatever their case."""
    flat = (text if isinstance(text, bytes) else text.encode()).lower()
    return [token for token in TOKENS if token.encode() in flat]


def leaks(**texts: Any) -> dict[str, list[str]]:
    """Place → words of the patient found there; empty when there are none."""
    places = {
        **texts,
        **dict(_tables()),
        **dict(_files()),
        "mail": str([_letter(message) for message in getattr(mail, "outbox", [])]),
        "caches": str([_held(caches[name]) for name in settings.CACHES]),
        "server log": server_log_text(),
    }
    found = {place: set(tokens_in(text)) for place, text in places.items()}
    found = {place: words - MEANT_FOR.get(place, set()) for place, words in found.items()}
    return {place: sorted(words) for place, words in found.items() if words}


def _letter(message: Any) -> str:
    """All of it but whom it goes to."""
    headers = {name: text for name, text in message.message().items() if name != "To"}
    return f"{headers} {message.body} {getattr(message, 'alternatives', '')}"


def _held(cache: Any) -> str:
    """Keys and values of a cache; another kind must be read otherwise."""
    if isinstance(cache, DatabaseCache):
        with raw_connection("owner") as raw:
            rows = raw.execute(f"SELECT cache_key, value FROM {cache._table}").fetchall()
        return str({key: pickle.loads(base64.b64decode(held)) for key, held in rows})
    assert isinstance(cache, DummyCache), cache
    return ""


def _tables() -> Iterator[tuple[str, str]]:
    """Tables of no organization whole; of the others the columns said to be operational."""
    with raw_connection("owner") as raw, raw.transaction(force_rollback=True):
        for table in sorted(SHARED_TABLES - {"web_cache"}):
            yield table, str(raw.execute(f"SELECT t::text FROM {table} t").fetchall())
        for model in _tenant_models():
            table, names = model._meta.db_table, _operational(model)
            raw.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            columns = ", ".join(f'"{name}"::text' for name in names)
            yield table, str(raw.execute(f"SELECT {columns} FROM {table}").fetchall())
    yield "sessions", _sessions()
    yield "tasks", _tasks()


def _tenant_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m._meta.db_table not in SHARED_TABLES]


def _operational(model: type[models.Model]) -> list[str]:
    fields = model._meta.local_fields
    return [f.column for f in fields if (f.db_comment or "operational:").startswith("operational")]


def _tasks() -> str:
    """What is packed into finished and waiting ones."""
    finished = [(row.args, row.kwargs, row.result) for row in Task.objects.all()]
    return str([*finished, *(row.task for row in OrmQ.objects.all())])


def _sessions() -> str:
    """What they hold, decoded."""
    engine = import_module(settings.SESSION_ENGINE)
    rows = engine.SessionStore.get_model_class().objects.all()
    return str([row.get_decoded() for row in rows])


def _files() -> Iterator[tuple[str, Any]]:
    for path in Path(settings.BLOB_ROOT).rglob("*"):
        yield (
            f"blob {path.name}",
            str(path).encode() + (path.read_bytes() if path.is_file() else b""),
        )
    for folder, folders, files in os.walk("/tmp", onerror=None):
        if "pytest" not in folder:
            yield f"names in {folder}", " ".join((*folders, *files))
    for path in Path(tempfile.gettempdir()).rglob("*"):
        if path.is_file() and os.access(path, os.R_OK) and _is_own(path):
            yield f"temporary {path}", path.name.encode() + path.read_bytes()


def _is_own(path: Path) -> bool:
    """In the test's own folder; the machine's belongs to others too."""
    return "pytest" in str(path)


def server_log_text() -> bytes:
    log = server_log()
    return log.read_bytes() if log else b""


def server_log() -> Path | None:
    """Where the database server of this run logs, if it runs on this machine."""
    home = Path(os.environ["EINTHOVEN_BLOB_ROOT"]).parent / "postgres"
    elsewhere = home / "kept-elsewhere"
    if elsewhere.exists():
        home = Path(elsewhere.read_text().strip())
    log = home / "server.log"
    return log if log.exists() else None
