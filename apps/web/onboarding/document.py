"""The file as a tree of nodes with their lines; nothing in it is ever executed or guessed."""

from __future__ import annotations

from typing import Any

import yaml

from apps.web.onboarding.problems import Problem, Refused

MOST_BYTES = 64 * 1024
MOST_DEPTH = 8


class _Strict(yaml.SafeLoader):
    """References would let a short file stand for an endless one."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "references are not allowed", mark)
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def parse(data: bytes) -> yaml.Node:
    """The file's one document. Raises Refused where it is not that."""
    if len(data) > MOST_BYTES:
        raise Refused(Problem(0, "", f"the file is longer than {MOST_BYTES} bytes"))
    try:
        node = yaml.compose(data.decode("utf-8"), Loader=_Strict)
    except UnicodeDecodeError:
        raise Refused(Problem(0, "", "the file is not UTF-8 text")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 0 if mark is None else mark.line + 1
        raise Refused(Problem(line, "", f"not YAML: {error.problem}")) from None
    except yaml.YAMLError as error:
        raise Refused(Problem(0, "", f"not YAML: {error}")) from None
    if node is None:
        raise Refused(Problem(1, "", "the file is empty"))
    return node
