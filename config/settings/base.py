"""Settings common to every place the platform runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config import env
from config.logging import configure_logging
from config.settings import sign_in
from config.settings.sign_in import *  # noqa: F403 - one subject, one module
from config.version import software_version

env.refuse_unknown()

BASE_DIR = Path(__file__).resolve().parents[2]
SECRET_KEY = env.secret("SECRET_KEY")
DEBUG = False
APP_VERSION = env.text("APP_VERSION", "") or software_version(BASE_DIR)
# Where files are downloaded from, if not from the pages' own address.
DOWNLOAD_ORIGIN = env.origin("DOWNLOAD_ORIGIN")
ALLOWED_HOSTS = [*env.names("ALLOWED_HOSTS"), *env.host_of(DOWNLOAD_ORIGIN)]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "tenants.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

INSTALLED_APPS = [
    "apps.core",
    "apps.audit",
    "apps.tenants",
    "apps.ecg",
    "apps.ingestion",
    "apps.inference",
    "apps.reports",
    "apps.billing",
    "apps.integrations",
    "apps.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "apps.web.apps.PlatformAdminConfig",
    "django_q",
    *sign_in.APPS,
    "drf_spectacular",
]

MIDDLEWARE = [
    "apps.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.web.middleware.TraceId",
    "apps.web.downloads.SeparateOrigin",
    "apps.integrations.api.middleware.ApiDoor",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.core.mail.SendMail",
    "allauth.account.middleware.AccountMiddleware",
    "apps.web.middleware.ActiveOrganization",
    "apps.web.second_factor.SecondFactor",
    "apps.web.middleware.AuditRefusals",
    "apps.web.middleware.StorageFaults",
    "apps.web.sign_on.BoundSession",
    "apps.web.limits.Limits",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.context.frame",
            ],
        },
    },
]


def _database(variable: str, **options: Any) -> dict[str, Any]:
    settings = env.database(variable)
    settings |= {"ENGINE": "apps.core.postgres", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    settings["OPTIONS"] = settings.get("OPTIONS", {}) | options.pop("OPTIONS", {})
    return settings | options


# The same statements come all day: prepared, the server need not read and plan each anew.
PREPARED = {"server_side_binding": True, "prepare_threshold": 3}
# One alias per database role; a session never changes its role.
DATABASES = {
    "default": _database("DATABASE_URL", ATOMIC_REQUESTS=True, OPTIONS=PREPARED),
    "owner": _database("DATABASE_OWNER_URL"),
    "dispatch": _database("DATABASE_DISPATCH_URL", OPTIONS=PREPARED),
    "platform": _database("DATABASE_PLATFORM_URL"),
}
DATABASE_ROUTERS = ["apps.core.postgres.router.OwnerMigrates"]

CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "apps.web.views.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.bundles.BundleFinder",
]
STATIC_ROOT = BASE_DIR / "staticfiles"

MAX_UPLOAD_BYTES = 32 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Nothing sent to a page that takes no files is written to disk, where it would lie unsealed.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Where clamd listens; without it files are marked as not scanned.
CLAMD = env.scanner("CLAMD")
# What may go unencrypted to other machines, because the network between is private.
PRIVATE_LINKS = env.some_of("PRIVATE_LINKS", {"clamd", "dicom", "hl7"})
SCANNER_WAIT_SECONDS = 15

# An ECG in JSON; what is larger comes by its address, or as a file.
MAX_JSON_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE
# Bodies of all other requests; a form of several files may be larger than one file.
MAX_BODY_BYTES = 1024 * 1024
MAX_FORM_BYTES = 2 * MAX_UPLOAD_BYTES + 1024 * 1024

# Files that come in parts: of what length, for how long, and how large by what they are.
UPLOAD_PART_BYTES = env.whole_number("UPLOAD_PART_MB", 8) * 1024 * 1024
UPLOAD_EXPIRES_SECONDS = 24 * 3600
UPLOAD_ADDRESS_SECONDS = 15 * 60
# How many of them may be begun and not finished, and how large together, in an organization
# whose rules say nothing of it.
UPLOADS_OPEN = env.whole_number("UPLOADS_OPEN", 200)
UPLOADS_OPEN_BYTES = env.whole_number("UPLOADS_OPEN_GB", 200) * 10**9
UPLOAD_CAPS = {
    "ecg": MAX_UPLOAD_BYTES,
    "pdf": MAX_UPLOAD_BYTES,
    "log": env.whole_number("UPLOAD_LOG_MB", 200) * 1024 * 1024,
    "archive": env.whole_number("UPLOAD_ARCHIVE_MB", 200) * 1024 * 1024,
    # A bucket takes no more than 5 GiB in the one request that gives bytes their name.
    "video": env.whole_number("UPLOAD_VIDEO_MB", 4096, most=5000) * 1024 * 1024,
}

# What bulk imports have done so far: hashes of places and names of arrivals, a file an import.
IMPORT_JOURNALS = Path(env.text("IMPORT_JOURNALS", env.text("BLOB_ROOT") + "-imports"))

# Requests (by DICOM objects, by HL7 messages) a minute: of an organization at its doors, of an
# address at the last two.
LIMITS_PER_MINUTE = {
    "web": env.whole_number("LIMIT_WEB", 3000),
    "upload": env.whole_number("LIMIT_UPLOAD", 600),
    "api": env.whole_number("LIMIT_API", 1200),
    "dicom": env.whole_number("LIMIT_DICOM", 1200),
    "hl7": env.whole_number("LIMIT_HL7", 1200),
    "sign-in": env.whole_number("LIMIT_SIGN_IN", 60),
    "api-key": env.whole_number("LIMIT_API_KEY", 60),
}

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "apps.integrations.api.operation.OperationSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Einthoven API",
    "DESCRIPTION": "Send ECG files, follow them, read recordings and signed reports.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

BLOB_ROOT = Path(env.text("BLOB_ROOT"))
BLOB_PLACES = "apps.tenants.blobs"
# Where the keys that wrap data keys are: one of three (apps.core.kek).
KEK_FILE = env.text("KEK_FILE", "")
KEK = env.text("KEK", "")
KEK_URL = env.text("KEK_URL", "")
KEK_TOKEN_FILE = env.text("KEK_TOKEN_FILE", "")
# How long a process keeps an unwrapped data key, and how soon it hears of a change.
DATA_KEY_SECONDS = 600
DATA_KEY_CHECK_SECONDS = 15
SHRED_PERSONS = env.whole_number("SHRED_PERSONS", 2)
# Where secrets that an onboarding file names lie, one a file.
ONBOARDING_SECRETS = Path(env.text("ONBOARDING_SECRETS", "/run/secrets"))
# Object gateways that organizations' storage may be at, name or name:port; Amazon's always may.
STORAGE_HOSTS = env.names("STORAGE_HOSTS")
STORAGE_TIMEOUT_SECONDS = env.seconds("STORAGE_TIMEOUT_SECONDS", 10)

# The trail's proof: anchors in a folder, or s3://bucket/prefix under object lock; empty keeps none.
AUDIT_KEY = env.secret("AUDIT_KEY")
AUDIT_ANCHORS = env.text("AUDIT_ANCHORS", "")
AUDIT_ANCHORS_ENDPOINT = env.endpoint("AUDIT_ANCHORS_ENDPOINT")
AUDIT_ANCHORS_REGION = env.text("AUDIT_ANCHORS_REGION", "us-east-1")
AUDIT_ANCHORS_KEY_ID = env.text("AUDIT_ANCHORS_KEY_ID", "")
AUDIT_ANCHORS_SECRET = env.secret("AUDIT_ANCHORS_SECRET", "")
AUDIT_ANCHORS_RETAIN_DAYS = env.whole_number("AUDIT_ANCHORS_RETAIN_DAYS", 3653)
AUDIT_PUBLIC_KEYS = env.names("AUDIT_PUBLIC_KEYS")
EXPORT_SIGNING_KEY = env.secret("EXPORT_SIGNING_KEY", "")

# Hosts of the operator's own network that may be spoken to: name or name:port.
EGRESS_INTERNAL_HOSTS = env.names("EGRESS_INTERNAL_HOSTS")
# Networks in which HL7 receivers are; at first the private ones.
MLLP_NETWORKS = env.networks("MLLP_NETWORKS", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7")

# The header in which proxies pass on a client's certificate (RFC 9440: Client-Cert), which proxies
# are believed, the authorities' lists of certificates that they took back, the authorities' own
# certificates, and whether a list past its next update refuses theirs or is used on.
CLIENT_CERTIFICATE_HEADER = env.text("CLIENT_CERTIFICATE_HEADER", "")
CLIENT_CERTIFICATE_PROXIES = env.networks("CLIENT_CERTIFICATE_PROXIES", "127.0.0.1/32,::1/128")
CLIENT_CERTIFICATE_CRL = env.text("CLIENT_CERTIFICATE_CRL", "")
CLIENT_CERTIFICATE_CA = env.text("CLIENT_CERTIFICATE_CA", "")
STALE_CRL = env.choice("STALE_CRL", {"refuse", "use"}, "refuse")

# The DICOM network: where to listen, certificates of the listener and of who signs devices' own,
# and the networks in which peers are called back.
DICOM_ADDRESS = env.text("DICOM_ADDRESS", "127.0.0.1")
DICOM_PORT = env.count("DICOM_PORT", 11112)
DICOM_TLS_CERTIFICATE = env.text("DICOM_TLS_CERTIFICATE", "")
DICOM_TLS_KEY = env.text("DICOM_TLS_KEY", "")
DICOM_TLS_CA = env.text("DICOM_TLS_CA", "")
DICOM_TLS_CRL = env.text("DICOM_TLS_CRL", "")
DICOM_NETWORKS = env.networks("DICOM_NETWORKS", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7")

# HL7 listeners: their certificate, and who signs those of senders.
HL7_TLS_CERTIFICATE = env.text("HL7_TLS_CERTIFICATE", "")
HL7_TLS_KEY = env.text("HL7_TLS_KEY", "")
HL7_TLS_CA = env.text("HL7_TLS_CA", "")
HL7_TLS_CRL = env.text("HL7_TLS_CRL", "")

# File shares: where they may be, and the port of their servers.
SMB_NETWORKS = env.networks("SMB_NETWORKS", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7")
SMB_PORT = env.whole_number("SMB_PORT", 445)
SMB_TIMEOUT_SECONDS = 20
# A file is read when so many looks over so many seconds found it unchanged, looking again this
# soon; kept apart when it was not whole for so long.
SMB_STABLE_LOOKS = 3
SMB_STABLE_SECONDS = env.seconds("SMB_STABLE_SECONDS", 10)
SMB_SETTLE_SECONDS = env.seconds("SMB_SETTLE_SECONDS", 5)
SMB_INCOMPLETE_SECONDS = env.seconds("SMB_INCOMPLETE_SECONDS", 900)
# After so long no further file is read before the next look.
SMB_LOOK_SECONDS = 20
# The longest pause after failures; how far apart an ECG and its document may come; how long a
# single round waits for files that are still written.
SMB_BACKOFF_SECONDS = 600
SMB_PAIR_SECONDS = 3600
SMB_ONCE_SECONDS = 60

# Single sign-on: how far clocks may differ, how long a session lasts however busy it is, and how
# long a person has to prove who they are when signing.
SSO_CLOCK_SKEW_SECONDS = env.seconds("SSO_CLOCK_SKEW_SECONDS", 60)
SSO_SESSION_SECONDS = env.seconds("SSO_SESSION_SECONDS", 8 * 3600)
SSO_ANSWER_SECONDS = 5 * 60

# Leases: durations in seconds by the database's clock.
LEASE_SECONDS = env.seconds("LEASE_SECONDS", 60)
HEARTBEAT_SECONDS = env.seconds("HEARTBEAT_SECONDS", 15)
SWEEP_SECONDS = env.seconds("SWEEP_SECONDS", 2)
RETRY_BACKOFF_SECONDS = env.seconds("RETRY_BACKOFF_SECONDS", 5)
DRAIN_SECONDS = env.seconds("DRAIN_SECONDS", 30)
UNAVAILABLE_PAUSE_SECONDS = env.seconds("UNAVAILABLE_PAUSE_SECONDS", 15)
# How long one stage of one row may take, and how slowly a file's bytes may be fetched, sealed and
# scanned, all together: a large one has so much longer.
STAGE_LIMIT_SECONDS = 300
STAGE_BYTES_PER_SECOND = 2 * 1024 * 1024
MAX_ATTEMPTS = 5
QUEUE_STATUS_FILE = env.text("QUEUE_STATUS_FILE", "")
DEMO_EHR_PORT = env.whole_number("DEMO_EHR_PORT", 2575)
DEMO_IDP_PORT = env.count("DEMO_IDP_PORT", 0)
DEMO_HL7_PORT = env.count("DEMO_HL7_PORT", 0)
CORPUS = env.text("CORPUS", "")

# Alarms: how often every organization is looked at, and how long is too long.
WATCH_SECONDS = env.seconds("WATCH_SECONDS", 30)
ALARM_WAITING_SECONDS = env.seconds("ALARM_WAITING_SECONDS", 600)
# The address people use, for links in mail.
# How long a canary waits for a worker before its sender does the work.
CANARY_PATIENCE_SECONDS = 3.0
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000")

Q_CLUSTER = {
    "name": "einthoven",
    "orm": "default",
    "cache": "queue",
    # One more than two cores have: while one waits for a commit, another computes.
    "workers": env.whole_number("WORKERS", 3),
    "timeout": 3600,
    "retry": 3700,
    "poll": 0.1,
    "bulk": 1,
    "daemonize_workers": False,
    "save_limit": -1,
    "max_attempts": 1,
    "catch_up": False,
    "guard_cycle": 0.5,
    "label": "Wake-ups",
}

LOGGING_CONFIG = None
configure_logging(env.choice("LOG_FORMAT", {"json", "console"}, "json"))
