"""Reading one value strictly: what is not exactly of the kind is refused with what is allowed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.tenants.zones import validate_zone
from apps.web.onboarding.problems import Problem, Refused, gathered

Read = Callable[[yaml.Node, str], Any]
Fields = dict[str, Any]
Rows = dict[str, Fields]

AMOUNT = re.compile(r"\d{1,8}(\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record: how it is read, and what it is when it is left out."""

    read: Read
    default: Any = None
    required: bool = False


def needed(read: Read) -> Field:
    return Field(read, required=True)


def refuse(node: yaml.Node, path: str, message: str) -> Refused:
    return Refused(Problem(node.start_mark.line + 1, path, message))


def _scalar(node: yaml.Node, path: str, kinds: Iterable[str], wanted: str) -> str:
    tags = {f"tag:yaml.org,2002:{kind}" for kind in kinds}
    if not isinstance(node, yaml.ScalarNode) or node.tag not in tags:
        raise refuse(node, path, f"must be {wanted}")
    return str(node.value)


def text(most: int, pattern: str = r".+", wanted: str = "") -> Read:
    """Words on one line. What YAML takes for a number, a date or a truth value is no text."""

    def read(node: yaml.Node, path: str) -> str:
        value = " ".join(_scalar(node, path, ["str"], "text (put it in quotes)").split())
        if len(value) > most:
            raise refuse(node, path, f"has more than {most} characters")
        if not re.fullmatch(pattern, value) or not value.isprintable():
            raise refuse(node, path, f"“{value}” must be {wanted or 'text that is not empty'}")
        return value

    return read


def choice(allowed: Mapping[str, Any] | Iterable[str]) -> Read:
    """One of the names; for a mapping, what the name stands for."""
    meanings = dict(allowed) if isinstance(allowed, Mapping) else {name: name for name in allowed}

    def read(node: yaml.Node, path: str) -> Any:
        names = ", ".join(meanings)
        value = _scalar(node, path, ["str"], f"one of: {names}")
        if value not in meanings:
            raise refuse(node, path, f"“{value}” is not known; allowed: {names}")
        return meanings[value]

    return read


def _checked(validate: Callable[[str], None], read: Read) -> Read:
    def checked(node: yaml.Node, path: str) -> str:
        value: str = read(node, path)
        try:
            validate(value)
        except ValidationError as error:
            raise refuse(node, path, " ".join(error.messages)) from None
        return value

    return checked


zone = _checked(validate_zone, text(64))
_email = _checked(validate_email, text(254))


def email(node: yaml.Node, path: str) -> str:
    return str(_email(node, path)).lower()


def truth(node: yaml.Node, path: str) -> bool:
    return _scalar(node, path, ["bool"], "true or false").lower() in {"true", "yes", "on"}


def whole(least: int, most: int) -> Read:
    """A whole number within limits."""

    def read(node: yaml.Node, path: str) -> int:
        wanted = f"a whole number from {least} to {most}"
        value = _scalar(node, path, ["int"], wanted)
        if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
            raise refuse(node, path, f"“{value}” must be {wanted}")
        return int(value)

    return read


def lines(read: Callable[[str], str]) -> Read:
    """A list of words, kept as lines; `read` checks them and raises ValueError for the wrong."""

    def read_all(node: yaml.Node, path: str) -> str:
        if not isinstance(node, yaml.SequenceNode):
            raise refuse(node, path, "must be a list")
        words = [text(80)(item, f"{path}[{index}]") for index, item in enumerate(node.value)]
        try:
            return read("\n".join(words))
        except ValueError as error:
            raise refuse(node, path, str(error)) from None

    return read_all


def amount(node: yaml.Node, path: str) -> Decimal:
    wanted = "an amount such as 4.25, with 4 decimals at most"
    value = _scalar(node, path, ["int", "float"], wanted)
    if not AMOUNT.fullmatch(value):
        raise refuse(node, path, f"“{value}” must be {wanted}")
    return Decimal(value)


def day(node: yaml.Node, path: str) -> dt.date:
    wanted = "a date such as 2026-01-31"
    value = _scalar(node, path, ["timestamp"], wanted)
    try:
        return dt.datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise refuse(node, path, f"“{value}” must be {wanted}") from None


def record(node: yaml.Node, path: str, fields: Mapping[str, Field]) -> Fields:
    """Keys and values; an unknown, missing or repeated key is refused by name."""
    if not isinstance(node, yaml.MappingNode):
        raise refuse(node, path, f"must have the keys: {', '.join(fields)}")
    values: Fields = {}
    with gathered() as note:
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "(not a word)"
            place = f"{path}.{name}" if path else name
            try:
                if name not in fields:
                    raise refuse(key, place, f"is not a key here; allowed: {', '.join(fields)}")
                if name in values:
                    raise refuse(key, place, "is given twice")
                values[name] = fields[name].read(value, place)
            except Refused as refused:
                note(refused)
                values[name] = None
        missing = [name for name, field in fields.items() if field.required and name not in values]
        if missing:
            note(refuse(node, path, f"lacks {', '.join(missing)}"))
    return {name: values.get(name, field.default) for name, field in fields.items()}


def rows(read: Callable[[yaml.Node, str], tuple[str, Fields]]) -> Read:
    """A list of named rows; the same name again is refused."""

    def read_all(node: yaml.Node, path: str) -> Rows:
        if not isinstance(node, yaml.SequenceNode):
            raise refuse(node, path, "must be a list")
        found: Rows = {}
        with gathered() as note:
            for index, item in enumerate(node.value):
                place = f"{path}[{index}]"
                try:
                    name, fields = read(item, place)
                    if name in found:
                        raise refuse(item, place, f"“{name}” is given twice")
                    found[name] = fields
                except Refused as refused:
                    note(refused)
        return found

    return read_all
