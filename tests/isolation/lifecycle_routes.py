"""Rows of the table of routes: what becomes of a report that is signed."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, both, inside

REASON = {"reason": "Labels swapped"}

LIFECYCLE: list[Route] = [
    Route("report-unlock", "GET", NO_GET, "signed"),
    Route("report-unlock", "POST", inside("unlock_report", 302), "signed", data=REASON),
    Route("report-addendum", "GET", inside("sign_report", 302), "signed"),
    Route("report-addendum", "POST", inside("sign_report", 302), "signed",
          data={"text": "Compared with 2019."}),
    # Another reader's is as if it did not exist.
    Route("addendum-sign", "GET", inside("sign_report", 404), "addendum"),
    Route("addendum-sign", "POST", inside("sign_report", 404), "addendum"),
    Route("report-retraction", "GET", NO_GET, "signed"),
    # It was asked for already.
    Route("report-retraction", "POST", inside("ask_retraction", 409), "signed", data=REASON),
    *both("retractions", inside("approve_retraction")),
    Route("retraction", "GET", inside("approve_retraction"), "retraction"),
    # Approving takes proof of who approves.
    Route("retraction", "POST", inside("approve_retraction", 400), "retraction"),
    Route("reading-locks", "GET", NO_GET),
    Route("reading-locks", "POST", inside("change_reading", 302), data={"lock_hours": "4"}),
]  # fmt: skip
