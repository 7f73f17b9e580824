"""A secret in a kept file stops the check; what is allowed is allowed by its very text."""

from __future__ import annotations

import random
import string
import subprocess

import pytest

from deploy.secret_scan import __main__ as scanner
from deploy.secret_scan.kinds import FORMATS, secrets_in

LETTERS = string.ascii_letters + string.digits
# In pieces, or this file would be found itself.
PLANTED = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "GitHub token": "ghp_" + "a1B2" * 9,
    "GitLab token": "glpat-" + "x" * 20,
    "Slack token": "xoxb-" + "1234567890-abc",
    "Google key": "AIza" + "b" * 35,
    "Stripe key": "sk_" + "live_" + "c" * 24,
    "package registry token": "npm_" + "d" * 36,
    "JSON web token": "eyJhbGciOiJI" + ".eyJzdWIiOiIx." + "c2lnbmF0dXJl",
    "address with a password": "postgres://ecg_app:" + "hunter22" + "@db/ecg",
    "password in the source": "SMTP_PASS" + 'WORD = "hunter2hunter2"',
}


def kinds(text):
    return {kind for _, kind, _ in secrets_in(text)}


@pytest.mark.parametrize("kind", sorted(PLANTED))
def test_every_known_format_is_found(kind):
    assert kind in kinds(f"x = 1\n{PLANTED[kind]}\n")


def test_every_known_format_has_an_example():
    assert set(PLANTED) == set(FORMATS)


def test_random_strings_are_found():
    chance = random.Random(1)
    for _ in range(50):
        assert "random string" in kinds("".join(chance.choices(LETTERS, k=48)))
        assert "random string" in kinds(chance.randbytes(32).hex())


@pytest.mark.parametrize(
    "line",
    [
        'PASSWORD = env.secret("DATABASE_PASSWORD")',
        "    --hash=sha256:" + "0123456789abcdef" * 4,
        "ptbxl/00482_hr.hea\tdecoded\twfdb\tecg1:" + "0123456789abcdef" * 4,
        "fhir-r4/" + "hl7-r4-examples/" + "AuditEvent-" + "example-f201.json\trefused",
        "ALTER ROLE ecg_app PASSWORD :'app_password';",
        "https://einthoven.example/worklist?after=1",
        "def test_a_reader_who_signs_twice_in_one_session_is_refused():",
        "password: str = form.cleaned_data",
    ],
)
def test_ordinary_lines_pass(line):
    assert kinds(line) == set()


@pytest.fixture
def planted(tmp_path):
    (tmp_path / "settings.py").write_text(f"x = 1\n{PLANTED['password in the source']}\n")
    (tmp_path / "picture.png").write_bytes(b"\0" + PLANTED["AWS access key"].encode())
    return tmp_path


def test_a_planted_secret_fails_the_scan_and_is_not_printed(planted, capsys):
    assert scanner.main([str(planted)]) == 1
    told = capsys.readouterr().out
    assert "settings.py:2: password in the source" in told
    assert "hunter2" not in told


def test_a_file_that_is_not_tracked_yet_is_scanned_and_an_ignored_one_is_not(planted):
    subprocess.run(["git", "-C", planted, "init", "-q"], check=True)
    (planted / ".gitignore").write_text("ignored.py\n")
    (planted / "ignored.py").write_text(PLANTED["Google key"])
    assert {one.path for one in scanner.scan(planted)} == {"settings.py"}


def test_what_is_allowed_is_allowed_in_that_file_only(planted, monkeypatch, tmp_path_factory):
    [found] = scanner.scan(planted)
    monkeypatch.setattr(scanner, "ALLOWED", tmp_path_factory.mktemp("a") / "allowed.txt")
    scanner.ALLOWED.write_text(f"{found.fingerprint} settings.py invented\n")
    assert scanner.main([str(planted)]) == 0
    (planted / "other.py").write_text((planted / "settings.py").read_text())
    assert scanner.main([str(planted)]) == 1


def test_an_allowance_needs_a_reason_and_something_to_allow():
    with pytest.raises(ValueError, match="unpack"):
        scanner.allowances("0123456789ab settings.py\n")
    assert scanner.unused({("0123456789ab", "gone.py"): "old"}, [])


def test_the_source_holds_no_secret():
    assert scanner.main([]) == 0
