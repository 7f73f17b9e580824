"""Rows of the operations for orders."""

from __future__ import annotations

import json

from apps.tenants.model_api import Scope
from tests.isolation.api_routes import Operation, asked, done, named
from tests.orders.messages import plain_order

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
