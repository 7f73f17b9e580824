"""Code changed in place: the source is parsed again, changed, and given to the living functions."""

from __future__ import annotations

import ast
import copy
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

Change = Callable[[], None]
Body = list[ast.stmt]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one node, found again in a fresh tree by its place in the walk."""

    operator: str
    function: str
    line: int
    column: int
    index: int
    part: int = 0
    source: str = ""

    @property
    def name(self) -> str:
        return f"{self.function} {self.line}:{self.column}{self._of_parts}"

    @property
    def words(self) -> str:
        """The same by what is written there, wherever it moves to."""
        return f"{self.function} {self.source}{self._of_parts}"

    @property
    def _of_parts(self) -> str:
        return f" part {self.part}" if self.part else ""


def edits(module: ModuleType, wanted: Callable[[str], bool]) -> Iterator[Edit]:
    """Every edit of the functions whose name is wanted."""
    tree = _parsed(module)
    for index, (function, node) in enumerate(_walked(tree)):
        if wanted(function):
            for operator, part in _operators(node):
                place = (node.lineno, node.col_offset)
                yield Edit(operator, function, *place, index, part, ast.unparse(node))


def apply(module: ModuleType, edit: Edit) -> None:
    """Give every living function of the module the code it has in the changed source."""
    tree = _parsed(module)
    _, node = next(found for i, found in enumerate(_walked(tree)) if i == edit.index)
    changed = ast.fix_missing_locations(_Replace(node, _changed(node, edit)).visit(tree))
    assert module.__file__
    codes = _codes(compile(changed, module.__file__, "exec"))
    given = 0
    # What the collector was told to pass over would not be found.
    gc.unfreeze()
    for function in gc.get_objects():
        if type(function) is not FunctionType:
            continue
        code = function.__code__
        new = codes.get((code.co_qualname, code.co_firstlineno))
        if code.co_filename == module.__file__ and new is not None and new != code:
            function.__code__ = new
            given += 1
    assert given, f"no living function has {edit.name}"


def _parsed(module: ModuleType) -> ast.Module:
    assert module.__file__
    return ast.parse(Path(module.__file__).read_text())


def _walked(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Nodes inside functions, in order, with the function's full name."""
    for node in ast.iter_child_nodes(tree):
        inner = function
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{node.name}" if function else node.name
        if inner:
            yield inner, node
        yield from _walked(node, inner)


def _operators(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Expr) and _called(node.value) in CHECKS:
        yield "check removed", 0
    if isinstance(node, ast.If | ast.BoolOp) and "is_valid" in ast.unparse(node):
        return
    if isinstance(node, ast.If) and not node.orelse and _refuses(node.body):
        yield "refusal removed", 0
    if isinstance(node, ast.BoolOp):
        yield from (("condition left out", part) for part in range(1, len(node.values) + 1))
    if isinstance(node, ast.Call) and _method(node) in {"filter", "exclude"}:
        yield "filter removed", 0
    if isinstance(node, ast.Return) and _decides(node.value):
        yield "always", 0
    if isinstance(node, ast.Call) and _method(node) == "may":
        yield "always", 0


CHECKS = {"permit", "required_organization", "_pin_open_transactions", "execute", "reset"}
CHECKS |= {"cycle_key", "_only_read", "_check", "check_may_submit", "_accept_format", "_permit"}
CHECKS |= {"_prove", "permit_view", "_check_open", "_check_hash", "_check_identity", "_check_time"}
CHECKS |= {"use_up"}


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else _method(node)


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _refuses(body: Body) -> bool:
    last = body[-1]
    if isinstance(last, ast.Raise):
        return True
    return isinstance(last, ast.Return) and (
        last.value is None
        or (isinstance(last.value, ast.Constant) and last.value.value is None)
        or _called(last.value) in {"to_sign_in", "redirect", "redirect_to_login"}
    )


def _decides(value: Any) -> bool:
    """A yes or no that stands in one expression."""
    if isinstance(value, ast.Constant):
        return value.value is False
    return isinstance(value, ast.BoolOp | ast.Compare) or _called(value) in DECIDERS


DECIDERS = {"inside", "on_platform", "bool", "has_view_permission"}


def _changed(node: ast.AST, edit: Edit) -> ast.AST:
    """What was there stays named behind a False: a closure keeps the variables it is given."""
    fresh: Any = copy.deepcopy(node)
    never = ast.Constant(False)
    if isinstance(fresh, ast.Expr):
        fresh = ast.If(never, [fresh], [])
    elif isinstance(fresh, ast.If):
        fresh.test = ast.BoolOp(ast.And(), [never, fresh.test])
    elif isinstance(fresh, ast.Return):
        fresh.value = ast.IfExp(never, fresh.value, ast.Constant(True))
    else:
        fresh = ast.IfExp(never, fresh, _left(copy.deepcopy(node), edit))
    return ast.copy_location(fresh, node)


def _left(node: Any, edit: Edit) -> ast.AST:
    """Of an expression: without its part or its filter, or the yes of one who may."""
    if edit.operator == "always":
        return ast.Constant(True)
    if isinstance(node, ast.BoolOp):
        del node.values[edit.part - 1]
        return node if len(node.values) > 1 else node.values[0]
    filtered: ast.AST = node.func.value
    return filtered


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().generic_visit(node)


def _codes(code: CodeType) -> dict[tuple[str, int], CodeType]:
    found = {(code.co_qualname, code.co_firstlineno): code}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _codes(constant)
    return found
