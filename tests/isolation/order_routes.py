"""Rows of the table of routes: questions of orders at the desk."""

from __future__ import annotations

from tests.isolation.routes import NO_GET, Route, both, inside

DECIDED = {"decision": "unsolicited", "reason": "Made without an order"}

ORDERS: list[Route] = [
    *both("order-cases", inside("resolve_identity")),
    Route("order-case", "GET", inside("resolve_identity"), "order-case"),
    Route("order-case", "POST", inside("resolve_identity", 302), "order-case", data=DECIDED),
    *both("order-message", inside("download_originals"), "order-message"),
    Route("reorder", "GET", NO_GET, "recording"),
    Route("reorder", "POST", inside("resolve_identity", 302), "recording"),
]
