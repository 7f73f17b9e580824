"""Whether a view's code leads to the audit trail, read from the code itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, cast

from apps.audit import actions as audit

OURS = "apps."
# Where a class of views begins.
METHODS = ("dispatch", "initial", "get", "post", "form_valid", "form_invalid")
RECORDERS = {audit.record.__code__, audit.record_alone.__code__}


@dataclass(frozen=True)
class Named:
    """A function, and the class whose own functions it may call."""

    function: FunctionType
    owner: type | None = None


def leads_to_the_trail(view: Any) -> bool:
    """True where what it names, and what that names, has a function that records."""
    waiting, owner = list[Named](), None
    for layer in layers(view):
        owner = type(layer.__self__) if isinstance(layer, MethodType) else owner
        waiting += _owned(_functions_of(layer, ()), owner)
    seen: set[Named] = set()
    while waiting:
        named = waiting.pop()
        if named.function.__code__ in RECORDERS:
            return True
        if named not in seen and named.function.__module__.startswith(OURS):
            seen.add(named)
            waiting += _named_by(named)
    return False


def layers(view: Any) -> Iterator[Any]:
    """The view and, one after another, what it was wrapped around."""
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """It and every function that is written within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def _named_by(named: Named) -> Iterator[Named]:
    function = named.function
    names = {name for code in codes_in(function.__code__) for name in code.co_names}
    for name in names & set(function.__globals__):
        yield from _functions_of(function.__globals__[name], names)
    for cell in function.__closure__ or ():
        yield from _owned(_functions_of(cell.cell_contents, names), named.owner)
    if named.owner is not None:
        yield from _members(named.owner, names)


def _owned(found: Iterable[Named], owner: type | None) -> Iterator[Named]:
    """What was taken out of a class by decorators is still called on it."""
    for named in found:
        yield named if named.owner else Named(named.function, owner)


def _functions_of(thing: Any, names: Iterable[str]) -> Iterator[Named]:
    """A function; of a module, a class or a thing of ours what is named; of a table all."""
    if isinstance(thing, FunctionType):
        yield Named(thing)
        if hasattr(thing, "view_class"):
            yield from _members(thing.view_class, METHODS)
    elif isinstance(thing, MethodType):
        yield Named(cast(FunctionType, thing.__func__), type(thing.__self__))
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _functions_of(value, names)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from _functions_of(getattr(thing, field.name), names)
    elif isinstance(thing, ModuleType | type) and _is_ours(thing):
        yield from _members(thing, names)


def _is_ours(thing: ModuleType | type) -> bool:
    name = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__
    return name.startswith(OURS)


def _members(thing: Any, names: Iterable[str]) -> Iterator[Named]:
    """With the class they are called on, whose other functions they may name."""
    owner = thing if isinstance(thing, type) else None
    for name in names:
        inner = getattr(thing, name, None)
        inner = getattr(inner, "__func__", inner)
        if isinstance(inner, FunctionType):
            yield Named(inner, owner)
