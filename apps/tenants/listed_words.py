"""Words that a password may hold but not live on: names that everybody around the person knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from apps.tenants.lookups import words_around

PRODUCT = ("einthoven", "electrocardiogram", "cardiogram", "ecg", "ekg")
# Shorter ones are in too many other words.
SHORTEST = 3
# What must be left of a password without them.
LEFT = 8
REFUSED = (
    "Too much of it is the name of the product, of your organization, of a site or your own. Add"
    " words that have nothing to do with them."
)


class ListedWordsValidator:
    """Called by Django with the person, who need not have an account yet.

    `known_words` of the person, where it is set, are names besides those of the own memberships.
    """

    def validate(self, password: str, user: Any = None) -> None:
        left = password.casefold()
        for word in sorted(_words(_names_around(user)), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEFT:
            raise ValidationError(REFUSED, code="password_of_listed_words")

    def get_help_text(self) -> str:
        return REFUSED


def _names_around(user: Any) -> list[str]:
    if user is None:
        return [*PRODUCT]
    known = [*getattr(user, "known_words", ())]
    known += words_around(user.pk) if user.pk else []
    return [*PRODUCT, user.full_name, user.email, *known]


def _words(names: Iterable[str]) -> set[str]:
    found = {word for name in names for word in re.split(r"[\W_]+", name.casefold())}
    return {word for word in found if len(word) >= SHORTEST}
