"""Rows of the table of routes: dashboards, how files come in, senders that say otherwise."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, both, inside

FIGURES: list[Route] = [
    *both("dashboards", inside("view_dashboards")),
    *both("dashboard-table", inside("view_dashboards")),
    *both("ingestion", inside("view_recordings")),
    *both("mismatches", inside("resolve_identity")),
    Route("mismatch", "GET", NO_GET, "mismatch"),
    Route("mismatch", "POST", inside("resolve_identity", 302), "mismatch",
          data={"reason": "The ward chose the wrong patient"}),
]  # fmt: skip
