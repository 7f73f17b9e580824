"""Rows of the table of routes: search."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, inside

SEEN = inside("view_recordings")
LINE = {"line": "AF, not paced"}
SAVED = {"part": "not paced", "name": "Nights"}

SEARCH: list[Route] = [
    Route("search", "GET", SEEN),
    Route("search", "POST", SEEN, data=LINE),
    Route("search", "GET", SEEN, "view", "query:view"),
    # A page that begins after nothing of one's own is the first.
    Route("search", "POST", SEEN, "recording", "body:after", data=LINE, elsewhere=200),
    Route("patients", "GET", SEEN),
    Route("patients", "POST", SEEN, data={"text": "nobody"}),
    Route(
        "patients", "POST", SEEN, "patient", "body:after", data={"text": "nobody"}, elsewhere=200
    ),
    Route("search-view", "GET", NO_GET),
    Route("search-view", "POST", inside("view_recordings", 302), data=SAVED),
]
