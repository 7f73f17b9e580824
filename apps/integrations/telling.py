"""What all notices share: a mail that is the same message when it comes twice, calm pauses."""

from __future__ import annotations

import datetime as dt
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from apps.core.errors import RetryableError

LONGEST_PAUSE_S = 300.0


def send_mail(title: str, text: str, to: str, message: uuid.UUID, **headers: str) -> None:
    """Raises RetryableError while the mail server does not take it."""
    mail = EmailMessage(title, text, to=[to])
    # The receiver's threads show beginning and end together, and a repeat as the same message.
    name = f"<{message}@{urlsplit(settings.BASE_URL).hostname}>"
    mail.extra_headers = {"Message-ID": name, **headers}
    try:
        mail.send()
    except OSError:
        # smtplib's errors are OSErrors; their text quotes addresses.
        raise RetryableError("mail-unavailable") from None


def pause_s(created_at: dt.datetime, longest: float = LONGEST_PAUSE_S) -> float:
    """A quarter of the time waited so far: soon after a blink, calmly in a long outage."""
    waited = (timezone.now() - created_at).total_seconds()
    return min(max(waited / 4, settings.RETRY_BACKOFF_SECONDS), longest)


def page(path: str) -> str:
    """The address of a page in a message."""
    return settings.BASE_URL.rstrip("/") + path
