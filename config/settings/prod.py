"""A hospital's installation: TLS in front, secure cookies, hashed static files."""

from config import env
from config.settings.base import *  # noqa: F403 - settings modules extend the base

SESSION_COOKIE_NAME = "__Host-einthoven"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-einthoven_csrf"
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = env.whole_number("PROXIES", 1, least=0)
DEMO = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedStatic"},
}
