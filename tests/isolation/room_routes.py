"""Rows of the table of routes: the worklist's views and the reading room."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, both, inside

POLICY = {"read_first": "ai", "critical_minutes": "15", "ehr_document": "report"}

TAKE = {"do": "take"}
VIEW = {"name": "Nights", "wait": "4"}

ROOM: list[Route] = [
    Route("worklist-find", "GET", NO_GET),
    Route("worklist-find", "POST", inside("view_recordings"), data={"text": "nobody"}),
    Route("worklist-view", "GET", NO_GET),
    Route("worklist-view", "POST", inside("view_recordings", 302), data=VIEW),
    Route("report-take", "GET", NO_GET, "report"),
    Route("report-take", "POST", inside("edit_report", 302), "report", data=TAKE),
    Route("report-assign", "GET", inside("hand_on_report"), "report"),
    # Nobody is chosen.
    Route("report-assign", "POST", inside("hand_on_report", 400), "report"),
    *both("report-step", inside("view_recordings", 302), "report"),
    Route("report-beat", "GET", NO_GET, "report"),
    Route("report-beat", "POST", inside("edit_report"), "report"),
    *both("report-next", inside("sign_report"), "report"),
    *both("statement-library", inside("edit_report")),
    *both("draft-key", inside("edit_report")),
    Route("report-decide", "GET", NO_GET, "report"),
    # No machine says what was decided of: the page shows why not.
    Route("report-decide", "POST", inside("edit_report", 302), "report"),
    *both("overrides", inside("view_overrides")),
    Route("reading-policy", "GET", inside("change_reading")),
    Route("reading-policy", "POST", inside("change_reading", 302), data=POLICY),
    Route("report-repeat", "GET", NO_GET, "report"),
    Route("report-repeat", "POST", inside("edit_report", 302), "report",
          data={"reason": "V2 off"}),
    *both("report-changes", inside("view_recordings"), "signed"),
    *both("critical-results", inside("view_recordings")),
    *both("critical-pill", inside("view_recordings")),
    Route("critical-acknowledge", "GET", NO_GET, "critical"),
    Route("critical-acknowledge", "POST", inside("acknowledge_critical", 302), "critical",
          data={"whom": "Ward sister", "how": "telephone"}),
    Route("report-critical", "GET", NO_GET, "report"),
    Route("report-critical", "POST", inside("raise_critical", 302), "report",
          data={"text": "Long pause"}),
    Route("report-take-over", "GET", NO_GET, "report"),
    Route("report-take-over", "POST", inside("edit_report", 302), "report"),
]  # fmt: skip
