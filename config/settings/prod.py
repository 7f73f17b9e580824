"""A hospital's installation: TLS in front, secure cookies, hashed static files."""

from config.settings.base import *  # noqa: F403 - settings modules extend the base

SESSION_COOKIE_NAME = "__Host-einthoven"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-einthoven_csrf"
SECURE_SSL_REDIRECT = True
# A program would follow a redirect and never notice that it showed its key: refused instead.
SECURE_REDIRECT_EXEMPT = [r"^api/"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Whether a domain goes on the browsers' built-in list is its owner's decision.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W021"]  # noqa: F405 - as above
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DEMO = False
env.refuse_clear(DATABASES, EMAIL_HOST, EMAIL_SECURITY)  # noqa: F405 - as above
env.refuse_clear_scanner(CLAMD, PRIVATE_LINKS)  # noqa: F405 - as above
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedStatic"},
}
