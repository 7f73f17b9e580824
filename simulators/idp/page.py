"""The provider's one page: who are you?"""

from __future__ import annotations

from html import escape

from .provider import Person


def sign_in_page(people: list[Person], asked: dict[str, str]) -> str:
    """A button a person; the question travels with the form."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    buttons = "".join(
        f'<p><button name="person" value="{escape(person.sub)}">{escape(person.name)}'
        f" &lt;{escape(person.email)}&gt;</button></p>"
        for person in people
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<title>Simulated identity provider</title>"
        "<h1>Simulated identity provider</h1><p>For demonstrations and tests. Sign in as:</p>"
        f'<form method="post" action="/authorize">{kept}{buttons}</form></html>'
    )
