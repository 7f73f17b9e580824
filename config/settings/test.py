"""The test suite: as the demo, with cheap password hashes.

Without a database the settings still load, with addresses that reach nothing: the pure tests run
and the others say what is missing.
"""

import os

HAS_DATABASE = "DATABASE_URL" in os.environ

if not HAS_DATABASE:
    for _name in ("DATABASE", "DATABASE_OWNER", "DATABASE_DISPATCH", "DATABASE_PLATFORM"):
        os.environ[f"{_name}_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    os.environ |= {
        "EINTHOVEN_SECRET_KEY": "only for tests without a database",
        "EINTHOVEN_BLOB_ROOT": "/nonexistent",
        "EINTHOVEN_KEK": '{"active": "t", "keys": {"t": "' + "A" * 43 + '="}}',
        "EINTHOVEN_AUDIT_KEY": "A" * 43 + "=",
        "EINTHOVEN_EXPORT_SIGNING_KEY": "A" * 43 + "=",
        "EINTHOVEN_ALLOWED_HOSTS": "",
    }

from config.settings.dev import *  # noqa: E402, F403 - the environment is complete from here on

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECURE_SSL_REDIRECT = False
# Keys are unwrapped once a run: a test counts the queries and events of its own work only.
DATA_KEY_SECONDS = DATA_KEY_CHECK_SECONDS = 86_400
# No worker runs beside a test.
CANARY_PATIENCE_SECONDS = 0
# Every test signs in from one address.
ACCOUNT_RATE_LIMITS = dict.fromkeys(("login", "reset_password", "reset_password_from_key"))
MFA_RATE_LIMITS = {"webauthn_login": None}
# Tests that anchor name a folder of their own: chains are emptied between tests, anchors are not.
AUDIT_ANCHORS = ""
