"""Mutants of the code that guards a border: checks, refusals, conditions, filters, doors."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from inspect import unwrap
from types import FunctionType

from django.urls import URLPattern, get_resolver

from apps.tenants.permissions import PERMISSIONS, ROLE_NAMES
from tests.isolation import routes
from tests.isolation.permitted import modules_of
from tests.mutants import rewriting
from tests.mutants.code import CodeMutant
from tests.mutants.guards import ACCESS, GUARDS, ONLY_NAMED, PERMISSIONS_OF, REDUNDANT

ROUTES = "tests/isolation/test_routes.py::test_the_answer_is_the_tables"
# What asks for the password again, and looks the same from the routes.
CONFIRMED = {
    "session-end": (
        "tests/web/test_sessions.py::test_seeing_and_ending_them_asks_for_the_password_again",
    )
}


def code_mutants() -> Iterator[CodeMutant]:
    for name, (functions, tests) in GUARDS.items():
        module = import_module(name)
        for edit in rewriting.edits(module, lambda function, f=functions: function.startswith(f)):
            removed = edit.operator in ("check removed", "refusal removed")
            if name in ONLY_NAMED and not (removed or edit.function.startswith(("get_", "_get"))):
                continue
            change = partial(rewriting.apply, module, edit)
            label = f"{name.removeprefix('apps.')}.{edit.name}"
            if not _is_redundant(name, edit):
                yield CodeMutant(edit.operator, label, change, tests)


def unasked() -> Iterator[CodeMutant]:
    """Each function that asks for a permission, wherever it is, without asking."""
    below = ("ecg", "inference", "ingestion", "integrations", "reports", "tenants")
    for name in modules_of(*below, "web.views"):
        module = import_module(name)
        known = rows_of(name) if name.startswith("apps.web") else (ACCESS,)
        tests = (*known, *GUARDS.get(name, ((), ()))[1])
        for edit in rewriting.edits(module, bool):
            asked = linecache.getline(str(module.__file__), edit.line).lstrip()
            label = f"{name.removeprefix('apps.')}.{edit.name}"
            is_asked = edit.operator == "check removed" and asked.startswith("permit(")
            if is_asked and not _is_redundant(name, edit):
                change = partial(rewriting.apply, module, edit)
                yield CodeMutant("permission unasked", label, change, tests)


def _is_redundant(module: str, edit: rewriting.Edit) -> bool:
    return f"{module.removeprefix('apps.')}.{edit.words}".startswith(tuple(REDUNDANT))


def rows_of(module: str) -> tuple[str, ...]:
    """The tests of the routes whose view is in that module."""
    names = {p.name for p in _patterns() if unwrap(p.callback).__module__ == module}
    return tuple(f"{ROUTES}[{row}]" for row in routes.ROUTES if row.name in names)


def permissions() -> Iterator[CodeMutant]:
    """Each role given an action it has not, and each that has it robbed of it."""
    for action, roles in PERMISSIONS.items():
        for role in ROLE_NAMES:
            changed = roles ^ {role}
            word = "may" if role in changed else "may not"
            change = partial(PERMISSIONS.update, {action: changed})
            yield CodeMutant(
                "permission changed", f"{role} {word} {action}", change, PERMISSIONS_OF
            )


def doors_open() -> Iterator[CodeMutant]:
    """Each view without the check that somebody is signed in and somewhere."""
    for route in _guarded_routes():
        rows = tuple(f"{ROUTES}[{row}]" for row in routes.ROUTES if row.name == route)
        tests = (*rows, *CONFIRMED.get(route, ()))
        yield CodeMutant("door open", route, partial(_open, route), tests)


def _guarded_routes() -> list[str]:
    return sorted({p.name for p in _patterns() if _guard_of(p.callback) is not None})


def _patterns() -> list[URLPattern]:
    return list(_below(get_resolver("apps.web.urls").url_patterns))


def _below(entries: list) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from _below(entry.url_patterns)


def _guard_of(view) -> FunctionType | None:
    while view is not None:
        if getattr(view, "__code__", None) and view.__code__.co_name == "guarded":
            return view
        view = getattr(view, "__wrapped__", None)
    return None


def _open(route: str) -> None:
    def around(view):
        def guarded(request, *args, **kwargs):
            return view(request, *args, **kwargs)

        return guarded

    def around_either(view, checked):
        def guarded(request, *args, **kwargs):
            return (view or checked)(request, *args, **kwargs)

        return guarded

    found = next(_guard_of(p.callback) for p in _patterns() if p.name == route)
    assert found is not None
    alike = around(None), around_either(None, None)
    [opened] = [one for one in alike if one.__code__.co_freevars == found.__code__.co_freevars]
    found.__code__ = opened.__code__


GENERATORS = (code_mutants, unasked, permissions, doors_open)
