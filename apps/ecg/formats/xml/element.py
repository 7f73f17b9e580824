"""One element of a document, with accessors that refuse and name the field at fault.

An accessor follows child names down from its element; each step exists once or not at all.
Children in another namespace than their parent's are not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.numbers import parse_decimal

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
MAX_TEXT = 8000
_MAX_WHOLE = 1 << 31
_LONGEST_FIELD = 64  # as stored with a refusal


@dataclass(slots=True, eq=False)
class Element:
    """Name and namespace, attributes ("{uri}name" where prefixed), children, own text."""

    name: str
    namespace: str
    parent: Element | None
    attributes: dict[str, str]
    content: str = ""
    children: list[Element] = field(default_factory=list)

    def path(self, *names: str) -> str:
        """Where this element (or a child of it) is; the nearest steps where it is long."""
        steps: list[str] = []
        at: Element | None = self
        while at is not None:
            steps.append(at.name)
            at = at.parent
        wanted = [*reversed(steps), *names]
        while len(wanted) > 1 and len("/".join(wanted)) > _LONGEST_FIELD:
            del wanted[0]
        return "/".join(wanted)[-_LONGEST_FIELD:]

    def all(self, name: str) -> list[Element]:
        """The children of that name, in file order."""
        return [c for c in self.children if c.name == name and c.namespace == self.namespace]

    def at(self, *names: str) -> Element | None:
        """The element below, None where a step is absent. Raises Refused for one given twice."""
        found = self
        for name in names:
            steps = found.all(name)
            if len(steps) > 1:
                raise Refused(
                    "xml-repeated", f"{name} is given more than once.", field=steps[0].path()
                )
            if not steps:
                return None
            found = steps[0]
        return found

    def need(self, *names: str) -> Element:
        """The element below. Raises Refused where it is absent or given twice."""
        found = self.at(*names)
        if found is None:
            raise self._missing(*names)
        return found

    def text(self, *names: str) -> str:
        """Trimmed text below; empty where absent. Raises Refused where it is no short text."""
        found = self.at(*names)
        return "" if found is None else _short(found.content, found.path())

    def need_text(self, *names: str) -> str:
        return self.text(*names) or self._raise_missing(*names)

    def number(self, *names: str) -> Decimal | None:
        """The exact number below; None where absent or empty. Raises Refused for other text."""
        return _number(self.text(*names), self.path(*names))

    def need_number(self, *names: str) -> Decimal:
        value = self.number(*names)
        if value is None:
            raise self._missing(*names)
        return value

    def whole(self, *names: str) -> int | None:
        """The integer below; None where absent or empty. Raises Refused for anything else."""
        return _whole(self.number(*names), self.path(*names))

    def need_whole(self, *names: str) -> int:
        value = self.whole(*names)
        if value is None:
            raise self._missing(*names)
        return value

    def attribute(self, name: str) -> str:
        """A trimmed attribute; empty where absent."""
        return _short(self.attributes.get(name, ""), self.path("@" + name))

    def need_attribute(self, name: str) -> str:
        return self.attribute(name) or self._raise_missing("@" + name)

    def attribute_number(self, name: str) -> Decimal | None:
        """An exact number; None where absent or empty. Raises Refused for anything else."""
        return _number(self.attribute(name), self.path("@" + name))

    def need_attribute_number(self, name: str) -> Decimal:
        value = self.attribute_number(name)
        if value is None:
            raise self._missing("@" + name)
        return value

    def attribute_whole(self, name: str) -> int | None:
        return _whole(self.attribute_number(name), self.path("@" + name))

    def _missing(self, *names: str) -> Refused:
        shown = names[-1].lstrip("@") if names else self.name
        return Refused("missing-value", f"{shown} is missing.", field=self.path(*names))

    def _raise_missing(self, *names: str) -> str:
        raise self._missing(*names)


def _short(text: str, path: str) -> str:
    if len(text) > MAX_TEXT and len(text := text.strip()) > MAX_TEXT:
        raise Refused("text-too-long", "A text is longer than any value.", field=path)
    return text.strip()


def _number(text: str, path: str) -> Decimal | None:
    if not text:
        return None
    value = parse_decimal(text)
    if value is None:
        name = path.rsplit("/", 1)[-1].lstrip("@")
        raise Refused("bad-number", f"{name} is not a decimal number.", field=path)
    return value


def _whole(value: Decimal | None, path: str) -> int | None:
    if value is None:
        return None
    if abs(value) >= _MAX_WHOLE or value % 1:
        name = path.rsplit("/", 1)[-1].lstrip("@")
        raise Refused("bad-number", f"{name} is not a whole number.", field=path)
    return int(value)
