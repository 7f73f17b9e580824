"""Rows for orders: pages of the desk, operations of the API."""

from __future__ import annotations

import json

from apps.tenants.model_api import Scope
from tests.isolation.api_routes import Operation, asked, done, named
from tests.isolation.routes import NO_GET, Route, both, inside
from tests.orders.messages import plain_order

DECIDED = {"decision": "unsolicited", "reason": "Made without an order"}

ORDERS: list[Route] = [
    *both("order-cases", inside("resolve_identity")),
    Route("order-case", "GET", inside("resolve_identity"), "order-case"),
    Route("order-case", "POST", inside("resolve_identity", 302), "order-case", data=DECIDED),
    Route("reorder", "GET", NO_GET, "recording"),
    Route("reorder", "POST", inside("resolve_identity", 302), "recording"),
]

PATH = "/api/v1/orders"


def _placed(_key: str) -> dict[str, object]:
    return {"data": json.dumps(plain_order()), "content_type": "application/json"}


ORDER_OPERATIONS = [
    Operation("POST", PATH, Scope.ORDERS_WRITE, 201, given=_placed),
    Operation("GET", PATH, Scope.ORDERS_READ),
    *asked(PATH, Scope.ORDERS_READ, 400, cursor="order"),
    *named(f"{PATH}/{{order_id}}", Scope.ORDERS_READ, order_id="order"),
    *done(f"{PATH}/{{order_id}}/cancel", Scope.ORDERS_WRITE, 200, order_id="order"),
]
