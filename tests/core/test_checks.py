"""A field that does not say what it holds stops the start."""

from __future__ import annotations

import pytest
from django.db import models
from django.test.utils import isolate_apps

from apps.core import checks


def problems_of(monkeypatch, comment):
    with isolate_apps("apps.core") as registry:

        class Throwaway(models.Model):
            weight_kg = models.FloatField(db_comment=comment)

            class Meta:
                app_label = "core"

        Throwaway.__module__ = "apps.core.models"
        monkeypatch.setattr(checks, "apps", registry)
        return checks.fields_say_what_they_hold(None)


@pytest.mark.parametrize(
    "comment",
    [
        None,
        "",
        "Weight of the patient.",
        "identifier",
        "identifier: ",
        "identifier: x.",
        "identifier: Weight of the patient",
        "secret: Weight of the patient.",
    ],
)
def test_a_field_without_class_or_purpose_is_an_error(monkeypatch, comment):
    (problem,) = problems_of(monkeypatch, comment)
    assert problem.id == "core.E001"
    assert problem.is_serious()
    assert "core.Throwaway.weight_kg" in problem.msg


@pytest.mark.parametrize("kind", ["identifier", "waveform", "derived", "note", "operational"])
def test_a_field_with_class_and_purpose_passes(monkeypatch, kind):
    assert problems_of(monkeypatch, f"{kind}: Weight of the patient.") == []


def test_every_field_of_the_platform_passes():
    assert checks.fields_say_what_they_hold(None) == []
