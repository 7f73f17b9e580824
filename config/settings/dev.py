"""The demo on one machine: embedded PostgreSQL, plain HTTP on loopback."""

from config.demo import fill_environment

fill_environment()

from config import env  # noqa: E402
from config.settings.base import *  # noqa: E402, F403 - settings modules extend the base

SESSION_COOKIE_NAME = "einthoven_demo"
CSRF_COOKIE_NAME = "einthoven_demo_csrf"
DEMO = True
# Anybody may look around in the demo.
STAFF_MFA_REQUIRED = False
NEW_SECOND_FACTOR_REQUIRED = False
# Messages are files under the state folder: the demo sends nothing.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BLOB_ROOT.parent / "mail"  # noqa: F405
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None  # type: ignore[assignment]  # sources are served, nothing is collected
SHRED_PERSONS = env.whole_number("SHRED_PERSONS", 1)  # the demo has one operator
