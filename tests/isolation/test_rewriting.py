"""Code is changed in place, one node at a time, and the living functions have the change."""

from __future__ import annotations

import subprocess
import sys

EXAMPLE = """
from functools import partial
def permit(asked): raise PermissionError
def read(asked, rows):
    permit(asked)
    if not rows:
        raise LookupError
    return asked.may and asked.here
class Page:
    def shown(self, rows):
        return super().__init__() or [row for row in rows.filter(own=True)]
def read_names(asked, rows):
    return rows if asked.may("read") else []
"""
LOOK = """
import sys; sys.path.insert(0, {folder!r})
import example
from tests.mutants import rewriting
found = list(rewriting.edits(example, lambda name: name.startswith(("read", "Page"))))
"""
ALL = """
print([(edit.operator, edit.function, edit.part) for edit in found])
"""
APPLY = """
class Asked:
    may, here = lambda asked, action: False, True
kept = getattr(example, found[{index}].function)
rewriting.apply(example, found[{index}])
try:
    print(kept(Asked(), {rows}))
except Exception as error:
    print(type(error).__name__)
"""


def look(tmp_path, more):
    (tmp_path / "example.py").write_text(EXAMPLE)
    command = [sys.executable, "-c", LOOK.format(folder=str(tmp_path)) + more]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_checks_refusals_conditions_and_filters_are_found(tmp_path):
    assert look(tmp_path, ALL) == str(
        [
            ("check removed", "read", 0),
            ("refusal removed", "read", 0),
            ("always", "read", 0),
            ("condition left out", "read", 1),
            ("condition left out", "read", 2),
            ("always", "Page.shown", 0),
            ("condition left out", "Page.shown", 1),
            ("condition left out", "Page.shown", 2),
            ("filter removed", "Page.shown", 0),
            ("always", "read_names", 0),
        ]
    )


def test_a_function_held_elsewhere_loses_its_check_and_nothing_else(tmp_path):
    assert look(tmp_path, APPLY.format(index=0, rows="[1]")) == "True"
    assert look(tmp_path, APPLY.format(index=0, rows="[]")) == "LookupError"


def test_another_edit_leaves_the_check(tmp_path):
    assert look(tmp_path, APPLY.format(index=1, rows="[]")) == "PermissionError"


def test_a_role_that_is_asked_in_the_middle_of_something_always_may(tmp_path):
    assert look(tmp_path, APPLY.format(index=9, rows="[1]")) == "[1]"
