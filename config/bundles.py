"""Script modules and style sheets of a page as one file each: a finder, not a build.

The sources stay what is written, read and debugged. A bundle is their text in the order of their
imports, each module in a function of its own so that no two names meet.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

FRAME = ("css/tokens.css", "css/base.css", "css/components.css")
BUNDLES: dict[str, tuple[str, ...]] = {
    "bundles/study.css": (*FRAME, "css/study.css", "css/cases.css", "css/compare.css"),
    "bundles/study.js": (
        "js/app.js",
        "js/statements.js",
        "js/presence.js",
        "js/next.js",
        "js/sign-passkey.js",
        "js/ecg/viewer.js",
    ),
}

_making = threading.Lock()
_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class NotBundled(Exception):
    """A module says something that a function cannot: the line is the text."""


class BundleFinder(BaseFinder):
    """Makes each bundle from the sources when it is first asked for in this process."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in BUNDLES:
            yield name, FileSystemStorage(location=built(name).parent.parent)

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        found = str(built(path)) if path in BUNDLES else ""
        return [found] * bool(found) if find_all else found or []

    def check(self, **_: Any) -> Any:
        return []


def built(name: str) -> Path:
    """The file of a bundle; the first who asks makes it, whatever the thread."""
    with _making:
        return _built(name)


@cache
def _built(name: str) -> Path:
    path = Path(_folder().name) / name
    path.parent.mkdir(exist_ok=True)
    join: Callable[..., str] = scripts if name.endswith(".js") else styles
    path.write_text(join(settings.BASE_DIR / "static", BUNDLES[name]), encoding="utf-8")
    return path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Removed with the process."""
    return tempfile.TemporaryDirectory(prefix="bundles-")


def styles(root: Path, names: Iterable[str]) -> str:
    """Sheets one after the other, as their links would stand."""
    return "\n".join((root / name).read_text(encoding="utf-8") for name in names)


def scripts(root: Path, names: Iterable[str]) -> str:
    """Modules and all they import, each once and before who imports it. Raises NotBundled."""
    parts: dict[Path, str] = {}
    for name in names:
        _add((root / name).resolve(), parts, ())
    return "".join(parts.values())


def _add(path: Path, parts: dict[Path, str], above: tuple[Path, ...]) -> None:
    if path in above:
        raise NotBundled(f"{path.name} imports itself by way of {above[-1].name}")
    if path in parts:
        return
    text = path.read_text(encoding="utf-8")
    for _, source in _IMPORT.findall(text):
        _add((path.parent / source).resolve(), parts, (*above, path))
    order = {other: f"$m{number}" for number, other in enumerate(parts)}

    def bound(found: re.Match[str]) -> str:
        if found[1] is None:
            return ""
        module = order[(path.parent / found[2]).resolve()]
        return f"const {{{found[1].replace(' as ', ': ')}}} = {module};\n"

    exports = _EXPORT.findall(text)
    body = _EXPORT.sub("", _IMPORT.sub(bound, text))
    left = _LEFT.search(body)
    if left:
        raise NotBundled(f"{path.name}: {left[0]}")
    parts[path] = (
        f"// {path.name}\nconst $m{len(parts)} = (() => {{\n{body}"
        f"return {{ {', '.join(exports)} }};\n}})();\n"
    )
