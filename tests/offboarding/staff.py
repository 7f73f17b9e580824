"""Two persons of the platform at the keyboard."""

from __future__ import annotations

from tests.factories import PASSWORD, make_staff
from tests.offboarding.hospital import run


def two(monkeypatch, password=PASSWORD):
    """An operator and somebody of security, who know their passwords."""
    monkeypatch.setattr("getpass.getpass", lambda _prompt: password)
    return make_staff("operator"), make_staff("security")


def offboard(persons, *how, slug="leaving", reason="The contract ended in May."):
    by, second = persons
    return run(
        "offboard", slug, *how, "--by", by.email, "--second", second.email, "--reason", reason
    )
