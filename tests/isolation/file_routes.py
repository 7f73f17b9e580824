"""Files that stopped, their release, originals and hashes: every role at every address."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, SEEN, Route, both, inside

WHY = {"reason": "From our own cart"}

FILES: list[Route] = [
    Route("arrivals-stopped", "GET", inside("replay"), "arrival", "query:after", elsewhere=200),
    Route("arrivals-stopped", "POST", inside("replay", 302), "arrival", "body:a", elsewhere=302),
    Route("arrival-release", "GET", NO_GET, "arrival"),
    # It is held for nothing: a problem is told.
    Route("arrival-release", "POST", inside("release_files", 409), "arrival", data=WHY),
    *both("arrival-original", inside("download_originals"), "document"),
    *both("file-find", SEEN),
    *both("file", SEEN, "hash"),
]
