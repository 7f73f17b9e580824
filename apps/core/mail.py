"""Messages leave after the answer: how long sending takes tells nobody who has an account."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)


def send_after_response(request: HttpRequest, message: EmailMessage) -> None:
    """Held until the answer is out; a message whose request failed is not sent."""
    waiting = getattr(request, "_messages_to_send", None)
    if waiting is None:
        waiting = request._messages_to_send = []  # type: ignore[attr-defined]
    waiting.append(message)


class SendMail:
    """The middleware that sends what was held."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        waiting: list[EmailMessage] = getattr(request, "_messages_to_send", [])
        if waiting and response.status_code < 500:
            # WSGI servers close a response once its last byte is written.
            response._resource_closers.append(lambda: send(waiting))  # type: ignore[attr-defined]
        return response


def send(messages: list[EmailMessage]) -> None:
    """A mail server that is away costs the message, which can be asked for again."""
    for message in messages:
        try:
            message.send()
        except OSError as error:
            log.error("mail.failed", error_class=type(error).__name__)
