"""The production settings, loaded in a process of their own."""

from __future__ import annotations

import json
import os
import runpy
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database import committed, database_environment

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "postgres://nobody@127.0.0.1:1/none"
ASK = """
import json, sys, django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))
"""
# Asked of the whole stack, where no static files were collected.
REQUEST = """
import json, sys, django
from django.conf import settings
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain
django.setup()
from django.test import Client
host, scheme, path = sys.argv[1:]
secure = {"HTTP_X_FORWARDED_PROTO": "https"} if scheme == "https" else {}
answer = Client().get(path, headers={"host": host}, **secure)
cookies = {name: dict(morsel) for name, morsel in answer.cookies.items()}
print(json.dumps([answer.status_code, dict(answer.headers), cookies, answer.content.decode()]))
"""


def in_production(*arguments, **given):
    """What a process with these settings prints."""
    kept = {name: text for name, text in os.environ.items() if "EINTHOVEN" not in name}
    key = "A" * 43 + "="
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "EINTHOVEN_SECRET_KEY": secrets.token_urlsafe(48),
        "EINTHOVEN_ALLOWED_HOSTS": "ecg.example",
        "EINTHOVEN_BLOB_ROOT": "/nonexistent",
        "EINTHOVEN_KEK": json.dumps({"active": "t", "keys": {"t": key}}),
        "EINTHOVEN_AUDIT_KEY": key,
        "EINTHOVEN_AUDIT_ANCHORS": "/nonexistent",
        "EINTHOVEN_EXPORT_SIGNING_KEY": key,
    }
    for role in ("", "OWNER_", "DISPATCH_", "PLATFORM_"):
        environment[f"DATABASE_{role}URL"] = NOWHERE
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment | given,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(*names, **given):
    done = in_production("-c", ASK, *names, **given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answer_of(path, host="ecg.example", scheme="https", **given):
    done = in_production("-W", "ignore", "-c", REQUEST, host, scheme, path, **given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_djangos_own_check_for_production_finds_nothing():
    done = in_production("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_the_check_would_find_a_weak_key():
    done = in_production(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", EINTHOVEN_SECRET_KEY="short"
    )
    assert done.returncode != 0
    assert "W009" in done.stderr


def test_cookies_belong_to_this_host_and_to_no_script():
    found = settings_of(
        "DEBUG",
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "SESSION_COOKIE_DOMAIN",
        "SESSION_COOKIE_PATH",
        "CSRF_COOKIE_NAME",
        "CSRF_COOKIE_SECURE",
        "CSRF_COOKIE_HTTPONLY",
        "CSRF_COOKIE_DOMAIN",
    )
    assert found.pop("SESSION_COOKIE_NAME").startswith("__Host-")
    assert found.pop("CSRF_COOKIE_NAME").startswith("__Host-")
    assert found.pop("SESSION_COOKIE_SAMESITE") == "Lax"
    assert found.pop("SESSION_COOKIE_PATH") == "/"
    assert {name for name, value in found.items() if value is True} == {
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_SECURE",
        "CSRF_COOKIE_HTTPONLY",
    }


@committed
def test_a_page_is_served_over_tls_only_and_says_so_for_a_year(mercy):
    status, headers, cookies, _ = answer_of("/sign-in", **database_environment())
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    [csrf] = cookies.values()
    assert (csrf["secure"], csrf["httponly"], csrf["samesite"]) == (True, True, "Lax")
    assert (csrf["path"], csrf["domain"]) == ("/", "")
    status, headers, _, _ = answer_of("/sign-in", scheme="http")
    assert (status, headers["Location"]) == (301, "https://ecg.example/sign-in")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_api_is_refused_in_the_clear_and_not_redirected():
    status, headers, _, page = answer_of("/api/v1/recordings", scheme="http")
    assert (status, "Location" in headers) == (403, False)
    assert json.loads(page)["code"] == "tls-required"
    assert answer_of("/api/v1/recordings")[0] == 401


def test_servers_elsewhere_must_prove_themselves_and_are_then_asked_to():
    roles = ("", "OWNER_", "DISPATCH_", "PLATFORM_")
    proven = "postgres://u:p@db.example/ecg?sslmode=verify-full"
    urls = {f"DATABASE_{role}URL": proven for role in roles}
    refused = in_production("-c", ASK, **urls | {"DATABASE_URL": "postgres://u:p@db.example/ecg"})
    assert "The database of “default” is elsewhere" in refused.stderr
    databases = settings_of("DATABASES", **urls)["DATABASES"].values()
    assert [found["OPTIONS"]["sslmode"] for found in databases] == ["verify-full"] * 4


def test_files_go_to_a_scanner_elsewhere_by_decision_only():
    elsewhere = {"EINTHOVEN_CLAMD": "tcp://scanner.example:3310"}
    assert "EINTHOVEN_PRIVATE_LINKS=clamd" in in_production("-c", ASK, **elsewhere).stderr
    decided = elsewhere | {"EINTHOVEN_PRIVATE_LINKS": "clamd"}
    assert settings_of("CLAMD", **decided) == {"CLAMD": "tcp://scanner.example:3310"}


def test_new_organizations_ask_for_a_second_factor_unless_told_otherwise():
    name = "NEW_SECOND_FACTOR_REQUIRED"
    assert settings_of(name) == {name: True}
    assert settings_of(name, **{f"EINTHOVEN_{name}": "false"}) == {name: False}


@pytest.mark.parametrize("host", ["evil.example", "ecg.example.evil.example", "127.0.0.1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_for_another_host_is_refused(host, scheme):
    status, headers, _, page = answer_of("/sign-in", host, scheme)
    assert (status, "Location" in headers) == (400, False)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert host not in page


def test_the_downloads_host_is_answered_for():
    found = settings_of("ALLOWED_HOSTS", EINTHOVEN_DOWNLOAD_ORIGIN="https://files.example")
    assert found["ALLOWED_HOSTS"] == ["ecg.example", "files.example"]


def test_the_web_server_writes_no_line_of_its_own_about_a_request():
    found = runpy.run_path(str(ROOT / "config/gunicorn.py"))
    assert found["accesslog"] is None
    assert found["limit_request_line"] <= 2048
    assert found["forwarded_allow_ips"] == "127.0.0.1,::1"
