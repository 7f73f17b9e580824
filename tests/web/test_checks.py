"""The panel of checks and overrides on the pages of a study and of an arrival."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from django.urls import reverse

from apps.ecg.formats.quality import evaluate
from apps.web.checks import LABELS, check_counts, check_rows
from tests.database import committed
from tests.factories import make_ingress, make_recording
from tests.formats.ecgs import ecg, median, waveform

CHECKS = [
    {"name": "rate", "level": "pass", "message": "Usual.", "figure": "500 Hz", "limit": "usually"},
    {"name": "flat", "level": "warn", "message": "V3 is flat.", "figure": "V3", "limit": "1 s"},
]
OVERRIDE = {"field": "Unit", "before": "UV", "after": "uV", "profile": "Acme", "version": 2}


def test_every_check_there_is_has_its_name_in_words_and_the_gravest_comes_first():
    made = evaluate(ecg(waveform(seconds=8), median=median())).checks()
    rows = check_rows([asdict(check) for check in made])
    assert {row["name"] for row in rows} == set(LABELS)
    assert [row["level"] for row in rows] == sorted(
        (row["level"] for row in rows), key=["quarantine", "warn", "pass"].index
    )


def test_counts_name_the_gravest_first():
    assert check_counts([*CHECKS, *CHECKS[:1]]) == "1 with a warning, 2 passed"
    assert check_counts([]) == ""


@pytest.fixture
def page(client_of, technician):
    client = client_of(technician)
    return lambda name, row: client.get(reverse(name, args=[row.public_id])).content.decode()


@committed
def test_a_study_shows_its_checks_and_what_a_profile_changed(page, mercy):
    html = page("recording", make_recording(mercy, checks=CHECKS, overrides=[OVERRIDE]))
    assert "Checks of the signal: 1 with a warning, 1 passed" in html
    for words in ("V3 is flat.", "500 Hz", "Acme, version 2", "UV"):
        assert words in html


@committed
def test_a_refused_arrival_shows_the_checks_that_were_made(page, mercy):
    refused = [CHECKS[0] | {"level": "quarantine", "message": "The rate is wrong."}]
    row = make_ingress(mercy, state="quarantined", outcome="quarantined", refusal_checks=refused)
    html = page("arrival", row)
    assert "Checks of the signal: 1 refused" in html
    assert "The rate is wrong." in html


@committed
def test_an_experimental_recording_says_so_in_its_banner(page, mercy):
    html = page("recording", make_recording(mercy, is_experimental=True))
    assert "Experimental format" in html
    assert "Experimental format" not in page("recording", make_recording(mercy))
