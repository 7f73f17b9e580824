"""The profiles that come with the software, read from `shipped.json`.

Those of facts that hold for every file of a maker are always consulted; the others are
beginnings for an organization's own profile, which names the device and is verified.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .profile import Profile, profile_of

_ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("shipped.json").read_text())

SHIPPED: tuple[Profile, ...] = tuple(profile_of(row) for row in _ROWS if row["always"])
BEGINNINGS: dict[str, dict[str, Any]] = {row["name"]: row for row in _ROWS if not row["always"]}
