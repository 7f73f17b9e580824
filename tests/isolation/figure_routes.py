"""Rows of the table of routes: dashboards, their tables, and how files come in."""

from __future__ import annotations

from tests.isolation.routes import Route, both, inside

FIGURES: list[Route] = [
    *both("dashboards", inside("view_dashboards")),
    *both("dashboard-table", inside("view_dashboards")),
    *both("ingestion", inside("view_recordings")),
]
