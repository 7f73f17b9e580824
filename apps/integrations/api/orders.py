"""Operations for orders: place or change, as JSON or as an HL7 v2 message; read, list, cancel."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit import actions as audit
from apps.audit.actions import record_alone
from apps.core.errors import RetryableError
from apps.ingestion.actions import OrganizationClosed
from apps.ingestion.models import Order
from apps.ingestion.orders.stated import OrderRefused, Stated, Status
from apps.ingestion.orders.take import Message, Taken, keep_refused, take
from apps.integrations.api import order_shapes as shapes
from apps.integrations.api import wanted
from apps.integrations.api.base import Operations
from apps.integrations.api.parsers import Er7, OldEr7, ShallowJson
from apps.integrations.api.problems import Problem
from apps.integrations.api.queries import (
    MOST,
    get_order_to_cancel,
    get_order_to_read,
    orders,
    organization_to_order_in,
)
from apps.integrations.hl7.inbound import FAILED, REJECTED
from apps.integrations.orders.messages import take_message
from apps.integrations.orders.plain import read_plain
from apps.tenants.model_api import Scope

Source = Order.Source
# What an acknowledgement is sent under, so that a sender that reads no HL7 knows it too.
HTTP_STATUS = {"AA": 200, FAILED: 422, REJECTED: 400}


@contextmanager
def answered() -> Iterator[None]:
    """Raises Problem where nothing can be kept now."""
    try:
        yield
    except RetryableError:
        raise Problem("unavailable", Retry_After="60") from None
    except OrganizationClosed:
        raise Problem("organization-closed") from None


class Ordering(Operations):
    """What placing and cancelling do alike."""

    def message(self, body: bytes, source: str) -> Message:
        return Message(body, source, self.caller.client)

    def take(self, body: bytes, source: str, stated: list[Stated]) -> list[Taken]:
        """Raises OrderRefused, Problem."""
        with answered():
            return take(self.message(body, source), stated)

    def keep(self, body: bytes, source: str, refused: OrderRefused) -> dt.datetime:
        """What is refused is kept before it is answered; when it came first. Raises Problem."""
        with answered():
            return keep_refused(self.message(body, source), refused).received_at


def told(refused: OrderRefused) -> Problem:
    return Problem(refused.code, field=refused.field, detail=refused.words)


class Orders(Ordering):
    scopes = {"POST": Scope.ORDERS_WRITE, "GET": Scope.ORDERS_READ}
    parser_classes = (ShallowJson, Er7, OldEr7)

    @extend_schema(
        operation_id="placeOrder",
        summary="Place or change an order",
        description="As JSON, or one HL7 v2 message (ORM^O01, OMG^O19) as the body, answered by"
        " its acknowledgement: 200 with AA, 422 with AE, 400 with AR. One placer number and"
        " authority is one order, however often and in whichever order its messages come.",
        request={"application/json": shapes.OrderAsked, Er7.media_type: OpenApiTypes.STR},
        responses={200: shapes.OrderShown, 201: shapes.OrderShown},
    )
    def post(self, request: Request) -> HttpResponse:
        """No transaction is open here: bytes are stored first, then the order, then the answer."""
        body = request._request.body
        if isinstance(request.data, bytes):
            return self._message(body)
        try:
            return shown(self._take_plain(body, request.data))
        except OrderRefused as refused:
            self.keep(body, Source.API, refused)
            raise told(refused) from None

    def _take_plain(self, body: bytes, data: Any) -> Taken:
        with transaction.atomic():
            organization = organization_to_order_in(self.caller)
        try:
            stated = read_plain(data, organization, timezone.now())
        except Problem as error:
            raise OrderRefused(error.code, error.field, error.detail) from None
        return self.take(body, Source.API, [stated])[0]

    def _message(self, body: bytes) -> HttpResponse:
        with transaction.atomic():
            organization = organization_to_order_in(self.caller)
        with answered():
            outcome = take_message(self.message(body, Source.HL7), organization)
        return HttpResponse(
            outcome.answer(),
            status=HTTP_STATUS[outcome.code],
            content_type=f"{Er7.media_type}; charset=utf-8",
        )

    @extend_schema(
        operation_id="listOrders",
        summary="List orders, the newest first",
        parameters=[
            OpenApiParameter("limit", int, description=f"1 to {MOST}; 50 if left out."),
            OpenApiParameter("cursor", OpenApiTypes.UUID, description="`next` of the page before."),
            OpenApiParameter("status", enum=list(Order.Status.values)),
        ],
        responses=shapes.OrderPage,
    )
    def get(self, request: Request) -> Response:
        asked = wanted.read(request._request.GET, wanted.ORDERS)
        with transaction.atomic():
            page = orders(self.caller, **asked)
            count = len(page["orders"])
            audit.record("ingestion.orders.viewed", actor=self.caller.client, count=count)
            return Response(shapes.OrderPage(page).data)


class OneOrder(Operations):
    scopes = {"GET": Scope.ORDERS_READ}

    @extend_schema(
        operation_id="readOrder",
        summary="Read an order and the ECGs that answer it",
        responses=shapes.OrderShown,
    )
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        found = get_order_to_read(self.caller, order_id)
        audit.record("ingestion.order.viewed", found, actor=self.caller.client)
        return Response(shapes.OrderShown(found).data)


class CancelOrder(Ordering):
    scopes = {"POST": Scope.ORDERS_WRITE}

    @extend_schema(
        operation_id="cancelOrder",
        summary="Cancel an order",
        description="An ECG that answered it is kept, unsolicited. Again, it changes nothing.",
        request=None,
        responses={200: shapes.OrderShown},
    )
    def post(self, request: Request, order_id: uuid.UUID) -> HttpResponse:
        with transaction.atomic():
            found = get_order_to_cancel(self.caller, order_id)
        if found.status in Order.CALLED_OFF:
            return shown(Taken(found, is_new=False, received_at=found.received_at))
        now = timezone.now()
        stated = Stated(
            "CA",
            found.placer_number,
            found.placer_authority,
            now,
            Status.CANCELLED,
            fields={"control": "status"},
        )
        body = f'{{"cancel": "{found.public_id}", "at": "{now.isoformat()}"}}'.encode()
        try:
            (taken,) = self.take(body, Source.API, [stated])
        except OrderRefused as refused:
            client, place = self.caller.client, self.caller.organization_id
            record_alone(
                place, "ingestion.order.refused", subject=found, actor=client, code=refused.code
            )
            raise told(refused) from None
        return shown(taken)


def shown(taken: Taken) -> Response:
    """The order as it stands, with the ECGs that a late order found."""
    where = reverse("api:order", args=[taken.order.public_id])
    with transaction.atomic():
        body: Any = shapes.OrderShown(taken.order).data
    return Response(body, status=201 if taken.is_new else 200, headers={"Location": where})
