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
    given("SECRET_KEY_FILE", private(tmp_path / "key", "s3cret\n"))
    assert env.secret("SECRET_KEY") == "s3cret"


def private(file, content):
    file.write_text(content)
    file.chmod(0o640)
    return str(file)


def test_a_secret_file_that_everyone_may_read_stops_the_start(given, tmp_path):
    path = private(tmp_path / "key", "s3cret")
    (tmp_path / "key").chmod(0o644)
    given("SECRET_KEY_FILE", path)
    with pytest.raises(ImproperlyConfigured, match="may be read by everyone") as refused:
        env.secret("SECRET_KEY")
    assert "s3cret" not in str(refused.value)


def test_a_secret_given_twice_stops_the_start(given, tmp_path):
    given("SECRET_KEY_FILE", private(tmp_path / "key", "s3cret"))
    given("SECRET_KEY", "other")
    with pytest.raises(ImproperlyConfigured, match="leave one"):
        env.secret("SECRET_KEY")


@pytest.mark.parametrize("role", ["", "OWNER_", "DISPATCH_", "PLATFORM_"])
def test_a_databases_address_may_come_from_a_file(monkeypatch, tmp_path, role):
    variable = f"DATABASE_{role}URL"
    url = "postgres://ecg_app:pass@db.example:5433/ecg\n"
    monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(f"{variable}_FILE", private(tmp_path / "url", url))
    found = env.database(variable)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", 5433, "ecg")
    assert found["PASSWORD"] == "pass"


def test_a_databases_file_that_everyone_may_read_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", private(tmp_path / "url", "postgres://u:p@h/d"))
    (tmp_path / "url").chmod(0o604)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL_FILE may be read by everyone"):
        env.database("DATABASE_URL")


@pytest.mark.parametrize(
    "given_origin",
    [
        "http://files.example",
        "https://files.example/",
        "https://files.example/x",
        "https://u:p@files.example",
        "files.example",
        "https://",
    ],
)
def test_an_origin_is_a_scheme_and_a_host(given, given_origin):
    given("DOWNLOAD_ORIGIN", given_origin)
    with pytest.raises(ImproperlyConfigured, match="DOWNLOAD_ORIGIN"):
        env.origin("DOWNLOAD_ORIGIN")


@pytest.mark.parametrize("value", ["", "https://files.example", "http://127.0.0.1:8001"])
def test_an_origin_is_taken_as_it_is(given, value):
    given("DOWNLOAD_ORIGIN", value)
    assert env.origin("DOWNLOAD_ORIGIN") == value


@pytest.mark.parametrize(
    "value", ["http://s3.example", "s3.example", "ftp://127.0.0.1", "https://"]
)
def test_a_service_elsewhere_is_asked_by_https_only(given, value):
    given("AUDIT_ANCHORS_ENDPOINT", value)
    with pytest.raises(ImproperlyConfigured, match="AUDIT_ANCHORS_ENDPOINT must begin with https"):
        env.endpoint("AUDIT_ANCHORS_ENDPOINT")


@pytest.mark.parametrize("value", ["", "https://s3.example:9000", "http://127.0.0.1:7480"])
def test_a_service_on_this_machine_may_be_plain(given, value):
    given("AUDIT_ANCHORS_ENDPOINT", value)
    assert env.endpoint("AUDIT_ANCHORS_ENDPOINT") == value


def test_networks_are_read_whole_or_not_at_all(given):
    given("MLLP_NETWORKS", "10.1.0.0/16, fd00::/8")
    assert [str(one) for one in env.networks("MLLP_NETWORKS", "")] == ["10.1.0.0/16", "fd00::/8"]
    for wrong in ("10.1.0.1/16", "the ward", "10.1.0.0/16,/8"):
        given("MLLP_NETWORKS", wrong)
        with pytest.raises(ImproperlyConfigured, match="MLLP_NETWORKS"):
            env.networks("MLLP_NETWORKS", "")


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


def test_a_whole_number_may_have_a_limit(given):
    given("WORKERS", "3")
    assert env.whole_number("WORKERS", 2, most=3) == 3
    with pytest.raises(ImproperlyConfigured, match="WORKERS may be 2 at most"):
        env.whole_number("WORKERS", 2, most=2)


@pytest.mark.parametrize("value", ["-1", "1.5", "many", ""])
def test_a_count_is_a_whole_number_or_0(given, value):
    given("TRUSTED_PROXIES", "0")
    assert env.count("TRUSTED_PROXIES", 3) == 0
    given("TRUSTED_PROXIES", value)
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        env.count("TRUSTED_PROXIES", 0)


def test_a_flag_is_true_or_false_and_nothing_like_it(given):
    assert env.flag("STAFF_MFA_REQUIRED", True)
    given("STAFF_MFA_REQUIRED", "false")
    assert not env.flag("STAFF_MFA_REQUIRED", True)
    given("STAFF_MFA_REQUIRED", "no")
    with pytest.raises(ImproperlyConfigured, match="false, true"):
        env.flag("STAFF_MFA_REQUIRED", True)


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


@pytest.mark.parametrize("mode", ["", "prefer", "require", "verify-ca"])
def test_a_database_elsewhere_must_prove_its_name(mode):
    elsewhere = {"HOST": "db.example", "OPTIONS": {"sslmode": mode}}
    with pytest.raises(ImproperlyConfigured, match="sslmode=verify-full"):
        env.refuse_clear({"owner": elsewhere}, "localhost", "none")
    elsewhere["OPTIONS"]["sslmode"] = "verify-full"
    env.refuse_clear({"owner": elsewhere}, "localhost", "none")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "/run/postgresql", ""])
def test_a_database_of_this_machine_needs_no_certificate(host):
    env.refuse_clear({"default": {"HOST": host}}, "localhost", "none")


def test_mail_elsewhere_goes_by_tls():
    with pytest.raises(ImproperlyConfigured, match="EMAIL_SECURITY must be starttls or tls"):
        env.refuse_clear({}, "mail.example", "none")
    for security in ("starttls", "tls"):
        env.refuse_clear({}, "mail.example", security)


@pytest.mark.parametrize("where", ["", "unix:/run/clamd", "tcp://127.0.0.1:3310", "tcp://[::1]:1"])
def test_a_scanner_of_this_machine_is_asked_in_the_clear(where):
    env.refuse_clear_scanner(where, set())


def test_a_scanner_elsewhere_is_asked_where_the_network_is_said_to_be_private():
    with pytest.raises(ImproperlyConfigured, match="PRIVATE_LINKS=clamd"):
        env.refuse_clear_scanner("tcp://scanner.example:3310", {"dicom"})
    env.refuse_clear_scanner("tcp://scanner.example:3310", {"clamd"})


def test_what_is_no_private_link_is_refused(monkeypatch):
    monkeypatch.setenv("EINTHOVEN_PRIVATE_LINKS", "clamd, mllp")
    with pytest.raises(ImproperlyConfigured, match="may name clamd, dicom only"):
        env.some_of("PRIVATE_LINKS", {"clamd", "dicom"})
