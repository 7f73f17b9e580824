"""Rows of the table of routes: the escalation ladder, who is on call, templates of texts."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, inside

NOBODY = "00000000-0000-4000-8000-000000000000"
STEPS = {"whom-1": "role:reader", "after-1": "5", "email-1": "on"}
COVER = {"from": NOBODY, "to": NOBODY, "ends": "2126-01-01T08:00", "zone": "Europe/London"}
TEXT = {"name": "Normal adult", "body": "[NSR]\nRate {hr} /min."}

# An entry, or a template, that others may change is not there for these.
ON_CALL = dict.fromkeys(("technician", "reader", "trainee"), 404)
WRITERS = dict.fromkeys(("reader", "trainee"), 404)

ESCALATION: list[Route] = [
    Route("escalation", "GET", inside("change_escalation")),
    Route("escalation", "POST", inside("change_escalation", 302), data=STEPS),
    Route("on-call", "GET", inside("view_on_call")),
    Route("on-call", "POST", inside("change_on_call", 302), data={"name": "Registrar on call"}),
    Route("on-call-cover", "GET", NO_GET, "duty"),
    # Nobody can be on call for a century: the page says so.
    Route("on-call-cover", "POST", inside("hand_over", 400), "duty", data=COVER),
    Route("on-call-strike", "GET", NO_GET, "shift"),
    Route("on-call-strike", "POST", inside("change_on_call", 302) | ON_CALL, "shift"),
    Route("templates", "GET", inside("use_templates")),
    Route("templates", "POST", inside("use_templates", 302), data=TEXT),
    Route("template", "GET", NO_GET, "template"),
    Route("template", "POST", inside("change_templates", 302) | WRITERS, "template", data=TEXT),
    Route("report-fill", "GET", NO_GET, "report"),
    # No template is named: the id of the report is looked up before.
    Route("report-fill", "POST", inside("edit_report", 400), "report"),
]  # fmt: skip
