"""The modules whose functions ask for a permission before they do anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ASKS = re.compile(r"^ +permit\((?:request\.)?active, ", re.MULTILINE)


def modules_of(*apps: str) -> Iterator[str]:
    for app in apps:
        for path in sorted(Path(settings.BASE_DIR, "apps", *app.split(".")).rglob("*.py")):
            if ASKS.search(path.read_text()):
                yield ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
