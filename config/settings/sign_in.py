"""How people sign in: allauth's flows behind pages of our own, axes' lock-out in front of them."""

from __future__ import annotations

import datetime as dt

from config import env

APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "axes",
]

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "worklist"
AUTHENTICATION_BACKENDS = [
    # First: who is locked out is not asked for a password at all.
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.tenants.listed_words.ListedWordsValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600

# How many proxies of ours stand in front; what they append to X-Forwarded-For is believed.
TRUSTED_PROXIES = env.count("TRUSTED_PROXIES", 0)

# Sessions end on the server: after a pause, and at the latest so long after signing in.
SESSION_IDLE_SECONDS = env.seconds("SESSION_IDLE_SECONDS", 15 * 60)
SESSION_ABSOLUTE_SECONDS = env.seconds("SESSION_ABSOLUTE_SECONDS", 12 * 3600)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Accounts come by invitation or by an administrator, so there is no sign-up and no e-mail to prove.
ACCOUNT_ADAPTER = "apps.tenants.adapters.AccountAdapter"
_FORMS = "apps.tenants.new_password"
ACCOUNT_FORMS = {
    "reset_password": f"{_FORMS}.AskForm",
    "user_token": f"{_FORMS}.LinkForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Einthoven: "
ACCOUNT_LOGOUT_REDIRECT_URL = "sign-in"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS: dict[str, str | None] = {"login": "60/m/ip", "login_failed": "5/15m/key"}
MFA_ADAPTER = "apps.tenants.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS: dict[str, str | None] = {"webauthn_login": "60/m/ip"}
MFA_TOTP_TOLERANCE = 0
MFA_TOTP_ISSUER = "Einthoven"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "apps.tenants.factors.CodeForm",
    "reauthenticate": "apps.tenants.factors.ConfirmForm",
    "add_webauthn": "apps.tenants.factors.PasskeyForm",
}
# Platform staff set up a second factor before anything else.
STAFF_MFA_REQUIRED = env.flag("STAFF_MFA_REQUIRED", True)
# Whether organizations that are added require one of all who work there, unless told otherwise.
NEW_SECOND_FACTOR_REQUIRED = env.flag("NEW_SECOND_FACTOR_REQUIRED", True)
# Codes that were used and attempts that were made count for every process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
    },
    # What a qcluster tells of itself, twice a second: nobody asks, and it is more than numbers.
    "queue": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}

SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_ADAPTER = "apps.tenants.adapters.SocialAccountAdapter"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "apps.tenants.counting.name_tried"
AXES_CLIENT_IP_CALLABLE = "apps.core.client_address.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Its page would tell who is locked out from who mistyped.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

# E-mail goes through a mail server; the demo, which sends nothing, keeps files instead.
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole_number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD", "")
EMAIL_SECURITY = env.choice("EMAIL_SECURITY", {"none", "starttls", "tls"}, "none")
EMAIL_USE_TLS = EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "Einthoven <no-reply@localhost>")
