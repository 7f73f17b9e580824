"""The environment is read strictly."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_a_misspelled_setting_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="EINTHOVEN_LEASE_SECOND"):
        env.refuse_unknown({"EINTHOVEN_LEASE_SECOND": "3"})


def test_known_settings_and_others_variables_pass():
    env.refuse_unknown({f"EINTHOVEN_{name}": "x" for name in env.KNOWN} | {"PATH": "/bin"})


@pytest.mark.parametrize("name", sorted(env.SECRETS))
def test_secrets_may_come_from_files(name):
    env.refuse_unknown({f"EINTHOVEN_{name}_FILE": "/run/secret"})


@pytest.mark.parametrize("name", sorted(env.KNOWN - env.SECRETS))
def test_only_secrets_come_from_files(name):
    with pytest.raises(ImproperlyConfigured):
        env.refuse_unknown({f"EINTHOVEN_{name}_FILE": "/run/x"})


@pytest.fixture
def given(monkeypatch):
    for name in list(os.environ):
        if name.startswith("EINTHOVEN_"):
            monkeypatch.delenv(name)
    return lambda name, value: monkeypatch.setenv(f"EINTHOVEN_{name}", value)


def test_a_secret_is_the_content_of_its_file(given, tmp_path):
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    given("SECRET_KEY_FILE", str(file))
    assert env.secret("SECRET_KEY") == "s3cret"


def test_a_secret_file_that_cannot_be_read_stops_the_start(given):
    given("SECRET_KEY_FILE", "/nonexistent/key")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE cannot be read"):
        env.secret("SECRET_KEY")


def test_a_missing_value_is_named(given):
    with pytest.raises(ImproperlyConfigured, match="EINTHOVEN_BLOB_ROOT is not set"):
        env.text("BLOB_ROOT")


@pytest.mark.parametrize("value", ["", "soon", "-1", "0", "nan", "inf"])
def test_seconds_are_a_number_above_0(given, value):
    given("LEASE_SECONDS", value)
    with pytest.raises(ImproperlyConfigured, match="LEASE_SECONDS"):
        env.seconds("LEASE_SECONDS", 60)


def test_seconds_may_be_a_fraction(given):
    given("LEASE_SECONDS", "0.5")
    assert env.seconds("LEASE_SECONDS", 60) == 0.5
    assert env.seconds("HEARTBEAT_SECONDS", 15) == 15


@pytest.mark.parametrize("value", ["", "two", "0", "-1", "1.5", "²"])
def test_whole_numbers_are_above_0(given, value):
    given("WORKERS", value)
    with pytest.raises(ImproperlyConfigured, match="WORKERS"):
        env.whole_number("WORKERS", 2)


def test_a_choice_is_one_of_the_allowed(given):
    given("LOG_FORMAT", "xml")
    with pytest.raises(ImproperlyConfigured, match="console, json"):
        env.choice("LOG_FORMAT", {"json", "console"}, "json")


@pytest.mark.parametrize("url", ["sqlite:///x", "mysql://h/x", "nonsense"])
def test_a_database_is_postgres(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured):
        env.database("DATABASE_URL")


def test_a_missing_database_is_named(monkeypatch):
    monkeypatch.delenv("DATABASE_PLATFORM_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_PLATFORM_URL"):
        env.database("DATABASE_PLATFORM_URL")


def test_a_process_with_a_misspelled_setting_does_not_start():
    environment = os.environ | {
        "EINTHOVEN_WORKER": "4",
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, capture_output=True, check=False
    )
    assert done.returncode != 0
    assert b"Unknown setting EINTHOVEN_WORKER" in done.stderr


def test_a_count_may_be_nothing_where_it_is_said(given):
    given("PROXIES", "0")
    assert env.whole_number("PROXIES", 1, least=0) == 0
    given("PROXIES", "-1")
    with pytest.raises(ImproperlyConfigured, match="PROXIES"):
        env.whole_number("PROXIES", 1, least=0)
