"""A plan as people and programs read it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from apps.web.onboarding.plan import Line
from apps.web.onboarding.problems import Problem

HOW_TO_INVITE = (
    "People marked “invite” have no password yet and cannot sign in. An administrator of the"
    " organization sets an initial one in the admin, under Accounts, and passes it on; for the"
    " first administrator, a platform operator does the same, once."
)


def sentence(line: Line) -> str:
    return f"{line.action:<7} {line.word} {line.name}{details(line)}"


# What to do about a field that a file cannot change, by kind of row and field.
REMEDIES = {("storage", "active"): "; `manage.py move_storage` moves the bytes there"}


def details(line: Line) -> str:
    if line.action == "send":
        return ": a synthetic ECG of nobody; in no list, never delivered, never charged"
    if line.action == "drift" and not line.fields:
        return ": not in the file; stays"
    if line.action == "drift":
        remedies = [REMEDIES.get((line.word, name), "") for name, _, _ in line.fields]
        changes = ", ".join(_change(*field) for field in line.fields)
        return f": differs and stays: {changes}{''.join(remedies)}"
    if line.action == "create":
        return ": " + ", ".join(f"{name} {_value(new)}" for name, _, new in line.fields)
    if line.action == "change":
        return ": " + ", ".join(_change(*field) for field in line.fields)
    return ""


def _change(name: str, old: Any, new: Any) -> str:
    return f"{name} {_value(old)} → {_value(new)}"


def _value(value: Any) -> str:
    names = {True: "yes", False: "no"} if isinstance(value, bool) else {None: "none", "": "“”"}
    return names.get(value, str(value))


def as_json(slug: str, line: Line) -> str:
    fields = {name: {"from": old, "to": new} for name, old, new in line.fields}
    return json.dumps(
        {
            "organization": slug,
            "action": line.action,
            "kind": line.word,
            "name": line.name,
            "fields": fields,
        },
        default=str,
        ensure_ascii=False,
    )


def problem_as_json(problem: Problem) -> str:
    values = {"line": problem.line or None, "path": problem.path, "message": problem.message}
    return json.dumps({"action": "refuse", **values}, ensure_ascii=False)


def counts(lines: Iterable[Line]) -> dict[str, int]:
    found = Counter(line.action for line in lines)
    return {action: found[action] for action in ("create", "change", "keep", "drift", "invite")}


def summary(lines: Iterable[Line]) -> str:
    found = counts(lines)
    return (
        f"{found['create']} to create, {found['change']} to change, {found['keep']} as they are,"
        f" {found['drift']} not as the file says and left alone."
    )
