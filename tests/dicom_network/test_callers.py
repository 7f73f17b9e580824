"""Who may associate, and what everybody else is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.ingestion.dicom import service
from apps.ingestion.dicom.callers import CALLED_UNKNOWN, CALLING_UNKNOWN, CONGESTION, LIMIT_REACHED
from apps.ingestion.dicom.listener import listening
from apps.tenants.models import ApplicationEntity, Organization
from tests.database import committed
from tests.dicom_network.conftest import QUICK, Cart, title
from tests.factories import inside

pytestmark = committed


def refusal(association):
    assert association.is_rejected
    said = association.acceptor.primitive
    return said.result, said.result_source, said.diagnostic


def test_a_device_may_ask_whether_anybody_is_there(cart):
    assert cart.call().send_c_echo().Status == 0


@pytest.mark.parametrize("called", ["NOBODY", "mercy_ecg", "EINTHOVEN"])
def test_a_title_of_nobody_is_not_recognised(called, cart):
    assert refusal(cart.call(called)) == CALLED_UNKNOWN


def test_a_title_out_of_use_or_of_a_closed_organization_is_a_title_of_nobody(cart, mercy, lakeside):
    with inside(mercy):
        ApplicationEntity.objects.update(is_active=False)
    with inside(lakeside):
        Organization.objects.update(is_live=False)
    for called in ("MERCY_ECG", "LAKE_ECG"):
        assert refusal(cart.call(called)) == CALLED_UNKNOWN


def test_only_devices_that_are_listed_may_call(cart, mercy):
    title(mercy, "MERCY_ECG", calling_titles="CART7\nCART8")
    assert cart.call(calling="CART8").is_established
    assert refusal(cart.call(calling="CART9")) == CALLING_UNKNOWN


def test_only_addresses_that_are_listed_may_call(cart, mercy):
    title(mercy, "MERCY_ECG", calling_hosts="10.0.0.0/8")
    assert refusal(cart.call()) == CALLING_UNKNOWN


def test_a_title_that_asks_for_a_certificate_refuses_who_shows_none(cart, mercy):
    title(mercy, "MERCY_ECG", certificates="ab" * 32)
    assert refusal(cart.call()) == CALLING_UNKNOWN


def test_an_organization_takes_no_more_than_its_share(mercy, lakeside, port):
    with listening("127.0.0.1", 0, caps=replace(QUICK, associations_of_one=2)) as (server, _):
        cart = Cart(server.server_address[1])
        first, second = cart.call(), cart.call()
        assert refusal(cart.call()) == LIMIT_REACHED
        assert cart.call("LAKE_ECG").is_established
        assert first.is_established
        assert second.is_established
        cart.leave()


def test_a_database_that_is_away_is_congestion(cart, monkeypatch):
    from django.db import OperationalError

    def away(_):
        raise OperationalError("password of ecg_app")

    monkeypatch.setattr(service, "recognise", away)
    assert refusal(cart.call()) == CONGESTION
