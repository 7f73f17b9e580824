"""Rows of the table of routes: the viewer, its priors, what is measured on a trace."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, SEEN, Route, both, inside

VIEWER: list[Route] = [
    *both("beats", SEEN, "recording"),
    # `with` another organization's recording: tests/web/test_compare.py.
    *both("compare", SEEN, "recording"),
    Route("keep-measurement", "GET", NO_GET, "recording"),
    # Nothing is kept: why not is told.
    Route("keep-measurement", "POST", inside("edit_report", 400), "recording"),
    Route("strike-measurement", "GET", NO_GET, "kept"),
    Route("strike-measurement", "POST", inside("edit_report", 302), "kept"),
]
