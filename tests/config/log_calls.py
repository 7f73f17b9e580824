"""What the source says about logging: every call's event, keys and values, read from its tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from config.logging import ALLOWED_KEYS

LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log", "msg"}
CONTEXT = {"bind_contextvars", "bound_contextvars"}
LOGGERS = {"get_logger", "getLogger"}
EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)*")
# Calls that turn anything at all into text.
INTO_TEXT = {"str", "repr", "format", "ascii", "format_exc", "vars", "dict"}


def complaints(source: str) -> list[str]:
    """One for each call that could carry more than an event's name and allow-listed values."""
    tree = ast.parse(source)
    loggers = set(_loggers(tree))
    return [
        f"line {call.lineno}: {problem}"
        for call in _calls(tree)
        for problem in _problems(call, loggers)
    ]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _loggers(tree: ast.AST) -> Iterator[str]:
    """Names that hold a logger."""
    for node in ast.walk(tree):
        made = node.value if isinstance(node, ast.Assign) else None
        if isinstance(made, ast.Call) and _name(made.func) in LOGGERS:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _problems(call: ast.Call, loggers: set[str]) -> Iterator[str]:
    if _name(call.func) in CONTEXT:
        yield from _of_values(call)
    elif _logs(call, loggers):
        yield from _of_event(call)
        yield from _of_values(call)


def _logs(call: ast.Call, loggers: set[str]) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in LEVELS:
        return False
    held = function.value
    direct = isinstance(held, ast.Call) and _name(held.func) in LOGGERS
    return direct or (isinstance(held, ast.Name) and held.id in loggers | {"logging"})


def _of_event(call: ast.Call) -> Iterator[str]:
    event = call.args[0] if call.args else None
    named = isinstance(event, ast.Constant) and isinstance(event.value, str)
    if not named or not EVENT.fullmatch(event.value):
        yield "the event is not a plain name"
    if len(call.args) > 1:
        yield "values are given by position"


def _of_values(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg not in ALLOWED_KEYS:
            yield f"key {keyword.arg or '**'} is not allow-listed"
        elif keyword.arg != "trace_id" and _makes_text(keyword.value):
            yield f"{keyword.arg} is made into text"


def _makes_text(value: ast.expr) -> bool:
    """An f-string, %, + or a call that would print whatever it is given."""
    for node in ast.walk(value):
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            return True
        if isinstance(node, ast.Call) and _name(node.func) in INTO_TEXT:
            return True
    return False
