"""A secret opens in its own place only."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from django.db import models

from apps.core.blobs.sealing import Unsealable
from apps.core.checks import _is_sealed, _sealed_as
from apps.core.fields import SealedField, SecretField
from apps.tenants.secrets import get_secret, open_secret, seal_secret, secret_purpose, set_secret

pytestmark = pytest.mark.django_db
TEXT = "client secret hunter2"


class Row(SimpleNamespace):
    """As a row with a SecretField is seen: its table, organization and name."""

    _meta = SimpleNamespace(
        db_table="tenants_x", get_field=lambda name: SimpleNamespace(column=name)
    )


def row_of(organization):
    return Row(organization_id=organization.pk, public_id=uuid.uuid4(), secret=None, other=None)


def test_a_secret_is_sealed_at_rest_and_opened_again(mercy):
    row = row_of(mercy)
    set_secret(row, "secret", TEXT)
    assert b"hunter2" not in row.secret
    assert get_secret(row, "secret") == TEXT


def test_no_secret_is_nothing(mercy):
    row = row_of(mercy)
    set_secret(row, "secret", "")
    assert (row.secret, get_secret(row, "secret")) == (None, "")


@pytest.mark.parametrize("moved", ["row", "column", "organization"])
def test_a_secret_that_was_moved_does_not_open(mercy, lakeside, moved):
    row = row_of(mercy)
    set_secret(row, "secret", TEXT)
    elsewhere = row_of(lakeside if moved == "organization" else mercy)
    elsewhere.public_id = uuid.uuid4() if moved == "row" else row.public_id
    field = "other" if moved == "column" else "secret"
    setattr(elsewhere, field, row.secret)
    with pytest.raises(Unsealable):
        get_secret(elsewhere, field)
    assert get_secret(row, "secret") == TEXT


def test_a_purpose_is_table_column_and_row(mercy):
    row = row_of(mercy)
    assert secret_purpose(row, "secret") == f"tenants_x.secret:{row.public_id}"


def test_a_secret_is_no_blob_and_a_blob_no_secret(mercy):
    from apps.tenants import blobs

    sealed = seal_secret(mercy.pk, "", TEXT)
    with pytest.raises(Unsealable):
        blobs.unseal_bytes(sealed, mercy.pk)
    with pytest.raises(Unsealable):
        open_secret(mercy.pk, "", blobs.seal_bytes(b"x", mercy.pk))


@pytest.mark.parametrize(
    ("field", "words", "right"),
    [
        (models.CharField, "operational: The client's secret.", False),
        (models.BinaryField, "operational: The client's secret.", False),
        (SealedField, "operational: The client's secret.", False),
        (SecretField, "operational: The client's secret.", True),
        (models.BinaryField, "waveform: Packed and sealed samples.", False),
        (SealedField, "waveform: Packed and sealed samples.", True),
    ],
)
def test_a_field_that_holds_a_secret_or_sealed_bytes_must_say_so_by_its_class(field, words, right):
    made = field(db_comment=words)
    wanted = _sealed_as(made)
    assert wanted is not None
    named = SimpleNamespace(_meta=SimpleNamespace(fields=[SimpleNamespace(name="public_id")]))
    nameless = SimpleNamespace(_meta=SimpleNamespace(fields=[]))
    assert _is_sealed(named, made, wanted) is right
    assert _is_sealed(nameless, made, wanted) is (right and wanted is SealedField)
