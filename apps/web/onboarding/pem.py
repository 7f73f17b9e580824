"""Certificates in a file: read strictly, compared whole, and told of in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import yaml
from django.utils import timezone

from apps.integrations.destinations.mllp.certificates import told
from apps.web.onboarding.fields import Read, refuse


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM in one spelling; in plans its count, fingerprint and end."""

    pem: str

    def __str__(self) -> str:
        return told(self.pem)


def certificates(pem: str) -> Certificates | str:
    """Empty text for none, as of any other field."""
    return Certificates(pem) if pem else ""


def str_of(value: Certificates | str) -> str:
    return value if isinstance(value, str) else value.pem


def pem(tidy: Callable[..., str]) -> Read:
    """Certificates over several lines, as `tidy` takes them."""

    def read(node: yaml.Node, path: str) -> Certificates | str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
            raise refuse(node, path, "must be certificates as PEM")
        try:
            return certificates(tidy(node.value, now=timezone.now()))
        except ValueError as error:
            raise refuse(node, path, str(error)) from None

    return read
